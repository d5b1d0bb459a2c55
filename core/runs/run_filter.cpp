// SPDX-License-Identifier: GPL-3.0-or-later
// Takes a filter's text apart, and holds runs against it.
#include "core/runs/run_filter.h"

#include "core/base/error.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <sstream>

namespace vit {

namespace {

std::string lowered(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// "128, 64" and "128,64" are the same list.
std::string comparable(const std::string& text) {
    std::string plain = lowered(text);
    std::erase(plain, ' ');
    return plain;
}

std::optional<double> numberFrom(std::string_view text) {
    const bool percent = text.ends_with('%');
    if (percent) text.remove_suffix(1);
    double number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return percent ? number / 100 : number;
}

}  // namespace

const std::vector<RunFilter::Operator>& RunFilter::operators() {
    // A sign that begins another one comes after it.
    static const std::vector<Operator> all = {{"!=", Comparison::Unequal},     {"<=", Comparison::LessOrEqual},
                                              {">=", Comparison::GreaterOrEqual}, {"=", Comparison::Equal},
                                              {"<", Comparison::Less},         {">", Comparison::Greater}};
    return all;
}

RunFilter::RunFilter(std::string_view text) {
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) addWord(word);
}

void RunFilter::addWord(const std::string& word) {
    const std::size_t at = word.find_first_of("!<>=");
    if (at == std::string::npos || at == 0) return m_words.push_back(lowered(word));
    for (const auto& [sign, comparison] : operators()) {
        if (!std::string_view(word).substr(at).starts_with(sign)) continue;
        const RunColumn* column = findRunColumn(word.substr(0, at));
        if (!column) {
            throw InvalidInput("\"" + word.substr(0, at) +
                               "\" is no column: write a key such as test_accuracy, epochs_done or model.layers.");
        }
        const std::string value = word.substr(at + sign.size());
        const auto number = numberFrom(value);
        if (column->isNumeric() && !number) {
            throw InvalidInput("\"" + word + "\" needs a number after " + std::string(sign) + ".");
        }
        const bool bare = column->kind == ColumnKind::Share && *number > 1;  // "50" can only mean 50 %
        m_conditions.push_back({column, comparison, comparable(value), bare ? *number / 100 : number.value_or(0)});
        return;
    }
    m_words.push_back(lowered(word));
}

bool RunFilter::holds(const Condition& condition, const RunSummary& run) {
    const RunValue value = condition.column->get(run);
    if (std::holds_alternative<std::monostate>(value)) return condition.comparison == Comparison::Unequal;
    const auto compared = [&](const auto& is, const auto& wanted) {
        switch (condition.comparison) {
            case Comparison::Equal: return is == wanted;
            case Comparison::Unequal: return is != wanted;
            case Comparison::Less: return is < wanted;
            case Comparison::LessOrEqual: return is <= wanted;
            case Comparison::Greater: return is > wanted;
            case Comparison::GreaterOrEqual: return is >= wanted;
        }
        return false;
    };
    if (const auto* number = std::get_if<double>(&value)) return compared(*number, condition.number);
    return compared(comparable(std::get<std::string>(value)), condition.text);
}

bool RunFilter::matches(const RunSummary& run) const {
    if (!std::all_of(m_conditions.begin(), m_conditions.end(), [&](const Condition& c) { return holds(c, run); })) {
        return false;
    }
    if (m_words.empty()) return true;
    std::string all;
    for (const std::string& part : {run.name, run.folder.filename().string(), tagsText(run.about.tags), run.about.notes,
                                    stateOf(run), run.config.data.name}) {
        all += lowered(part) + '\n';
    }
    return std::all_of(m_words.begin(), m_words.end(),
                       [&](const std::string& word) { return all.find(word) != std::string::npos; });
}

}  // namespace vit
