# shellcheck shell=bash
# Makes the SPF project's test suite for RFC 7208 available, which the tests run: it comes with the source
# of pyspf, and in no binary package. Sourced after source.sh.

spf_suite_version=2.0.14-3
spf_suite_file=rfc7208-tests.yml

# cached_spf_suite: the file, or nothing.
cached_spf_suite() {
  local file
  file="$(cache_folder)/spf-suite-$spf_suite_version/$spf_suite_file"
  if [ -s "$file" ]; then
    printf '%s\n' "$file"
  fi
}

# spf_suite_group: the group of packages that fetching it needs, if it is to be fetched.
spf_suite_group() {
  if [ -z "$(cached_spf_suite)" ]; then
    printf 'source\n'
  fi
}

# ensure_spf_suite: after this, the test finds it. install_packages has run for spf_suite_group.
ensure_spf_suite() {
  local cache work
  if [ -n "$(cached_spf_suite)" ]; then
    return
  fi
  cache="$(cache_folder)"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ -z "$(cached_spf_suite)" ]; then
    headline "Fetching the SPF project's test suite"
    work="$cache/unfinished-spf-suite"
    rm -rf "$work"
    mkdir -p "$work"
    fetch_file pyspf bookworm "$spf_suite_version" "$work" "$spf_suite_file"
    mkdir -p "$cache/spf-suite-$spf_suite_version"
    mv "$work/$spf_suite_file" "$cache/spf-suite-$spf_suite_version/"
    rm -rf "$work"
  fi
  exec 9>&-
}
