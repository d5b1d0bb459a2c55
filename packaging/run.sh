#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets up, builds and starts ViT Workbench: packaging/run.sh [IMAGE]...
# With no display, trains the first experiment in the terminal instead and predicts the images, or some test images.
set -euo pipefail
# shellcheck source=packaging/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

train_in_terminal() {
    local cli="$root/build/release/bin/vit-cli" images=("$@") pictures index
    step "There is no display (DISPLAY and WAYLAND_DISPLAY are not set): the first experiment runs in this terminal"
    "$cli" train --preset first-steps --chart
    if ((${#images[@]} == 0)); then
        pictures="$root/build/first-steps"
        mkdir -p "$pictures"
        step "Three images that the model has not been trained on, written to $pictures"
        for index in 0 2 3; do # of three classes
            "$cli" data image synthetic-shapes --split test --index "$index" --out "$pictures/test-$index.png"
            images+=("$pictures/test-$index.png")
        done
    fi
    step "What the model sees in them"
    "$cli" predict --top 5 "${images[@]}"
    note "More: $cli --help"
}

flavour=$(default_flavour)
"$root/packaging/setup.sh" "--$flavour"
step "Building in build/release (the first time takes some minutes)"
configure release "-DVIT_TORCH_FLAVOUR=$flavour"
build release vit-cli vit-workbench
if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    step "Opening the window"
    exec "$root/build/release/bin/vit-workbench" "$@"
fi
train_in_terminal "$@"
