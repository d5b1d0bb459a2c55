#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets up, builds and runs the tests; further arguments go to ctest: packaging/test.sh [-R core.]
# With VIT_WERROR=ON in the environment, warnings of the compiler are errors.
set -euo pipefail
# shellcheck source=packaging/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

flavour=$(default_flavour)
"$root/packaging/setup.sh" "--$flavour"
step "Building in build/release (the first time takes some minutes)"
configure release "-DVIT_TORCH_FLAVOUR=$flavour" "-DVIT_WERROR=${VIT_WERROR:-OFF}"
build release
step "Running the tests"
cd "$root"
ctest --preset release "$@" || fail "Tests failed; their output is above. One alone: ctest --preset release -R NAME"
