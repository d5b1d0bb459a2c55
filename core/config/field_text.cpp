// SPDX-License-Identifier: GPL-3.0-or-later
// A field's value as a person reads and types it.
#include "core/base/number_text.h"
#include "core/config/field_check.h"
#include "core/config/schema.h"

#include <charconv>
#include <cmath>
#include <optional>

namespace vit {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

template <typename Number>
std::optional<Number> parsedNumber(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

std::optional<bool> parsedBoolean(std::string_view text) {
    for (const auto* word : {"true", "yes", "on", "1"}) {
        if (text == word) return true;
    }
    for (const auto* word : {"false", "no", "off", "0"}) {
        if (text == word) return false;
    }
    return std::nullopt;
}

// "128, 64", "128 64" or "[128, 64]"; empty for no entry at all.
std::optional<std::vector<std::int64_t>> parsedList(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = trimmed(text.substr(1, text.size() - 2));
    std::vector<std::int64_t> numbers;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(", \t"), text.size());
        const auto number = parsedNumber<std::int64_t>(text.substr(0, end));
        if (!number) return std::nullopt;
        numbers.push_back(*number);
        text = trimmed(text.substr(end));
        if (!text.starts_with(',')) continue;
        text = trimmed(text.substr(1));
        if (text.empty()) return std::nullopt;  // a comma at the end promises one more
    }
    return numbers;
}

template <typename T>
std::optional<Value> asValue(std::optional<T> parsed) {
    if (!parsed) return std::nullopt;
    return Value(std::move(*parsed));
}

std::optional<Value> parsedValue(const Field& field, std::string_view text) {
    switch (field.kind) {
        case FieldKind::Boolean: return asValue(parsedBoolean(text));
        case FieldKind::Integer: return asValue(parsedNumber<std::int64_t>(text));
        case FieldKind::Real: {
            const auto number = parsedNumber<double>(text);
            return number && std::isfinite(*number) ? asValue(number) : std::nullopt;
        }
        case FieldKind::Choice:
        case FieldKind::Text: return Value(std::string(text));
        case FieldKind::IntegerList: return asValue(parsedList(text));
    }
    return std::nullopt;
}

std::string joined(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
    return text;
}

std::string joinedChoices(const Field& field, const char* lastSeparator) {
    std::string text;
    for (std::size_t i = 0; i < field.choices.size(); ++i) {
        if (i > 0) text += i + 1 < field.choices.size() ? ", " : lastSeparator;
        text += field.choices[i].value;
    }
    return text;
}

std::string boundText(double bound) {
    const bool whole = bound == std::floor(bound) && std::abs(bound) < 1e15;
    return whole ? groupedText(static_cast<std::int64_t>(bound)) : numberText(bound);
}

}  // namespace

std::string toText(const Field& field, const Value& value) {
    switch (field.kind) {
        case FieldKind::Boolean: return std::get<bool>(value) ? "true" : "false";
        case FieldKind::Integer: return std::to_string(std::get<std::int64_t>(value));
        case FieldKind::Real: return numberText(std::get<double>(value));
        case FieldKind::Choice:
        case FieldKind::Text: return std::get<std::string>(value);
        case FieldKind::IntegerList: return joined(std::get<std::vector<std::int64_t>>(value));
    }
    return {};
}

Value parseText(const Field& field, std::string_view text) {
    text = trimmed(text);
    const auto value = parsedValue(field, text);
    if (!value) {
        throw InvalidInput(Issues{{field.key, "\"" + std::string(text) + "\" is not " + kindText(field) + ": use " +
                                                  rangeText(field) + "."}});
    }
    if (const auto problem = rangeProblem(field, *value)) throw InvalidInput(Issues{{field.key, *problem}});
    return *value;
}

std::string rangeText(const Field& field) {
    const std::string range = boundText(field.minimum) + " to " + boundText(field.maximum);
    switch (field.kind) {
        case FieldKind::Boolean: return "true or false";
        case FieldKind::Integer:
        case FieldKind::Real: return range + (field.unit.empty() ? "" : " " + field.unit);
        case FieldKind::Choice: return joinedChoices(field, " or ");
        case FieldKind::Text: return joinedChoices(field, ", ") + " or one of your own";
        case FieldKind::IntegerList:
            return "up to " + std::to_string(kMaxListLength) + " whole numbers, each " + range;
    }
    return {};
}

void assign(Config& config, std::string_view keyEqualsValue) {
    const auto equals = keyEqualsValue.find('=');
    if (equals == std::string_view::npos) {
        throw InvalidInput("\"" + std::string(keyEqualsValue) +
                           "\" gives no value: write key=value, as in run.epochs=20.");
    }
    const auto key = trimmed(keyEqualsValue.substr(0, equals));
    const Field* field = findField(key);
    if (!field) throw InvalidInput(Issues{{std::string(key), unknownKeyText(key)}});
    field->set(config, parseText(*field, keyEqualsValue.substr(equals + 1)));
}

}  // namespace vit
