// SPDX-License-Identifier: GPL-3.0-or-later
// The one table of what a list of runs can show, sort by, filter by and plot: facts, results, every hyperparameter.
#pragma once

#include "core/runs/run_store.h"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vit {

enum class ColumnKind { Text, Number, Share, Seconds };

// Nothing: the run has no such value (not tested, no validation images, …).
using RunValue = std::variant<std::monostate, double, std::string>;

struct RunColumn {
    std::string key;    // "test_accuracy"; of a hyperparameter its key, "model.patch_size"
    std::string group;  // "Run", "Results", or the schema's group
    std::string label;
    std::string help;
    ColumnKind kind;
    std::function<RunValue(const RunSummary&)> get;

    bool isNumeric() const { return kind != ColumnKind::Text; }
    bool isSetting() const { return key.find('.') != std::string::npos; }  // a hyperparameter
};

const std::vector<RunColumn>& runColumns();
// By its key or, where it is the only one, by the key's last part ("patch_size"). Null if there is none.
const RunColumn* findRunColumn(std::string_view key);

// As a person reads it: "55.14 %", "1 h 02 min", "128, 64"; empty if there is nothing.
std::string cellText(const RunColumn& column, const RunSummary& run);

// Nothing comes before numbers, numbers before texts.
bool isBefore(const RunValue& a, const RunValue& b);

// "running", "unfinished", or how it ended (state_words.h).
std::string stateOf(const RunSummary& run);

// The columns that are not the same in all of these runs, settings first.
std::vector<const RunColumn*> differingColumns(const std::vector<const RunSummary*>& runs);

}  // namespace vit
