#!/usr/bin/env bash
# all_traces.sh PROGRAM SEED...: runs every lesson with every seed and prints a line for each,
# "SHA256  LESSON SEED" of its JSON. Fails, and says so, where the program cannot run one as its file
# expects: nothing equals nothing. Run in the root of the clone.
set -uo pipefail

program="$1"
shift
code=0
json="$(mktemp)"
trap 'rm -f "$json"' EXIT
for scenario in scenarios/*/scenario.toml; do
  lesson="$(basename "$(dirname "$scenario")")"
  for seed; do
    if ! "$program" run "$lesson" --json --level expert --seed "$seed" >"$json" || [ ! -s "$json" ]; then
      printf '%s does not run %s (seed %s) as its file expects.\n' "$program" "$lesson" "$seed" >&2
      code=1
    fi
    printf '%s  %s %s\n' "$(sha256sum <"$json" | cut -d' ' -f1)" "$lesson" "$seed"
  done
done
exit "$code"
