#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a folder with vit-cli and its libraries, without libtorch, that runs on other computers with the libtorch of a Python
# environment there: packaging/bundle.sh --torch VERSION
set -euo pipefail
# shellcheck source=packaging/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<TEXT
Usage: packaging/bundle.sh --torch VERSION [--cpu] [--wheel FILE] [--out FOLDER]
  --torch VERSION  of the PyTorch there (2.7 or later); the two first numbers must agree
  --cpu            for its CPU build; by default for the CUDA build, which the package index holds
  --wheel FILE     take this wheel of it; by default it is fetched with pip
  --out FOLDER     where the folder and its archive go; by default build/bundle
Runs on Linux on x86-64 whose glibc is as new as what is printed at the end.
TEXT
}

version='' flavour=cuda wheel='' out="$root/build/bundle"
while (($#)); do
    case $1 in
        --torch) version=${2:?} && shift ;;
        --cpu) flavour=cpu ;;
        --wheel) wheel=${2:?} && shift ;;
        --out) out=${2:?} && shift ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift
done
[[ $version ]] || { usage >&2 && exit 2; }
name=vit-cli-torch$version-$flavour
torch="$cache/bundle/$version-$flavour" # not where builds look for the pinned one, which may be this one
pinned="$cache/libtorch/$version-$flavour"
if [[ ! $wheel && -e $pinned/torch/lib/libtorch.so && ($flavour == cpu || -e $pinned/nvidia/cu13/include/crt/host_config.h) ]]; then
    torch=$pinned
fi
build="$root/build/$name"
most_bytes=$((60 << 20))

# What the wheel $1 says of itself.
of_wheel() { python3 -c 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read("torch/version.py").decode())' "$1"; }

# Into the folder $1, the wheel of libtorch; of the CUDA build the headers that steps are recorded with, too.
fetch() {
    local wanted=$version python
    [[ $flavour == cpu ]] && wanted+="+cpu"
    find_pip || fail "pip cannot be started." "Debian and Ubuntu: apt-get install python3-pip"
    local options=(--no-deps --only-binary=:all: --no-cache-dir --disable-pip-version-check --implementation cp
        "${wheel_platforms[@]}" -d "$1")
    if [[ $wheel ]]; then
        cp "$wheel" "$1"
    else
        for python in 3.12 3.11 3.13; do # any: only what is in C++ is used
            "${pip[@]}" download "${options[@]}" --python-version "$python" "torch==$wanted" &>"$logs/bundle-pip.log" && break
        done
        compgen -G "$1/torch-*.whl" >/dev/null || fail "pip found no torch $wanted; its messages are in $logs/bundle-pip.log" \
            "Give the wheel yourself: --wheel FILE"
    fi
    local cuda
    [[ $(basename "$1"/torch-*.whl) == "torch-$version"[-+]* ]] || fail "The wheel is not of version $version."
    cuda=$(of_wheel "$1"/torch-*.whl | sed -n "s/^cuda.*= '\([0-9.]*\)'/\1/p")
    if [[ $flavour == cuda ]]; then
        [[ $cuda ]] || fail "This wheel is no CUDA build of PyTorch." "Take another one, or --cpu."
        [[ $cuda == 13.* ]] || { note "Without CUDA graphs: headers are known for CUDA 13 alone, and this is for $cuda" && return; }
        "${pip[@]}" download "${options[@]}" --python-version 3.12 "nvidia-cuda-runtime==$cuda.*" "nvidia-cuda-crt==$cuda.*" \
            &>>"$logs/bundle-pip.log" || fail "NVIDIA's headers could not be fetched; see $logs/bundle-pip.log"
    elif [[ $cuda ]]; then
        fail "This wheel is the CUDA build of PyTorch." "Leave --cpu out, or give another wheel."
    fi
}

if [[ ! -e $torch/torch/lib/libtorch.so ]]; then
    step "Fetching libtorch $version ($flavour)"
    mkdir -p "$cache/bundle" "$logs"
    work=$(mktemp -d "$cache/bundle/.fetch-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/wheels" "$work/tree"
    fetch "$work/wheels"
    unpack_wheels "$work/wheels" "$work/tree"
    mv "$work/tree" "$torch"
fi

step "Building vit-cli against it"
configure core-only -B "$build" "-DVIT_TORCH_ROOT=$torch/torch" "-DVIT_WERROR=${VIT_WERROR:-OFF}" -DCMAKE_SKIP_RPATH=ON
(cd "$root" && cmake --build "$build" --parallel "$(build_jobs)" --target vit-cli) || fail "The build failed; see above."

step "Collecting what it stands on"
bundle="$out/$name"
rm -rf "$bundle"
mkdir -p "$bundle"/{lib/gcc,libexec}
cp "$build/bin/vit-cli" "$bundle/libexec/"
cp "$build/lib/libvit-picture-codec.so" "$bundle/lib/" # that of videos stands on too many others

# All that is loaded but libtorch, the C library, which belongs to the system, and libraries of graphics drivers.
mapfile -t needed < <(LD_LIBRARY_PATH=$torch/torch/lib ldd "$bundle/libexec/vit-cli" "$bundle/lib/libvit-picture-codec.so" |
    awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    grep -vE "^$torch/|/(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libresolv|libutil|libanl|libnsl)\.so")
for library in "${needed[@]}"; do
    case ${library##*/} in
        libgomp.so.*) [[ -e $torch/torch/lib/${library##*/} ]] || cp -L "$library" "$bundle/lib/" ;;
        libstdc++.so.* | libgcc_s.so.*) cp -L "$library" "$bundle/lib/gcc/" ;;
        *) cp -L "$library" "$bundle/lib/" ;;
    esac
done
find "$bundle" -type f -exec strip --strip-unneeded {} +

# The newest version of the symbols named $1 that the files $2… ask for.
newest() {
    local what=$1
    shift
    objdump -T "$@" 2>/dev/null | grep '\*UND\*' | grep -oE "\(?${what}_[0-9.]+" | tr -d '(' | sort -uV | tail -n 1
}
mapfile -t files < <(find "$bundle" -type f -not -path '*/gcc/*')
glibc=$(newest GLIBC "${files[@]}")
libstdcxx=$(newest GLIBCXX "${files[@]}")

cp "$root/packaging/bundle/vit-cli" "$root/LICENSE" "$bundle/"
cp "$root/tests/gpu/run.sh" "$bundle/gpu-report.sh"
chmod +x "$bundle/vit-cli" "$bundle/gpu-report.sh"
printf 'libtorch %s\nbuild %s\nlibstdc++ %s\nglibc %s\n' "$version" "$flavour" "$libstdcxx" "${glibc#GLIBC_}" >"$bundle/made-for"

step "Packing"
archive="$out/$name.tar.xz"
tar -C "$out" -c "$name" | xz -T0 >"$archive"
bytes=$(stat -c %s "$archive")
note "$archive: $((bytes >> 20)) MiB; $(du -sm "$bundle" | cut -f1) MiB unpacked"
note "Needs glibc ${glibc#GLIBC_} or newer, and libtorch $version ($flavour)."
note "There: tar xf ${archive##*/}; ./$name/vit-cli check"
((bytes <= most_bytes)) || fail "The archive is larger than $((most_bytes >> 20)) MiB." "See what is in $bundle/lib"
