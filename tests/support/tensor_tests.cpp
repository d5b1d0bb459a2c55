// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing of its own: the target that owns the precompiled header of the tests that use tensors.
