// SPDX-License-Identifier: GPL-3.0-or-later
// QCustomPlot's header, which needs Qt's `signals`, `slots` and `foreach` keywords that this project leaves switched
// off.
#pragma once

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach
