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

fetch_imgui() {
  fetch_source imgui "$imgui_source_suite" "$imgui_source_version" "$1"
}

# ensure_imgui: after this, CMake finds the source. install_packages has run for fetch_group imgui.
ensure_imgui() {
  fetch_once imgui "imgui-$imgui_source_version" \
    "Fetching Dear ImGui's source (the window): this release has only an old version of it"
}
