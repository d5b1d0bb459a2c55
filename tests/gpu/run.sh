#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The first contact with a GPU, in one command and under ten minutes: what the program checks of itself there, two epochs of
# the published example, and all of it as a report. Needs nothing but a folder that packaging/bundle.sh has made.
set -uo pipefail

usage() {
    cat <<TEXT
Usage: tests/gpu/run.sh BUNDLE [DATA] [--device cuda|cpu] [--out FOLDER]
  BUNDLE    the folder, or its .tar.xz; left out where this script lies in it, as gpu-report.sh
  DATA      CIFAR-100, as the official archive or its folder; without it, the built-in shapes take its place
  --device  cpu tries the script itself, shortened, where there is no GPU
  --out     the folder of the report; by default vit-gpu-report in the current folder
Exit codes: 0 all checks hold and both epochs were trained, 1 something failed, 2 wrong use.
TEXT
}

bundle='' data='' device=cuda out=vit-gpu-report
here=$(dirname "$(readlink -f "$0")")
[[ ! -e $here/made-for ]] || bundle=$here
while (($#)); do
    case $1 in
        --device) device=${2:?} && shift ;;
        --out) out=${2:?} && shift ;;
        -h | --help) usage && exit ;;
        -*) usage >&2 && exit 2 ;;
        *) if [[ ! $bundle ]]; then bundle=$1; elif [[ ! $data ]]; then data=$1; else usage >&2 && exit 2; fi ;;
    esac
    shift
done
[[ -e $bundle && ($device == cuda || $device == cpu) && (! $data || -e $data) ]] || { usage >&2 && exit 2; }

mkdir -p "$out" || exit 1
out=$(realpath "$out")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if [[ -f $bundle ]]; then
    tar -C "$work" -xf "$bundle" || exit 1
    bundle=$(dirname "$(ls "$work"/*/made-for)")
fi
cli=$(realpath "$bundle")/vit-cli
export XDG_DATA_HOME=$work/data
failed=()

# Runs a command for at most $2 seconds, with what it prints in the file $1 of the report and its result in words.
part() {
    local file=$out/$1 seconds=$2 begin=$SECONDS code
    shift 2
    timeout --kill-after=10 "$seconds" "$@" >"$file" 2>"$file.err"
    code=$?
    [[ -s $file.err ]] || rm -f "$file.err"
    case $code in
        0) result="done" ;;
        124 | 137) result="STOPPED after $seconds s" ;;
        *) result="FAILED with exit code $code" ;;
    esac
    ((code == 0)) || failed+=("${file##*/}")
    printf '%-18s %5d s  %s\n' "${file##*/}" $((SECONDS - begin)) "$result" | tee -a "$out/summary.txt"
    return "$code"
}

# The epochs of a run, from its JSON events in the file $1: seconds, images a second, loss and accuracies.
epochs() {
    python3 - "$1" <<'PYTHON'
import json, sys
for line in open(sys.argv[1]):
    event = json.loads(line) if line.startswith("{") else {}
    if event.get("event") == "run_started":
        print("  ", event.get("device"), "·", event.get("precision"), "·", event.get("kernels"))
    if event.get("event") == "message":
        print("  ", event.get("text"))
    if event.get("event") == "epoch":
        print(f"   epoch {event['epoch']}: {event['seconds']:.2f} s, {event['images_per_second']:.0f} images/s, "
              f"loss {event['train']['loss']:.4f}, validation accuracy {event['validation']['accuracy']:.4f}")
PYTHON
}

# Two epochs of the published example in the precision $1.
train() {
    local set=(--set "run.device=$device" --set "run.precision=$1" --set run.epochs=2 --set "data.name=$name")
    [[ $device == cuda ]] || set+=(--set data.train_limit=96 --set data.validation_share=0.01 --set run.batch_size=32)
    part "train-$1.jsonl" 150 "$cli" train --preset keras-example "${set[@]}" --json
    epochs "$out/train-$1.jsonl" | tee -a "$out/summary.txt"
}

printf 'ViT Workbench on %s, %s\n' "$device" "$(date -u +%FT%TZ)" | tee "$out/summary.txt"
{
    uname -a
    head -n 4 /etc/os-release
    grep -m 1 'model name' /proc/cpuinfo
    nproc
    cat "$bundle/made-for"
} >"$out/machine.txt" 2>&1
[[ $device == cpu ]] || part nvidia-smi.txt 30 nvidia-smi
if part version.txt 60 "$cli" --version && part devices.txt 60 "$cli" devices; then
    quick=()
    [[ $device == cuda ]] || quick=(--quick)
    part check.txt 240 "$cli" check --device "$device" "${quick[@]}" --out "$out/check.json"
    grep -E 'FAILS|speed\.|^(All|The|[0-9]+ checks?) ' "$out/check.txt" | tee -a "$out/summary.txt"
    name=synthetic-shapes
    if [[ $data ]]; then
        part data.txt 60 "$cli" data add cifar-100 --from "$data" && name=cifar-100
    fi
    train fp32
    [[ $device == cpu ]] || train bf16
fi
if ((${#failed[@]})); then
    printf 'FAILED: %s. Send the folder %s as it is.\n' "${failed[*]}" "$out" | tee -a "$out/summary.txt"
    exit 1
fi
printf 'All of it went well. The report is %s\n' "$out" | tee -a "$out/summary.txt"
