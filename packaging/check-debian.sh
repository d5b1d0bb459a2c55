#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds and tests this checkout on a release of Debian made from nothing in a folder: packaging/check-debian.sh trixie
# For use before a release, as root, on a Debian or an Ubuntu of any version; takes about as long as .ci/run does.
set -euo pipefail
# shellcheck source=packaging/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<TEXT
Usage: packaging/check-debian.sh SUITE [CTEST ARGUMENT]...
Makes Debian SUITE (trixie, bookworm) in build/debian-SUITE, copies the checkout there, uncommitted changes included, and
runs packaging/test.sh in it with warnings as errors. Packages come from where this computer's own come from, and libtorch
from where pip is set up to look. The folder (5 GB) is removed when all passes, and stays for a look inside when not.
TEXT
}

# The archive labelled $1 that this computer's packages come from, or $2 if they come from none (on Ubuntu).
archive() {
    # shellcheck disable=SC2016  # apt-get's own notation
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
        awk -v label="$1" -v usual="$2" '$1 == label { found = $2 } END { print found ? found : usual }'
}

# The settings by which this computer's programs reach the network, as lines NAME=VALUE.
network_environment() { env | grep -iE '^([a-z]+_proxy|pip_[a-z_]+|[a-z_]*(ssl_cert|ca_bundle|ca_certs|cainfo)[a-z_]*)=' || true; }

pip_settings=(/etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf")

# Files and folders of this computer that those settings name; an index of pip in a folder keeps its files beside it.
named_by_settings() {
    { network_environment; cat "${pip_settings[@]}" 2>/dev/null || true; } |
        grep -oE '/[^ =,:"'\'']+' | sed -E 's,^/+,/,; s,/simple/?$,,' | sort -u |
        while IFS= read -r path; do [[ ! -e $path ]] || echo "$path"; done
}

bind_mount() {
    if [[ -d $1 ]]; then mkdir -p "$system$2"; else mkdir -p "$system${2%/*}" && touch "$system$2"; fi
    mount --rbind "$1" "$system$2"
}

# How the new system reaches the network: as this one does.
connect() {
    printf '%s\n' "deb $mirror $suite main" "deb $mirror $suite-updates main" "deb $security $suite-security main" \
        >"$system/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(http|https|Check|Retries|ForceIPv)' >"$system/etc/apt/apt.conf.d/90network" || true
    local path
    for path in /etc/resolv.conf /etc/hosts /etc/apt/auth.conf /etc/apt/auth.conf.d /usr/local/share/ca-certificates \
        "${pip_settings[@]}"; do
        [[ ! -e $path ]] || cp -rL --parents "$path" "$system"
    done
    logged certificates chroot "$system" update-ca-certificates
    while IFS= read -r path; do
        [[ -e $system$path ]] || bind_mount "$path" "$path"
    done < <(named_by_settings)
}

copy_checkout() {
    mkdir -p "$system/src"
    (cd "$root" && git -c "safe.directory=$root" ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
        tar -c --null --files-from=- | tar -x -C "$system/src")
}

# In a world of its own: what is mounted here and started here ends with it.
check_inside() {
    step "Making Debian $suite in $system from $mirror"
    logged "debootstrap-$suite" debootstrap --variant=minbase --include=ca-certificates "$suite" "$system" "$mirror" ||
        fail "debootstrap could not make Debian $suite; its last lines are above."
    mount -t proc proc "$system/proc"
    bind_mount /sys /sys
    bind_mount /dev /dev
    # A cache of compilations cannot hide a fault: it knows results by all that goes in, the compiler's own bytes included.
    mkdir -p "$cache/check-debian"
    bind_mount "$cache/check-debian" /root/.cache/ccache
    connect
    copy_checkout
    local settings
    mapfile -t settings < <(network_environment)
    chroot "$system" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        CCACHE_COMPILERCHECK=content VIT_WERROR=ON "${settings[@]}" /src/packaging/test.sh "$@"
}

case ${1:-} in
    '' | -h | --help) usage && exit ;;
    --inside) shift ;;
    *)
        ((EUID == 0)) || fail "A system in a folder is made by root only." "Start again: sudo packaging/check-debian.sh $*"
        export system="$root/build/debian-$1"
        if ! command -v debootstrap >/dev/null || [[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]]; then
            step "Installing debootstrap"
            logged apt-update apt-get update -q || note "The list of packages could not be refreshed."
            logged apt-install apt-get install -y -q --no-install-recommends debootstrap debian-archive-keyring
        fi
        rm -rf "$system"
        mkdir -p "$system"
        unshare --mount --pid --fork --kill-child "$0" --inside "$@" ||
            fail "The check on Debian $1 failed; the system is left in $system for a look inside:" "chroot $system"
        rm -rf "$system"
        step "Debian $1: all passes"
        exit
        ;;
esac
suite=$1
shift
mirror=$(archive Debian http://deb.debian.org/debian)
security=$(archive Debian-Security http://deb.debian.org/debian-security)
check_inside "$@"
