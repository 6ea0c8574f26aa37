# shellcheck shell=bash
# Which systems the scripts know: Debian 12 and newer. Nothing else was tried.
# Sourced after common.sh. HIKYAKU_OS_RELEASE names another os-release file, for the tests.

os_release_field() {
  local file="${HIKYAKU_OS_RELEASE:-/etc/os-release}"
  if [ -r "$file" ]; then
    sed -n "s/^$1=//p" "$file" | tr -d "\"'" | sed -n 1p
  fi
}

platform_name() {
  local name
  name="$(os_release_field PRETTY_NAME)"
  printf '%s\n' "${name:-this system}"
}

# require_supported_platform: returns on a system we can install on, else ends with one sentence.
require_supported_platform() {
  local id version
  id="$(os_release_field ID)"
  version="$(os_release_field VERSION_ID)"
  case "$id" in
    debian)
      # Debian testing and unstable have no number; they are newer than any that has one.
      if [ -n "$version" ] && [ "${version%%.*}" -lt 12 ]; then
        fail "$(platform_name) is too old: hikyaku needs Debian 12 or newer."
      fi
      ;;
    *)
      fail "$(platform_name) is not supported: hikyaku was tried on Debian 12 and 13, and these" \
        "scripts install what it needs there."
      ;;
  esac
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    fail "apt-get and dpkg-query are not here, and these scripts install with them."
  fi
}
