# shellcheck shell=bash
# A minimal Debian 13 beside this system, made once in the cache folder: in it hikyaku is compiled
# and run with that release's own compiler and libraries, so that the promise "Debian 12 or 13" is
# tried and not believed. Sourced after packages.sh and source.sh.

debian13_suite=trixie

# debian13_folder: its name changes with what is to be installed in it.
debian13_folder() {
  local fingerprint
  fingerprint="$({ packages_of build && packages_of botan-system; } | sha256sum | cut -c1-12)"
  printf '%s\n' "$(cache_folder)/debian-13-$fingerprint"
}

# ensure_debian13: after this, in_debian13 can run something. install_packages has run for the group
# "debian13". What is half-made lies in a folder that no one reads, and goes with the next run.
ensure_debian13() {
  local folder mirror work log cache packages=()
  folder="$(debian13_folder)"
  if [ -d "$folder/hikyaku" ]; then
    return
  fi
  cache="$(cache_folder)"
  mkdir -p "$cache"
  exec 8>"$cache/lock-debian-13"
  flock 8
  if [ -d "$folder/hikyaku" ]; then
    exec 8>&-
    return
  fi
  headline "Making a minimal Debian 13 in $folder"
  work="$cache/unfinished-debian-13"
  log="$(log_file debian-13)"
  mirror="$(debian_mirror)"
  mapfile -t packages < <(packages_of build && packages_of botan-system)
  as_root rm -rf "$work" "$cache"/debian-13-*
  if ! as_root debootstrap --variant=minbase --include=ca-certificates \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    "$debian13_suite" "$work" "$mirror" >"$log" 2>&1 </dev/null; then
    fail "Debian 13 could not be made in the cache folder (is the network there? details: $log)."
  fi
  if ! {
    root_of_debian13 "$work" apt-get -q -y update &&
      root_of_debian13 "$work" apt-get -q -y install --no-install-recommends "${packages[@]}" &&
      root_of_debian13 "$work" apt-get clean
  } >>"$log" 2>&1; then
    fail "what hikyaku needs could not be installed in Debian 13 (details: $log)."
  fi
  as_root mkdir -m 1777 "$work/ccache"
  as_root mkdir "$work/hikyaku" # where the clone is shown
  as_root mv "$work" "$folder"
  exec 8>&-
}

# root_of_debian13 FOLDER COMMAND...: as root, while it is being made.
root_of_debian13() {
  as_root chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
    DEBIAN_FRONTEND=noninteractive "${@:2}" </dev/null
}

# in_debian13 COMMAND...: runs it there as the user who runs this, in the clone, which is seen as
# /hikyaku. Its processes end with it, and its mounts are not seen outside.
in_debian13() {
  # shellcheck disable=SC2016  # for the shell that unshare starts
  as_root unshare --mount --propagation private --pid --fork --kill-child=KILL bash -euc '
    root=$1 clone=$2 user=$3
    shift 3
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$clone" "$root/hikyaku"
    exec chroot --userspec="$user" "$root" env -i -C /hikyaku PATH=/usr/bin:/bin HOME=/tmp \
      LC_ALL=C.UTF-8 CCACHE_DIR=/ccache CCACHE_MAXSIZE=500M HIKYAKU_CACHE=/nowhere "$@"
    ' in_debian13 "$(debian13_folder)" "$PWD" "$(id -u):$(id -g)" "$@" </dev/null
}
