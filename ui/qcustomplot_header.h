// SPDX-License-Identifier: GPL-3.0-or-later
// QCustomPlot's header, which needs Qt's `signals` and `slots` keywords that this project leaves switched off.
#pragma once

#define signals Q_SIGNALS
#define slots Q_SLOTS
#include <qcustomplot.h>
#undef signals
#undef slots
