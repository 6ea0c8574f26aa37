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

fetch_spf_suite() {
  fetch_file pyspf bookworm "$spf_suite_version" "$1" "$spf_suite_file"
}

# ensure_spf_suite: after this, the test finds it. install_packages has run for fetch_group spf_suite.
ensure_spf_suite() {
  fetch_once spf_suite "spf-suite-$spf_suite_version" "Fetching the SPF project's test suite"
}
