// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing of it is used; see gloo/context.h.
#pragma once
