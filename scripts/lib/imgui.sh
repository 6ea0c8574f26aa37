# shellcheck shell=bash
# Makes the source of Dear ImGui (the window) available: Debian's package, of a later release because
# this one's predates dynamic fonts, unpacked once into the cache folder. CMake compiles it with our
# own flags. docs/decisions/0007-imgui-from-source.md. Sourced after source.sh.

imgui_source_suite=forky
imgui_source_version=1.92.2b+ds-1

# cached_imgui: the folder of the unpacked source, or nothing.
cached_imgui() {
  local folder
  folder="$(cache_folder)/imgui-$imgui_source_version"
  if [ -f "$folder/imgui.h" ]; then
    printf '%s\n' "$folder"
  fi
}

# imgui_group: the group of packages that fetching it needs, if it is to be fetched.
imgui_group() {
  if [ -z "$(cached_imgui)" ]; then
    printf 'source\n'
  fi
}

# ensure_imgui: after this, CMake finds the source. install_packages has run for imgui_group. What an
# interruption leaves behind is swept away by the next run.
ensure_imgui() {
  local cache work
  if [ -n "$(cached_imgui)" ]; then
    return
  fi
  cache="$(cache_folder)"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ -z "$(cached_imgui)" ]; then
    headline "Fetching Dear ImGui's source (the window): this release has only an old version of it"
    work="$cache/unfinished-imgui"
    rm -rf "$work"
    mkdir -p "$work"
    fetch_source imgui "$imgui_source_suite" "$imgui_source_version" "$work"
    rm -rf "$cache/imgui-$imgui_source_version"
    mv "$work/source" "$cache/imgui-$imgui_source_version"
    rm -rf "$work"
  fi
  exec 9>&-
}
