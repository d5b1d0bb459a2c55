// SPDX-License-Identifier: GPL-3.0-or-later
// Where runs lie along a column that is drawn as an axis: numbers by their size, texts side by side.
#pragma once

#include "core/runs/run_columns.h"

#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace vit::ui {

class RunAxis {
public:
    // Numbers above 0 that span more than a factor of 30, as learning rates do, are laid out by their logarithm.
    RunAxis(const RunColumn& column, const std::vector<const RunSummary*>& runs);

    const RunColumn& column() const { return *m_column; }
    QString title() const;
    bool isLogarithmic() const { return m_logarithmic; }

    // 0 (lowest) to 1; nothing if the run has no such value.
    std::optional<double> position(const RunSummary& run) const;
    // Positions and their texts, from low to high.
    const std::vector<std::pair<double, QString>>& ticks() const { return m_ticks; }

private:
    double place(double value) const;
    void addNumberTicks();

    const RunColumn* m_column;
    bool m_logarithmic = false;
    double m_low = 0;
    double m_high = 0;
    std::vector<std::string> m_texts;
    std::vector<std::pair<double, QString>> m_ticks;
};

}  // namespace vit::ui
