# shellcheck shell=bash
# Loads the whole of scripts/lib, goes to the root of the clone (remembering in caller_folder where the
# person stands), and answers Ctrl-C with a sentence. Every script sources this first.

# shellcheck disable=SC2034  # read by the scripts
caller_folder="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/platform.sh
. scripts/lib/platform.sh
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/source.sh
. scripts/lib/source.sh
# shellcheck source=scripts/lib/debian13.sh
. scripts/lib/debian13.sh
# shellcheck source=scripts/lib/imgui.sh
. scripts/lib/imgui.sh
# shellcheck source=scripts/lib/spf_suite.sh
. scripts/lib/spf_suite.sh
# shellcheck source=scripts/lib/botan.sh
. scripts/lib/botan.sh
# shellcheck source=scripts/lib/build.sh
. scripts/lib/build.sh

trap 'printf "\nhikyaku: interrupted; run it again and it goes on from here.\n" >&2; exit 130' INT TERM
