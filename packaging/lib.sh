# SPDX-License-Identifier: GPL-3.0-or-later
# What setup.sh, run.sh, test.sh and .ci/run share: messages, where things lie, and one way to configure and build.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034  # used by setup.sh
cache="${XDG_CACHE_HOME:-$HOME/.cache}/vit-workbench"
logs="$root/build/logs"

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '    %s\n' "$*"; }

# fail WHAT HAPPENED [WHAT TO DO]...
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    local advice
    for advice in "$@"; do printf '       %s\n' "$advice" >&2; done
    exit 1
}

# Runs a command with its output in a log, of which a terminal shows the line of the moment, and shows the end of the log
# if it fails: logged NAME COMMAND...
logged() {
    local log="$logs/$1.log" line result
    shift
    mkdir -p "$logs"
    if [[ -t 1 ]]; then
        "$@" 2>&1 | tee "$log" | while IFS= read -r line; do printf '\r\e[K    %s' "${line:0:100}"; done
        result=${PIPESTATUS[0]}
        printf '\r\e[K'
    else
        "$@" >"$log" 2>&1
        result=$?
    fi
    ((result == 0)) || tail -n 40 "$log" >&2
    return "$result"
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

has_nvidia_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q '^GPU '; }

# A Python's pip, in the array pip.
find_pip() {
    local python
    for python in /usr/bin/python3 python3; do
        # shellcheck disable=SC2034  # used by setup.sh and bundle.sh
        if "$python" -m pip --version >/dev/null 2>&1; then pip=("$python" -m pip) && return; fi
    done
    return 1
}

# The platforms whose wheels this computer can use, as options of pip download, in the array wheel_platforms.
# shellcheck disable=SC2034  # so too
wheel_platforms=()
for tag in _2_28 _2_27 _2_25 _2_18 _2_17 2014 _2_12 2010 _2_5 1; do wheel_platforms+=(--platform "manylinux${tag}_x86_64"); done

# Unpacks from every wheel of the folder $1 what a C++ program is built and run with, into the folder $2.
unpack_wheels() {
    /usr/bin/env python3 - "$1" "$2" <<'PYTHON'
import os, pathlib, re, sys, time, zipfile

wanted = re.compile(r"torch/(lib|include|share)/|torch/version\.py|nvidia/[^/]+/(lib/[^/]*\.so|include/)|[^/]+\.libs/|"
                    r"[^/]+\.dist-info/licenses/")
for wheel in sorted(pathlib.Path(sys.argv[1]).glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if not wanted.match(member.filename): continue
            path = archive.extract(member, sys.argv[2])
            # The archive's own times: headers that look new each time would make compiler caches useless.
            seconds = time.mktime((*member.date_time, 0, 0, -1))
            os.utime(path, (seconds, seconds))
    print(f"    unpacked {wheel.name}", flush=True)
    wheel.unlink()
PYTHON
}

# The build of libtorch that suits this computer.
default_flavour() { if has_nvidia_gpu; then echo cuda; else echo cpu; fi; }

# A source file that includes libtorch takes up to 1.5 GB to compile, so memory limits the jobs as well as cores do.
build_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
    ((memory < 1)) && memory=1
    echo $((cores < memory ? cores : memory))
}

# configure PRESET [CMAKE ARGUMENT]...
configure() {
    local preset=$1
    shift
    (cd "$root" && logged "configure-$preset" cmake --preset "$preset" "$@") ||
        fail "CMake could not configure the preset '$preset'; its last lines are above, all of it is in" \
            "$logs/configure-$preset.log" \
            "If a package is missing, run packaging/setup.sh; after an upgrade of the system, remove build/$preset."
}

# build PRESET [TARGET]...
build() {
    local preset=$1
    shift
    local targets=()
    (($#)) && targets=(--target "$@")
    (cd "$root" && NINJA_STATUS='    [%f/%t %es] ' cmake --build --preset "$preset" --parallel "$(build_jobs)" "${targets[@]}") ||
        fail "The build of the preset '$preset' failed; the compiler's message is above." \
            "If it was killed for want of memory, close other programs and start again: it goes on where it stopped." \
            "If files of an older build are in the way, remove build/$preset."
}
