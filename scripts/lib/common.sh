# shellcheck shell=bash
# What every script shares: how it speaks, where it keeps what outlives a clone, how many jobs it runs.
# Sourced, never run. Each function writes for a person: one line a fact, and why.

# fail WORDS: the one clear sentence a script ends with when it cannot go on.
fail() {
  printf 'hikyaku: %s\n' "$*" >&2
  exit 1
}

say() {
  printf '%s\n' "$*"
}

# headline WORDS: opens one stage of the work, so that a long log can be skimmed.
headline() {
  printf '\n==> %s\n' "$*"
}

on_terminal() {
  [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]
}

# cache_folder: where things live that are slow to make and must outlive a clone (Botan, logs).
cache_folder() {
  local home="${HOME:-}"
  if [ -z "$home" ]; then
    home="$(getent passwd "$(id -u)" | cut -d: -f6)"
  fi
  printf '%s\n' "${HIKYAKU_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/hikyaku}"
}

# memory_mib: memory this machine can give us now; a container's own limit counts.
memory_mib() {
  local available limit=""
  available="$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)"
  if [ -r /sys/fs/cgroup/memory.max ]; then
    limit="$(cat /sys/fs/cgroup/memory.max)"
  fi
  if [[ "$limit" =~ ^[0-9]+$ ]] && [ "$((limit / 1048576))" -lt "$available" ]; then
    available="$((limit / 1048576))"
  fi
  printf '%s\n' "$available"
}

# compile_jobs: one per core, but never more than memory allows. A sanitised C++20 file that
# includes Botan takes up to 1.5 GiB; swapping is slower than waiting.
compile_jobs() {
  local cores fitting
  cores="$(nproc)"
  fitting="$(($(memory_mib) / 1536))"
  if [ "$fitting" -lt 1 ]; then
    fitting=1
  fi
  printf '%s\n' "$((cores < fitting ? cores : fitting))"
}

# log_file NAME: where the whole talk of another program goes, for the day something fails.
log_file() {
  mkdir -p "$(cache_folder)/log"
  printf '%s\n' "$(cache_folder)/log/$1.log"
}

# awk_by_line WORDS...: awk that sees each line as it comes. Debian's, mawk, would wait for 4,096 octets
# of them, and for minutes nothing would be said.
awk_by_line() {
  case "$(awk -W version 2>&1 </dev/null)" in
    mawk*) awk -W interactive "$@" ;;
    *) awk "$@" ;;
  esac
}

# progress_line: reads lines, shows those of the form "[3/218] words": on a terminal as one line that
# is drawn over, elsewhere each tenth part. With "all", lines of any other form are shown as well.
progress_line() {
  local columns=0
  if on_terminal; then
    columns="$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2 || true)"
    columns="${columns:-80}"
  fi
  # shellcheck disable=SC2016 # what stands there is awk's
  awk_by_line -v columns="$columns" -v show="${1:-steps}" '
    BEGIN { shown = -1 }
    function close_line() { if (drawn) { printf "\r%*s\r", columns - 1, ""; drawn = 0 } }
    /^\[[0-9]+\/[0-9]+\] / {
      split(substr($1, 2), count, /[\/\]]/)
      part = int(10 * count[1] / count[2])
      line = substr("    " $0, 1, columns ? columns - 1 : 100)
      if (columns) { close_line(); printf "%s", line; drawn = 1; fflush() }
      else if (part != shown) { shown = part; print line; fflush() }
      next
    }
    show == "all" { close_line(); print; fflush() }
    END { close_line() }'
}
