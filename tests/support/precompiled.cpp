// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing of its own: what the targets that own the tests' precompiled headers are made of.
