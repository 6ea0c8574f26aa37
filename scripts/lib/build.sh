# shellcheck shell=bash
# Configures and compiles a preset of CMakePresets.json, and compares what programs say. Sourced after
# the other files of this folder.

# configure_preset PRESET [MORE OPTIONS OF CMAKE...]
configure_preset() {
  local log
  log="$(log_file "configure-$1")"
  HIKYAKU_CACHE="$(cache_folder)"
  export HIKYAKU_CACHE
  if ! cmake --preset "$@" >"$log" 2>&1; then
    sed 's/^/    /' "$log" >&2
    fail "CMake could not configure the preset '$1'; what it said is above."
  fi
}

# build_preset PRESET [TARGETS...]: brings build/PRESET up to date, or only these. Says nothing when there is nothing to compile,
# which only Ninja's first step tells: so the headline waits for it.
build_preset() {
  local preset="$1" jobs
  jobs="$(compile_jobs)"
  configure_preset "$preset"
  ninja -C "build/$preset" -j "$jobs" "${@:2}" 2>&1 |
    awk_by_line -v headline="Compiling (preset $preset, $jobs at a time)" '
      /^ninja: (Entering directory|no work to do)/ || /^\[0\/[0-9]+\] / { next }
      !begun { begun = 1; print "\n==> " headline }
      { print; fflush() }' |
    progress_line all || fail "the preset '$preset' did not compile; what the compiler said is above."
}

# differences ONE OTHER: how many lines of the two lists of traces differ; which, on standard error.
differences() {
  local unequal
  unequal="$(diff <(sort "$1") <(sort "$2") | sed -n 's/^> [0-9a-f]*  /differs: /p' || true)"
  if [ -n "$unequal" ]; then
    printf '%s\n' "$unequal" >&2 # not through /dev/stderr: opening that empties a log file
  fi
  grep -c . <<<"$unequal" || true
}
