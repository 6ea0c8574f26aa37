# shellcheck shell=bash
# Fetches a source package of another Debian release, from the mirror that this machine's apt uses,
# without touching the system's apt set-up. Sourced after common.sh.

# debian_mirror: where this machine's apt fetches Debian from.
debian_mirror() {
  local mirror
  # shellcheck disable=SC2016  # $(REPO_URI) is apt's own notation
  mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    'Label: Debian' 'Component: main' 2>/dev/null | sed -n 1p)"
  if [ -z "$mirror" ]; then
    fail "apt knows no Debian mirror yet, so nothing of another release can be fetched; run" \
      "'apt-get update' as root and then this again."
  fi
  printf '%s\n' "$mirror"
}

# source_apt COMMAND FOLDER ARGS...: an apt command that knows the source packages of one release and
# nothing else, with lists and caches of its own in FOLDER.
source_apt() {
  local command="$1" home="$2"
  shift 2
  "$command" -o "Dir::Etc::SourceList=$home/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$home/lists" -o "Dir::Cache=$home/cache" -o APT::Sandbox::User=root "$@"
}

# find_source PACKAGE SUITE VERSION FOLDER: makes FOLDER ready for source_apt, and leaves in wanted_source
# what to fetch. apt checks Debian's signature on the index, and the index's hashes on the files, before
# anything is unpacked.
find_source() {
  local package="$1" suite="$2" version="$3" folder="$4" mirror log
  wanted_source="$package=$version"
  log="$(log_file "$package-source")"
  mirror="$(debian_mirror)"
  mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/download"
  printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    "$mirror" "$suite" >"$folder/apt/sources.list"
  if ! source_apt apt-get "$folder/apt" update -o APT::Update::Error-Mode=any >"$log" 2>&1; then
    fail "the source of $package could not be fetched from the Debian mirror this machine uses" \
      "(is the network there? details: $log)."
  fi
  # A suite moves on, and a point release replaces: then its current version instead of the measured.
  if ! source_apt apt-cache "$folder/apt" showsrc --only-source "$package" 2>/dev/null |
    grep -xF "Version: $version" >/dev/null; then
    wanted_source="$package/$suite"
    say "    Debian's $suite no longer has $package $version, with which hikyaku was measured;" \
      "taking the version that it has now"
  fi
}

# fetch_source PACKAGE SUITE VERSION FOLDER: leaves the unpacked source in FOLDER/source.
fetch_source() {
  local package="$1" folder="$4" log
  log="$(log_file "$package-source")"
  find_source "$@"
  (
    cd "$folder/download" &&
      source_apt apt-get "$folder/apt" source --download-only "$wanted_source" &&
      dpkg-source --extract "$package"_*.dsc "$folder/source"
  ) >>"$log" 2>&1 ||
    fail "the source package $package could not be fetched or unpacked (details: $log)."
}

# fetch_file PACKAGE SUITE VERSION FOLDER FILE: of what the authors published, without Debian's changes,
# leaves the one file whose path ends in FILE in FOLDER/source.
fetch_file() {
  local package="$1" folder="$4" file="$5" log
  log="$(log_file "$package-source")"
  find_source "$@"
  mkdir -p "$folder/source"
  (
    cd "$folder/download" &&
      source_apt apt-get "$folder/apt" source --download-only --tar-only "$wanted_source" &&
      tar --extract --to-stdout --wildcards --file "$package"_*.orig.tar.* "*/$file" \
        >"$folder/source/$file"
  ) >>"$log" 2>&1 ||
    fail "$file of the source package $package could not be fetched or unpacked (details: $log)."
}

# fetch_group WHAT: the group of packages that fetching it needs, unless cached_WHAT finds it.
fetch_group() {
  if [ -z "$("cached_$1")" ]; then
    printf 'source\n'
  fi
}

# fetch_once WHAT NAME WORDS: after this cached_WHAT finds it. If not before, fetch_WHAT leaves it in a
# folder's source/, which then becomes NAME in the cache folder. What an interruption leaves behind is
# swept away by the next run.
fetch_once() {
  local what="$1" name="$2" words="$3" cache work
  if [ -n "$("cached_$what")" ]; then
    return
  fi
  cache="$(cache_folder)"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ -z "$("cached_$what")" ]; then
    headline "$words"
    work="$cache/unfinished-$what"
    rm -rf "$work"
    mkdir -p "$work"
    "fetch_$what" "$work"
    rm -rf "${cache:?}/$name"
    mv "$work/source" "$cache/$name"
    rm -rf "$work"
  fi
  exec 9>&-
}
