#!/usr/bin/env bash
# What scripts/ promises to a person, tried with stand-ins for apt, dpkg, sudo and CMake: nothing is
# installed, nothing compiled. Each case is a function; its name is the sentence that is printed.
# shellcheck disable=SC2016  # what stands in single quotes is meant for another shell
set -uo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
unset HIKYAKU_CACHE XDG_CACHE_HOME CI DISPLAY WAYLAND_DISPLAY
export HIKYAKU_CACHE="$scratch/cache"

# stand_in NAME: a command of that name, first in PATH, that does what standard input says.
stand_in() {
  mkdir -p "$scratch/bin"
  {
    printf '#!/bin/bash\n'
    cat
  } >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

system_is() {
  printf '%s\n' "$@" >"$scratch/os-release"
}

# run COMMAND...: its output and exit code, with the stand-ins in place and nobody at the keyboard.
run() {
  output="$(PATH="$scratch/bin:$PATH" HIKYAKU_OS_RELEASE="$scratch/os-release" "$@" 2>&1 </dev/null)"
  code=$?
}

# in_library WORDS: runs them in a shell that has scripts/lib loaded.
in_library() {
  run bash -euo pipefail -c ". '$root/scripts/lib/all.sh'; $1"
}

equal() {
  if [ "$1" != "$2" ]; then
    printf '    expected: %s\n    found:    %s\n' "$2" "$1"
    return 1
  fi
}

contains() {
  if [[ "$1" != *"$2"* ]]; then
    printf '    expected in it: %s\n    found:          %s\n' "$2" "$1"
    return 1
  fi
}

ends_with_one_sentence() {
  equal "$code" 1 && equal "$(wc -l <<<"$output")" 1 && contains "$output" "hikyaku: " &&
    contains "$output" "$1"
}

debian_12() {
  system_is 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"' ID=debian 'VERSION_ID="12"'
}

nothing_installed() {
  stand_in dpkg-query <<<'exit 1'
}

everything_installed() {
  stand_in dpkg-query <<<'shift 2; for name; do echo "installed $name"; done'
}

case_an_unsupported_system_is_told_so_in_one_sentence() {
  local script
  system_is 'PRETTY_NAME="Fedora Linux 41"' ID=fedora VERSION_ID=41
  for script in start test check bench; do
    run "$root/scripts/$script"
    ends_with_one_sentence "Fedora Linux 41 is not supported" || return 1
  done
}

case_a_release_that_is_too_old_is_told_so_in_one_sentence() {
  system_is 'PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"' ID=debian 'VERSION_ID="11"'
  run "$root/scripts/test"
  ends_with_one_sentence "bullseye) is too old"
}

case_a_system_without_os_release_is_not_supported() {
  rm -f "$scratch/os-release"
  run "$root/scripts/start"
  ends_with_one_sentence "not supported"
}

case_debian_12_13_and_testing_are_supported() {
  local lines
  for lines in 'VERSION_ID="12"' 'VERSION_ID="13"' 'VERSION_CODENAME=forky'; do
    system_is ID=debian "$lines"
    in_library require_supported_platform
    equal "$code" 0 || return 1
  done
}

case_help_needs_no_supported_system_and_installs_nothing() {
  local script
  system_is ID=plan9
  for script in start test check bench; do
    run "$root/scripts/$script" --help
    equal "$code" 0 && contains "$output" "usage: scripts/$script" || return 1
  done
}

case_an_unknown_check_is_named_together_with_those_there_are() {
  debian_12
  run "$root/scripts/check" spelling
  ends_with_one_sentence "'spelling' is no check; there are: format shell tidy traces situations unbridged debian13"
}

case_without_root_and_sudo_the_command_for_an_administrator_is_named() {
  debian_12
  nothing_installed
  stand_in id <<<'echo 1000'
  stand_in sudo <<<'exit 1'
  run "$root/scripts/test"
  equal "$code" 1 && contains "$output" "apt-get install --no-install-recommends g++ cmake" &&
    contains "$(tail -n 1 <<<"$output")" "hikyaku: some Debian packages are missing"
}

case_with_sudo_packages_are_installed_through_it() {
  debian_12
  nothing_installed
  stand_in id <<<'echo 1000'
  stand_in sudo <<<"echo \"\$*\" >>$scratch/sudo-calls"
  stand_in apt-cache <<<'echo "  Candidate: 1.0"'
  in_library 'install_packages test'
  equal "$code" 0 && contains "$(cat "$scratch/sudo-calls")" "install --no-install-recommends doctest-dev"
}

case_without_a_network_it_says_so() {
  debian_12
  nothing_installed
  stand_in id <<<'echo 0'
  stand_in dpkg <<<'exit 0'
  stand_in apt-get <<<'echo "Err:1 bookworm InRelease  Temporary failure resolving"; exit 0'
  stand_in apt-cache <<<'exit 0'
  run "$root/scripts/test"
  equal "$code" 1 &&
    contains "$(tail -n 1 <<<"$output")" "hikyaku: the package archive could not be reached"
}

case_a_package_that_apt_does_not_offer_is_named() {
  debian_12
  nothing_installed
  stand_in id <<<'echo 0'
  stand_in dpkg <<<'exit 0'
  stand_in apt-get <<<'exit 0'
  stand_in apt-cache <<<'if [ "$2" = libcli11-dev ]; then echo "  Candidate: (none)"; else echo "  Candidate: 1"; fi'
  run "$root/scripts/test"
  equal "$code" 1 && contains "$(tail -n 1 <<<"$output")" "does not offer libcli11-dev"
}

case_apt_is_not_called_when_nothing_is_missing() {
  debian_12
  everything_installed
  stand_in apt-get <<<"touch $scratch/apt-was-called"
  in_library 'install_packages build test clang check'
  equal "$code" 0 && equal "$output" "" && equal "$(ls "$scratch/apt-was-called" 2>/dev/null)" ""
}

case_a_package_that_is_only_half_installed_counts_as_missing() {
  debian_12
  stand_in dpkg-query <<<'for word; do
    case "$word" in
      -*) ;;
      doctest-dev) echo "unpacked $word" ;;
      *) echo "installed $word" ;;
    esac
  done'
  in_library 'missing_packages test'
  equal "$output" "doctest-dev"
}

case_every_package_has_one_group_and_a_reason() {
  in_library 'package_table | awk -F "|" "NF != 3 || \$3 ~ /^ *\$/"'
  equal "$output" "" || return 1
  in_library 'package_table | cut -d"|" -f1 | tr -d " " | sort -u | while read -r group; do
    [ -n "$(describe_group "$group")" ] || echo "$group"; done'
  equal "$output" ""
}

case_memory_bounds_the_number_of_jobs() {
  in_library 'nproc() { echo 16; }; memory_mib() { echo 6400; }; compile_jobs'
  equal "$output" 4 || return 1
  in_library 'nproc() { echo 16; }; memory_mib() { echo 900; }; compile_jobs'
  equal "$output" 1 || return 1
  in_library 'nproc() { echo 2; }; memory_mib() { echo 64000; }; compile_jobs'
  equal "$output" 2
}

case_away_from_a_terminal_progress_is_one_line_in_ten() {
  in_library 'for i in $(seq 1 200); do echo "[$i/200] compile $i"; done | progress_line'
  equal "$(wc -l <<<"$output")" 11 && contains "$output" "[1/200]" && contains "$output" "[200/200]"
}

# The second line is written when the first was shown, or after ten seconds.
case_progress_is_shown_while_it_is_made() {
  local shown="$scratch/shown"
  in_library '{ echo "[1/2] first"; for i in $(seq 200); do grep -q first '"'$shown'"' && break; sleep 0.05; done
    echo "[2/2] second, after $i looks"; } | progress_line all >'"'$shown'"
  contains "$(cat "$shown")" "[2/2] second" || return 1
  if grep -q "after 200 looks" "$shown"; then
    printf '    nothing was shown before the end\n'
    return 1
  fi
}

case_the_steps_of_apt_are_counted_whether_or_not_it_had_to_fetch() {
  local said=$'0 upgraded, 2 newly installed, 0 to remove\n' fetched
  said+=$'Unpacking a (1) ...\nUnpacking b (1) ...\nSetting up a (1) ...\nSetting up b (1) ...'
  in_library "apt_steps <<<'$said'"
  equal "$(cut -d']' -f1 <<<"$output" | tr -d '\n')" '[3/6[4/6[5/6[6/6' || return 1
  fetched="$(sed '1a Get:1 mirror bookworm/main amd64 a amd64 1 [9 kB]' <<<"$said")"
  in_library "apt_steps <<<'$fetched'"
  equal "$(head -n 1 <<<"$output")" '[1/6] Fetching a' &&
    equal "$(cut -d']' -f1 <<<"$output" | tr -d '\n')" '[1/6[3/6[4/6[5/6[6/6'
}

case_what_a_compiler_says_is_never_thinned_out() {
  in_library 'printf "[1/9] a\n[1/9] b\nerror: no such thing\n" | progress_line all'
  contains "$output" "error: no such thing" && equal "$(wc -l <<<"$output")" 2
}

case_other_botan_modules_make_another_botan() {
  local before
  in_library botan_fingerprint
  before="$output"
  in_library botan_fingerprint
  equal "$output" "$before" || return 1
  in_library 'botan_modules+=(scrypt); botan_fingerprint'
  [ "$output" != "$before" ]
}

case_an_unfinished_botan_is_never_taken_for_a_finished_one() {
  in_library 'mkdir -p "$HIKYAKU_CACHE/botan-3.7.1-$(botan_fingerprint)/lib" "$HIKYAKU_CACHE/unfinished/lib"
    touch "$HIKYAKU_CACHE/unfinished/lib/libbotan-3.a"; cached_botan'
  equal "$output" "" || return 1
  in_library 'touch "$HIKYAKU_CACHE/botan-3.7.1-$(botan_fingerprint)/lib/libbotan-3.a"; cached_botan'
  contains "$output" "$HIKYAKU_CACHE/botan-3.7.1-"
}

case_a_botan_of_the_system_that_is_too_old_is_told_in_one_sentence() {
  system_is 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"' ID=debian 'VERSION_ID="13"'
  stand_in pkg-config <<<'exit 1'
  in_library ensure_botan
  ends_with_one_sentence "libbotan-3-dev is older than 3.7"
}

case_debian_12_builds_botan_and_newer_releases_install_it() {
  stand_in pkg-config <<<'exit 1'
  debian_12
  in_library 'botan_group; build_botan() { echo builds; }; ensure_botan'
  contains "$output" $'botan\n' && contains "$output" builds || return 1
  system_is ID=debian 'VERSION_ID="13"'
  in_library botan_group
  equal "$output" botan-system || return 1
  system_is ID=debian VERSION_CODENAME=forky
  in_library botan_group
  equal "$output" botan-system
}

case_a_botan_that_is_here_needs_no_package() {
  debian_12
  stand_in pkg-config <<<'[ "$*" = "--exists botan-3 >= 3.7" ]'
  in_library 'botan_group; ensure_botan'
  equal "$code" 0 && equal "$output" ""
}

find_botan() {
  rm -rf "$scratch/find"
  run env PKG_CONFIG_LIBDIR="$scratch/none" PKG_CONFIG_PATH="$scratch/none" \
    cmake -S "$root/tests/scripts/find_botan" -B "$scratch/find" -G Ninja
}

case_without_botan_cmake_says_which_script_to_run() {
  find_botan
  equal "$code" 1 && contains "$(tr -s '\n ' '  ' <<<"$output")" "Run scripts/test or scripts/start once"
}

case_cmake_takes_the_newest_botan_of_the_cache() {
  local version
  for version in 3.6.9-aaa 3.7.1-bbb 3.10.0-ccc 3.9.2-ddd; do
    mkdir -p "$HIKYAKU_CACHE/botan-$version/lib"
    touch "$HIKYAKU_CACHE/botan-$version/lib/libbotan-3.a"
  done
  mkdir -p "$HIKYAKU_CACHE/botan-3.11.0-eee" # no library in it
  find_botan
  equal "$code" 0 && contains "$output" "took 3.10.0 $HIKYAKU_CACHE/botan-3.10.0-ccc/lib/libbotan-3.a"
}

case_of_equal_versions_cmake_takes_the_youngest() {
  mkdir -p "$HIKYAKU_CACHE/botan-3.7.1-aaa/lib" "$HIKYAKU_CACHE/botan-3.7.1-bbb/lib"
  touch -d '2 hours ago' "$HIKYAKU_CACHE/botan-3.7.1-bbb/lib/libbotan-3.a"
  touch -d '1 hour ago' "$HIKYAKU_CACHE/botan-3.7.1-aaa/lib/libbotan-3.a"
  find_botan
  contains "$output" "botan-3.7.1-aaa" || return 1
  touch "$HIKYAKU_CACHE/botan-3.7.1-bbb/lib/libbotan-3.a"
  find_botan
  contains "$output" "botan-3.7.1-bbb"
}

# find_imgui VERSION...: what CMake takes when these lie in the cache folder.
find_imgui() {
  local version file
  for version; do
    mkdir -p "$HIKYAKU_CACHE/imgui-$version/misc/cpp" "$HIKYAKU_CACHE/imgui-$version/backends"
    for file in imgui imgui_draw imgui_tables imgui_widgets misc/cpp/imgui_stdlib \
      backends/imgui_impl_glfw backends/imgui_impl_opengl3; do
      touch "$HIKYAKU_CACHE/imgui-$version/$file.cpp"
    done
    printf '#define IMGUI_VERSION "%s"\n' "$version" >"$HIKYAKU_CACHE/imgui-$version/imgui.h"
  done
  run cmake -S "$root/tests/scripts/find_imgui" -B "$scratch/find" -G Ninja
}

case_cmake_takes_the_newest_imgui_that_the_window_was_written_for() {
  find_imgui 1.91.9 1.92.2b 1.92.10 1.93.0
  equal "$code" 0 && contains "$output" "took 1.92.10 $HIKYAKU_CACHE/imgui-1.92.10"
}

case_an_imgui_that_is_too_old_or_too_new_is_named_and_not_taken() {
  find_imgui 1.91.9 1.93.0
  output="$(tr -s '\n ' '  ' <<<"$output")"
  equal "$code" 1 && contains "$output" "at least 1.92.2 and older than 1.93, is not in the cache" &&
    contains "$output" "There is 1.91.9 (" && contains "$output" "There is 1.93.0 ("
}

# suite_has VERSIONS: stand-ins for an archive whose suite has these of a package.
suite_has() {
  stand_in apt-get <<<'case "$*" in
    indextargets*) echo mirror: ;;
    *" source "*) echo "${@: -1}" >>'"$scratch"'/asked; touch imgui_1.dsc ;;
  esac'
  stand_in apt-cache <<<"printf 'Version: %s\\n' $1"
  stand_in dpkg-source <<<'mkdir "${@: -1}"'
}

case_a_suite_that_moved_on_is_told_and_its_newest_taken() {
  suite_has 1.92.9-1
  in_library "fetch_source imgui forky 1.92.2b+ds-1 '$scratch/fetched'"
  equal "$code" 0 && equal "$(cat "$scratch/asked")" imgui/forky &&
    contains "$output" "forky no longer has imgui 1.92.2b+ds-1" || return 1
  rm -r "$scratch/asked" "$scratch/fetched"
  suite_has '1.92.9-1 1.92.2b+ds-1'
  in_library "fetch_source imgui forky 1.92.2b+ds-1 '$scratch/fetched'"
  equal "$output" "" && equal "$(cat "$scratch/asked")" imgui=1.92.2b+ds-1
}

case_one_file_of_the_authors_is_taken_without_debians_part() {
  mkdir -p "$scratch/pyspf-2/test"
  echo questions >"$scratch/pyspf-2/test/questions.yml"
  tar -czf "$scratch/authors.tar.gz" -C "$scratch" pyspf-2
  suite_has 2-1
  stand_in apt-get <<<'case "$*" in
    indextargets*) echo mirror: ;;
    *" --tar-only "*) cp '"$scratch"'/authors.tar.gz pyspf_2.orig.tar.gz ;;
  esac'
  in_library "fetch_file pyspf bookworm 2-1 '$scratch/fetched' questions.yml"
  equal "$code" 0 && equal "$(cat "$scratch/fetched/source/questions.yml")" questions
}

# debian13_where COMMAND: a debootstrap that does this instead; apt knows a mirror.
debian13_where() {
  suite_has ''
  stand_in debootstrap <<<"$1"
  stand_in id <<<'echo 0'
  in_library 'root_of_debian13() { echo "inside: ${*:2}"; }; ensure_debian13'
}

case_a_debian_13_that_cannot_be_made_is_told_in_one_sentence_and_not_kept() {
  debian13_where 'mkdir -p "${@: -2:1}"; exit 1'
  equal "$code" 1 && contains "$(tail -n 1 <<<"$output")" "hikyaku: Debian 13 could not be made" || return 1
  in_library '[ ! -e "$(debian13_folder)" ]'
  equal "$code" 0
}

case_a_debian_13_is_made_once_and_again_when_other_packages_are_needed() {
  debian13_where 'mkdir -p "${@: -2:1}"'
  equal "$code" 0 && contains "$output" "Making a minimal Debian 13" || return 1
  in_library ensure_debian13
  equal "$code $output" "0 " || return 1
  in_library 'packages_of() { echo more; }; [ ! -e "$(debian13_folder)" ]'
  equal "$code" 0
}

case_traces_that_differ_are_named() {
  printf 'a  op25b 1\nb  path 1\n' >"$scratch/one"
  printf 'b  path 1\nc  op25b 1\n' >"$scratch/other"
  run bash -c ". '$root/scripts/lib/all.sh'; differences '$scratch/one' '$scratch/other'"
  equal "$output" $'differs: op25b 1\n1' || return 1
  run bash -c ". '$root/scripts/lib/all.sh'; differences '$scratch/one' '$scratch/one'"
  equal "$output" 0
}

case_naming_them_leaves_what_was_in_the_log() {
  printf 'a  op25b 1\n' >"$scratch/one"
  printf 'c  op25b 1\n' >"$scratch/other"
  bash -c ". '$root/scripts/lib/all.sh'; echo before; differences '$scratch/one' '$scratch/other'" \
    >"$scratch/log" 2>&1
  equal "$(<"$scratch/log")" $'before\ndiffers: op25b 1\n1'
}

case_a_program_that_cannot_run_a_lesson_is_not_compared_but_named() {
  mkdir -p "$scratch/clone/scenarios/path"
  touch "$scratch/clone/scenarios/path/scenario.toml"
  cd "$scratch/clone" && run bash "$root/scripts/lib/all_traces.sh" false 1 2
  equal "$code" 1 && contains "$output" "false does not run path (seed 2) as its file expects"
}

# clone_with_stand_ins: a tree whose programs only repeat where they were called and with which words.
clone_with_stand_ins() {
  local release="$scratch/clone/build/release"
  mkdir -p "$release/cli" "$release/gui" "$scratch/elsewhere"
  cp -r "$root/scripts" "$scratch/clone/"
  printf '#!/bin/sh\necho "$PWD: $*"\nexit 7\n' >"$release/cli/hikyaku"
  printf '#!/bin/sh\necho "window: $*"\n' >"$release/gui/hikyaku-gui"
  chmod +x "$release/cli/hikyaku" "$release/gui/hikyaku-gui"
  in_library 'mkdir -p "$HIKYAKU_CACHE/imgui-$imgui_source_version" &&
    touch "$HIKYAKU_CACHE/imgui-$imgui_source_version/imgui.h"'
  debian_12
  everything_installed
  stand_in pkg-config <<<'exit 0'
  stand_in cmake <<<'exit 0'
  stand_in ninja <<<'echo "ninja: no work to do."'
}

case_start_without_words_runs_the_op25b_lesson() {
  clone_with_stand_ins
  cd "$scratch/elsewhere" && run "$scratch/clone/scripts/start"
  equal "$code" 7 && equal "$output" "$scratch/elsewhere: run op25b"
}

case_start_opens_the_window_where_there_is_a_display() {
  clone_with_stand_ins
  run env DISPLAY=:7 "$scratch/clone/scripts/start"
  equal "$output" "window: " || return 1
  run env DISPLAY=:7 "$scratch/clone/scripts/start" list
  contains "$output" ": list"
}

case_start_hands_its_words_and_the_callers_folder_to_hikyaku() {
  clone_with_stand_ins
  cd "$scratch/elsewhere" && run "$scratch/clone/scripts/start" run 'my lesson.toml' --lang ja
  equal "$output" "$scratch/elsewhere: run my lesson.toml --lang ja"
}

case_only_hikyaku_writes_to_standard_output() {
  clone_with_stand_ins
  stand_in ninja <<<'echo "[1/1] compile"'
  cd "$scratch/elsewhere" && run bash -c "'$scratch/clone/scripts/start' list 2>/dev/null"
  equal "$output" "$scratch/elsewhere: list" || return 1
  run bash -c "'$scratch/clone/scripts/start' list 2>&1 >/dev/null"
  contains "$output" "Compiling"
}

case_a_start_with_nothing_to_do_says_nothing() {
  clone_with_stand_ins
  stand_in ninja <<<'echo "ninja: Entering directory x"; echo "[0/2] Re-checking"; echo "ninja: no work to do."'
  run bash -c "'$scratch/clone/scripts/start' list 2>&1 >/dev/null"
  equal "$output" ""
}

case_a_compile_error_is_shown_and_nothing_is_run() {
  clone_with_stand_ins
  stand_in ninja <<<'echo "[1/2] compile"; echo "FAILED: x.o"; echo "x.cpp:1: error: no"; exit 1'
  run "$scratch/clone/scripts/start"
  equal "$code" 1 && contains "$output" "x.cpp:1: error: no" &&
    contains "$(tail -n 1 <<<"$output")" "hikyaku: the preset 'release' did not compile"
}

# change_with PATTERN: .ci/run in a tree whose scripts only say their name, and fail where it matches.
change_with() {
  local script
  mkdir -p "$scratch/clone/scripts" "$scratch/clone/.ci"
  cp "$root/.ci/run" "$scratch/clone/.ci/"
  for script in test start check; do
    printf 'echo "$0 $*"\ncase "$0 $*" in %s) exit 8 ;; esac\n' "$1" >"$scratch/clone/scripts/$script"
  done
  run bash "$scratch/clone/.ci/run"
}

case_a_good_change_passes_and_the_second_compilers_tests_have_the_last_word() {
  change_with none
  equal "$code" 0 && equal "$(tail -n 1 <<<"$output")" "scripts/test --clang"
}

case_a_change_fails_when_any_stage_fails_and_the_others_run_all_the_same() {
  local stage
  for stage in '"scripts/test "' '"scripts/start "' '"scripts/check "' '"scripts/check debian13"' \
    '"scripts/test --clang"'; do
    change_with "$stage"
    equal "$code" 1 && contains "$(tail -n 1 <<<"$output")" "FAILED: bash scripts/" &&
      equal "$(grep -c '^scripts/' <<<"$output")" 5 || return 1
  done
}

passed=0
failed=0
for case in $(declare -F | awk '$3 ~ /^case_/ { print $3 }'); do
  rm -rf "${scratch:?}"/*
  sentence="${case#case_}"
  if said="$("$case" 2>&1)"; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "${sentence//_/ }"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n%s\n' "${sentence//_/ }" "$said"
  fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
