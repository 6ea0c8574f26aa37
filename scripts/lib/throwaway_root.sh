#!/usr/bin/env bash
# throwaway_root.sh "PACKAGES" COMMAND...: runs a command, as root, where these Debian packages are
# installed and this machine's own files are not touched: on a copy of the file system that is made
# of differences only (overlayfs) and is gone with the command, as are all processes it began. /tmp
# is the machine's own. For tests that need servers which cannot be installed side by side, and
# which nobody wants to have running.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "throwaway_root.sh: this needs root, or sudo without a password" >&2
      exit 1
    fi
    as_root=(sudo -n --)
  fi
  exec "${as_root[@]}" unshare --mount --propagation private --pid --fork --kill-child=KILL \
    bash "$0" --inside "$@"
fi

shift
packages=$1
shift
base=$(mktemp -d)
mount -t tmpfs tmpfs "$base"
mkdir "$base/differences" "$base/work" "$base/root"
mount -t overlay overlay \
  -o "lowerdir=/,upperdir=$base/differences,workdir=$base/work" "$base/root"
mount -t proc proc "$base/root/proc"
mount --rbind /dev "$base/root/dev"
mount --rbind /tmp "$base/root/tmp"
# Installing a server must not start it.
printf '#!/bin/sh\nexit 101\n' >"$base/root/usr/sbin/policy-rc.d"
chmod 755 "$base/root/usr/sbin/policy-rc.d"
read -ra names <<<"$packages"
chroot "$base/root" env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
  apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${names[@]}" \
  >"$base/install.log" 2>&1 </dev/null || {
  cat "$base/install.log" >&2
  exit 1
}
exec chroot "$base/root" "$@"
