# shellcheck shell=bash
# The one list of Debian packages this project needs, why each is needed, and how it is installed.
# Sourced after common.sh.

# group | package | what for. One table for Debian 12 and 13: the names are the same in both.
package_table() {
  cat <<'TABLE'
build | g++                  | the compiler
build | cmake                | describes the build
build | ninja-build          | runs the build
build | ccache               | remembers what was compiled before
build | pkgconf              | finds a system Botan
build | libfmt-dev           | text formatting
build | libexpected-dev      | results that may be errors
build | libtomlplusplus-dev  | lessons and language files (TOML)
build | nlohmann-json3-dev   | JSON reports
build | libcli11-dev         | the command line
build | libidn2-dev          | domain names beyond ASCII
build | libasio-dev          | real sockets, for hikyaku bridge and hikyaku send
window | libglfw3-dev        | opens the window and hears its keys
window | libgl-dev           | draws in it
window | libstb-dev          | writes PNG pictures
window | fonts-morisawa-bizud-gothic | the type, Japanese and Latin
window | fonts-font-awesome  | the icons
source | ca-certificates     | mirrors reached over https
source | debian-archive-keyring | Debian's signatures on the source
source | dpkg-dev            | unpacks a Debian source package
botan | ca-certificates      | mirrors reached over https
botan | debian-archive-keyring | Debian's signatures on the source
botan | dpkg-dev             | unpacks a Debian source package
botan | python3              | Botan's configure step
botan-system | libbotan-3-dev | TLS, certificates, hashes
test  | doctest-dev          | the test framework
test  | openssl              | a second opinion on our certificates
test  | python3              | runs the second opinions below
test  | python3-dnspython    | a second opinion on our DNS messages
test  | python3-jsonschema   | a second opinion on the schema of scenarios
test  | python3-yaml         | reads the SPF project's questions
test  | python3-dkim         | signs and verifies mail, as ours does,
test  | python3-nacl         | (its Ed25519)
test  | opendkim-tools       | and this one (its library),
test  | libmail-dkim-perl    | and this one
test  | xvfb                 | a display that nobody sees, for a real window
test  | xdotool              | presses its keys and its buttons
test  | libgl1-mesa-dri      | OpenGL without a graphics card
test  | libbenchmark-dev     | so that the benchmarks are compiled, too
test  | tshark               | a second opinion on our packets
test  | curl                 | real mail programs for the bridge: this one,
test  | swaks                | this one,
test  | libnet-ssleay-perl   | (its TLS)
test  | libauthen-sasl-perl  | (its logins)
test  | msmtp                | this one,
test  | nodejs               | and
test  | node-nodemailer      | this one
test  | bind9-dnsutils       | dig, for the bridged name server
test  | thunderbird          | the mail program that people have, for the bridge:
test  | openbox              | (its windows get keys only from a window manager)
test  | libnss3-tools        | (it is told whom to trust)
test  | dbus                 | (it does not start without)
clang | clang                | the second compiler
clang | libclang-rt-dev      | its sanitizers
check | clang-format         | one layout for all files
check | clang-tidy           | finds what compilers do not warn of
check | shellcheck           | the same for shell scripts
check | git                  | names the files to check
check | python3              | runs clang-tidy on several files at once
check | libclang-14-dev      | lets clang-tidy leave system headers out
check | llvm-14-dev          | what libclang-14-dev includes
bench | libbenchmark-dev     | measures speed
debian13 | debootstrap       | makes a minimal Debian 13
debian13 | debian-archive-keyring | Debian's signatures on it
TABLE
}

describe_group() {
  case "$1" in
    build) printf 'to compile hikyaku' ;;
    window) printf 'for the window' ;;
    source) printf 'to fetch the source of what this release has only in an old version' ;;
    botan) printf 'to build Botan (TLS) from Debian 13'\''s source, because this release has only 2.x' ;;
    botan-system) printf 'for TLS, certificates and hashes' ;;
    test) printf 'to run the tests' ;;
    clang) printf 'to compile with the second compiler' ;;
    check) printf 'to check the code' ;;
    bench) printf 'to measure speed' ;;
    debian13) printf 'to try hikyaku in Debian 13' ;;
  esac
}

packages_of() {
  package_table | awk -F '|' -v group="$1" '
    { gsub(/ /, "", $1); gsub(/ /, "", $2) }
    $1 == group { print $2 }'
}

# missing_packages GROUP: those of the group that are not completely installed.
missing_packages() {
  local wanted=()
  mapfile -t wanted < <(packages_of "$1")
  # dpkg-query fails when it knows none of a name; what it does know it still prints.
  {
    dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null ||
      true
  } | awk -v wanted="${wanted[*]}" '
    $1 == "installed" { installed[$2] = 1 }
    END {
      count = split(wanted, names, " ")
      for (i = 1; i <= count; i++) if (!(names[i] in installed)) print names[i]
    }'
}

# as_root COMMAND...: runs it as root: directly, or through sudo, which may ask for a password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo -- "$@"
  fi
}

# require_root_for PACKAGES...: says the one command to hand to an administrator when we cannot.
require_root_for() {
  if [ "$(id -u)" -eq 0 ]; then
    return
  fi
  if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    return
  fi
  fail "some Debian packages are missing and this account may not install them; as root, run" \
    "'apt-get install --no-install-recommends $*' and then this again."
}

# apt_as_root ARGS...: apt-get that asks nothing and waits for another apt to finish.
apt_as_root() {
  as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# apt_steps: turns apt's talk into counted steps, in the form that progress_line understands: each
# package is fetched (unless it was before), unpacked and set up.
apt_steps() {
  # shellcheck disable=SC2016 # what stands there is awk's
  awk_by_line '
    function step(words) { print "[" ++count "/" (3 * packages) "] " words; fflush() }
    / newly installed, / { packages = $1 + $3; next }
    /^Get:[0-9]+ / && count < packages { step("Fetching " $5) }
    /^Unpacking / && count < packages { count = packages }
    /^(Unpacking|Setting up) / && count < 3 * packages { step($0) }'
}

# install_packages GROUP...: makes every package of the groups available, says what and why first,
# and calls apt only when something is missing.
install_packages() {
  local group package all=() missing=() log
  for group in "$@"; do
    mapfile -t missing < <(missing_packages "$group")
    if [ "${#missing[@]}" -gt 0 ]; then
      if [ "${#all[@]}" -eq 0 ]; then
        headline "Installing Debian packages"
      fi
      say "    $(describe_group "$group"): ${missing[*]}"
      all+=("${missing[@]}")
    fi
  done
  if [ "${#all[@]}" -eq 0 ]; then
    return
  fi
  require_root_for "${all[@]}"
  log="$(log_file apt)"

  # A run that was cut short can leave packages unpacked; dpkg finishes them first.
  as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >"$log" 2>&1 </dev/null || true
  apt_as_root update >>"$log" 2>&1 || true
  for package in "${all[@]}"; do
    if ! apt_offers "$package"; then
      if grep -qE '^(Err|W: Failed to fetch|E: Failed to fetch)' "$log"; then
        fail "the package archive could not be reached (is the network there? details: $log)."
      fi
      fail "$(platform_name)'s package archive, as apt is set up here, does not offer $package;" \
        "is its 'main' component switched on?"
    fi
  done
  if ! apt_as_root install --no-install-recommends "${all[@]}" 2>&1 | tee -a "$log" | apt_steps |
    progress_line; then
    if grep -qE '^(E|W): Failed to fetch|Could not resolve|Unable to connect' "$log"; then
      fail "the packages could not be fetched (is the network there? details: $log)."
    fi
    fail "apt could not install the packages (details: $log)."
  fi
}

# apt_offers PACKAGE [OLDEST]: does apt have a candidate, of at least that version?
apt_offers() {
  local candidate
  candidate="$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p')"
  if [ -z "$candidate" ] || [ "$candidate" = '(none)' ]; then
    return 1
  fi
  if [ -n "${2:-}" ]; then
    dpkg --compare-versions "$candidate" ge "$2"
  fi
}
