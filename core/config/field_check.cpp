// SPDX-License-Identifier: GPL-3.0-or-later
// Checks of one value against its row of the schema.
#include "core/config/field_check.h"

#include "core/base/number_text.h"

#include <algorithm>
#include <numeric>

namespace vit {

namespace {

bool within(const Field& field, double number) {  // false for NaN too
    return number >= field.minimum && number <= field.maximum;
}

bool within(const Field& field, std::int64_t number) {
    return number >= static_cast<std::int64_t>(field.minimum) && number <= static_cast<std::int64_t>(field.maximum);
}

std::optional<std::string> outside(const Field& field, const std::string& value) {
    return value + " is out of range: use " + rangeText(field) + ".";
}

// The number of letters to change, insert or leave out (Levenshtein).
std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> rangeProblem(const Field& field, const Value& value) {
    switch (field.kind) {
        case FieldKind::Integer: {
            const auto number = std::get<std::int64_t>(value);
            return within(field, number) ? std::nullopt : outside(field, groupedText(number));
        }
        case FieldKind::Real: {
            const auto number = std::get<double>(value);
            return within(field, number) ? std::nullopt : outside(field, numberText(number));
        }
        case FieldKind::IntegerList: {
            const auto& numbers = std::get<std::vector<std::int64_t>>(value);
            if (numbers.size() > kMaxListLength) return "These are too many: use " + rangeText(field) + ".";
            const auto wrong = std::find_if(numbers.begin(), numbers.end(),
                                            [&](std::int64_t number) { return !within(field, number); });
            return wrong == numbers.end() ? std::nullopt : outside(field, groupedText(*wrong));
        }
        case FieldKind::Choice: {
            const auto& text = std::get<std::string>(value);
            const bool known = std::any_of(field.choices.begin(), field.choices.end(),
                                           [&](const Choice& choice) { return choice.value == text; });
            if (known) return std::nullopt;
            return "\"" + text + "\" is none of its choices: use " + rangeText(field) + ".";
        }
        case FieldKind::Text:
            if (std::get<std::string>(value).empty()) return "It is empty: use " + rangeText(field) + ".";
            return std::nullopt;
        case FieldKind::Boolean: break;
    }
    return std::nullopt;
}

std::string kindText(const Field& field) {
    switch (field.kind) {
        case FieldKind::Boolean: return "true or false";
        case FieldKind::Integer: return "a whole number";
        case FieldKind::Real: return "a number";
        case FieldKind::Choice: return "one of its choices";
        case FieldKind::Text: return "a text";
        case FieldKind::IntegerList: return "a list of whole numbers";
    }
    return {};
}

std::string unknownKeyText(std::string_view key) {
    const Field* nearest = nullptr;
    std::size_t least = key.size() / 2 + 1;  // further away it is no likeness any more
    for (const Field& field : schema()) {
        const std::string_view name = std::string_view(field.key).substr(field.key.find('.') + 1);
        const bool elsewhere = key.substr(key.find('.') + 1) == name;  // in another group
        const std::size_t distance = elsewhere ? 0 : std::min(editDistance(key, field.key), editDistance(key, name));
        if (distance < least) {
            least = distance;
            nearest = &field;
        }
    }
    return nearest ? "There is no such hyperparameter; did you mean \"" + nearest->key + "\"?"
                   : "There is no such hyperparameter; the printed reference lists them all.";
}

}  // namespace vit
