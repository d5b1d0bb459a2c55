// SPDX-License-Identifier: GPL-3.0-or-later
// Which runs of a list are meant: words to be found in them, and comparisons with any column.
#pragma once

#include "core/runs/run_columns.h"

#include <string>
#include <string_view>
#include <vector>

namespace vit {

// "baseline layers>=8 best_accuracy>50%": every word must hold. A word without a comparison is looked for, in any case
// of letters, in name, tags, notes, state and data set. A comparison names a column by its key (findRunColumn), then
// one of = != < <= > >=, then a value; shares are written 0.5 or 50%. Texts are compared whole.
class RunFilter {
public:
    RunFilter() = default;  // every run
    // Throws InvalidInput naming the word that cannot be understood.
    explicit RunFilter(std::string_view text);

    bool matches(const RunSummary& run) const;

private:
    enum class Comparison { Equal, Unequal, Less, LessOrEqual, Greater, GreaterOrEqual };
    struct Condition {
        const RunColumn* column;
        Comparison comparison;
        std::string text;
        double number;
    };
    struct Operator {
        std::string_view sign;
        Comparison comparison;
    };
    static const std::vector<Operator>& operators();

    static bool holds(const Condition& condition, const RunSummary& run);
    void addWord(const std::string& word);

    std::vector<std::string> m_words;  // in lower case
    std::vector<Condition> m_conditions;
};

}  // namespace vit
