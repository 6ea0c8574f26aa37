# shellcheck shell=bash
# Configures and compiles a preset of CMakePresets.json. Sourced after the other files of this folder.

configure_preset() {
  local log
  log="$(log_file "configure-$1")"
  HIKYAKU_CACHE="$(cache_folder)"
  export HIKYAKU_CACHE
  if ! cmake --preset "$1" >"$log" 2>&1; then
    sed 's/^/    /' "$log" >&2
    fail "CMake could not configure the preset '$1'; what it said is above."
  fi
}

# build_preset PRESET: brings build/PRESET up to date. Says nothing when there is nothing to compile.
build_preset() {
  local preset="$1" jobs
  configure_preset "$preset"
  if ninja -C "build/$preset" -n 2>/dev/null | grep 'no work to do' >/dev/null; then
    return
  fi
  jobs="$(compile_jobs)"
  headline "Compiling (preset $preset, $jobs at a time)"
  ninja -C "build/$preset" -j "$jobs" 2>&1 | grep --line-buffered -v '^ninja: Entering' |
    progress_line all || fail "the preset '$preset' did not compile; what the compiler said is above."
}
