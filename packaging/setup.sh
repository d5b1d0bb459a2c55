#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings a Debian 12/13 or Ubuntu 24.04 computer to where ViT Workbench can be built: packages of the system, and libtorch.
# Installs and fetches only what is missing; with everything there it takes no time and needs no network.
set -euo pipefail
# shellcheck source=packaging/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<TEXT
Usage: packaging/setup.sh [--cpu | --cuda] [--link-only] [--developer]
  --cpu, --cuda   which build of libtorch; by default CUDA where an NVIDIA GPU is present, else CPU
  --link-only     with --cuda: leave out NVIDIA's run-time libraries: enough to build, not to start
  --developer     also the tools that .ci/run checks the sources with
To use a libtorch of your own (2.7 or later, C++11 ABI), set VIT_TORCH_ROOT to its folder; it is then not fetched.
TEXT
}

# A name, or names separated by | of which the first that the system knows is taken.
packages=(
    g++ cmake ninja-build ccache mold
    qt6-base-dev "qt6-svg-dev|libqt6svg6-dev" libqcustomplot-dev
    libopencv-dev nlohmann-json3-dev libcli11-dev libcurl4-openssl-dev libarchive-dev libssl-dev zlib1g-dev libhdf5-dev
    libxsmm-dev libhwy-dev libpango1.0-dev "pkgconf|pkg-config"
    ca-certificates fonts-dejavu-core
)
developer_packages=(clang-tidy shellcheck desktop-file-utils file locales openssh-server)

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
is_known() { [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[!\(]* ]]; }

# Prints those of the named packages of which no alternative is installed.
missing_packages() {
    local entry name
    for entry in "$@"; do
        for name in ${entry//|/ }; do is_installed "$name" && continue 2; done
        echo "$entry"
    done
}

choose_alternative() {
    local name
    for name in ${1//|/ }; do
        if is_known "$name"; then echo "$name" && return; fi
    done
    fail "The package ${1//|/ or } is not known to this system's package sources." \
        "ViT Workbench is built on Debian 12, Debian 13 and Ubuntu 24.04 (there with the component 'universe')."
}

install_packages() {
    local missing=() entry
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || fail "This system has no apt-get; these packages are missing: ${missing[*]}" \
        "Install what corresponds to them and set VIT_TORCH_ROOT to a libtorch, then use cmake --preset release."
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        fail "Packages are missing and there is no sudo to install them with." \
            "As root: apt-get install ${missing[*]}"
    fi
    step "Installing packages of the system: ${missing[*]}"
    ((EUID == 0)) || note "with sudo, which may ask for your password"
    logged apt-update as_root apt-get update -q ||
        note "The list of packages could not be refreshed; going on with the one there is."
    local names=() name
    for entry in "${missing[@]}"; do
        name=$(choose_alternative "$entry")
        names+=("$name")
    done
    logged apt-install as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${names[@]}" ||
        fail "The packages could not be installed; apt-get's last lines are above, all of them are in $logs/apt-install.log" \
            "Check the network and the free space, then start again; or install them yourself:" \
            "apt-get install ${names[*]}"
}

has_own_libtorch() {
    local prefix
    for prefix in "${VIT_TORCH_ROOT:-}" ${CMAKE_PREFIX_PATH:+${CMAKE_PREFIX_PATH//[:;]/ }}; do
        [[ -n $prefix && (-e $prefix/include/ATen/ATen.h || -e $prefix/torch/include/ATen/ATen.h) ]] && return
    done
    return 1
}

# Fetches the locked wheels named in the file $1 into the folder $2. pip itself compares the SHA-256 sums.
download_wheels() {
    local requirements=$1 folder=$2 index
    local options=(--no-deps --require-hashes --only-binary=:all: --no-cache-dir --disable-pip-version-check
        --implementation cp --python-version 3.11 "${wheel_platforms[@]}" --timeout 20 --retries 2 -d "$folder" -r "$requirements")
    # PyPI holds the CUDA build; the CPU build is on PyTorch's own index, unless pip has been set up to know it.
    local attempts=("")
    [[ $flavour == cpu ]] && attempts+=("--index-url=https://download.pytorch.org/whl/cpu")
    for index in "${attempts[@]}"; do
        if [[ $index ]]; then note "from ${index#*=}"; else note "from the package index that pip is set up for"; fi
        TMPDIR=$folder "${pip[@]}" download ${index:+"$index"} "${options[@]}" 2>"$logs/pip.log" && return
        grep -E '^ *(ERROR|THESE PACKAGES|Expected|Got)' "$logs/pip.log" | head -n 5 | sed 's/^ */    /' >&2 || true
    done
    return 1
}

# Whether the folder $1 holds what was asked for.
has_libtorch() {
    [[ -e $1/torch/lib/libtorch.so ]] || return
    [[ $flavour == cuda ]] || return 0
    [[ -e $1/nvidia/cu13/include/crt/host_config.h ]] || return # what a step is recorded with
    [[ -e $1/nvidia/nccl/include/nccl.h && -e $1/nvidia/cu13/include/cccl/nv/target ]] || return # what ranks talk through
    ((link_only)) || compgen -G "$1/nvidia/cu13/lib/libcublas.so*" >/dev/null
}

fetch_libtorch() {
    local lock="$root/packaging/libtorch.lock" name target download_size='190 MB' space_needed=2
    name=$(awk -v flavour="$flavour" '$1 == flavour { print $2; exit }' "$lock")
    target="$cache/libtorch/$name"
    if has_libtorch "$target"; then
        note "libtorch $name is there: $target"
        return
    fi
    if ! find_pip; then
        install_packages python3-pip
        find_pip || fail "pip cannot be started, although python3-pip is installed." "Try: python3 -m pip --version"
    fi
    mkdir -p "$cache/libtorch" "$logs"
    if [[ $flavour == cuda ]] && ((link_only)); then download_size='0.8 GB' space_needed=3
    elif [[ $flavour == cuda ]]; then download_size='2.7 GB' space_needed=10
    fi
    local free_kb
    free_kb=$(df --output=avail "$cache/libtorch" | tail -n 1)
    ((free_kb > space_needed * 1000000)) ||
        fail "libtorch needs $space_needed GB in $cache, where $((free_kb / 1000000)) GB are free." \
            "Make room, or set XDG_CACHE_HOME to a folder on a larger disk."

    step "Fetching libtorch $name ($download_size)"
    # In the cache itself: a rename from there is one step, and /tmp may be small.
    work=$(mktemp -d "$cache/libtorch/.fetch-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/wheels" "$work/tree"
    awk -v flavour="$flavour" -v link_only="$link_only" \
        '$1 == flavour && (!link_only || $3 ~ /^(torch|nvidia-cuda-(runtime|crt|cccl)|nvidia-nccl-cu13)==/) { print $3 " --hash=sha256:" $4 }' "$lock" >"$work/requirements.txt"
    download_wheels "$work/requirements.txt" "$work/wheels" ||
        fail "libtorch could not be fetched; pip's messages are in $logs/pip.log" \
            "Check the network (pip uses https_proxy if it is set) and start again," \
            "or unpack a libtorch of your own (2.7 or later) and set VIT_TORCH_ROOT to its folder."
    unpack_wheels "$work/wheels" "$work/tree"
    # Nothing is linked against it, and it is larger than all else of NVIDIA here.
    if ((link_only)); then rm -rf "$work/tree/nvidia/nccl/lib"; fi
    rm -rf "$target"
    mv "$work/tree" "$target"
    note "libtorch $name lies in $target"
}

flavour=$(default_flavour)
link_only=0
while (($#)); do
    case $1 in
        --cpu) flavour=cpu ;;
        --cuda) flavour=cuda ;;
        --link-only) link_only=1 ;;
        --developer) packages+=("${developer_packages[@]}") ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift
done
[[ $(uname -sm) == "Linux x86_64" ]] ||
    note "This is $(uname -sm); the pinned libtorch is for Linux on x86-64. Set VIT_TORCH_ROOT to one for this computer."

step "Checking what is needed to build"
install_packages "${packages[@]}"
if has_own_libtorch; then
    note "libtorch: your own (VIT_TORCH_ROOT or CMAKE_PREFIX_PATH)"
else
    fetch_libtorch
fi
