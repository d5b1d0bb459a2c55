#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A sweep of nine small runs with successive halving on CIFAR-100, killed twice and resumed:
#   tests/demo/sweep.sh CIFAR-100-FOLDER-OR-ARCHIVE [vit-cli] [sweep.json]
# Everything is kept in the folder that is printed last. About three minutes on two cores.
set -eu

[ $# -ge 1 ] || { echo "usage: $0 CIFAR-100-FOLDER-OR-ARCHIVE [vit-cli] [sweep.json]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
data=$1
cli=${2:-$here/../../build/release/bin/vit-cli}
plan=${3:-$here/sweep.json}
home=$(mktemp -d)
export XDG_DATA_HOME="$home"

# Runs the sweep's command and kills it, as a loss of power would, when it has told the given number of steps.
killed_after() {
    steps=$1
    shift
    "$cli" sweep "$@" --json > "$home/events.jsonl" &
    process=$!
    while [ "$(grep -c '"event":"step"' "$home/events.jsonl")" -lt "$steps" ]; do
        kill -0 "$process" 2> /dev/null || { echo "The sweep ended before it could be killed." >&2; exit 1; }
        sleep 0.2
    done
    kill -KILL "$process"
    wait "$process" 2> /dev/null || true
    printf '\nKilled after %s steps:\n' "$steps"
    "$cli" sweep status "$home/sweep"
}

"$cli" data add cifar-100 --from "$data"
"$cli" sweep plan "$plan"
killed_after 150 run "$plan" --out "$home/sweep"
killed_after 500 resume "$home/sweep"
printf '\nResumed:\n'
"$cli" sweep resume "$home/sweep"
printf '\nKept in %s\n' "$home"
