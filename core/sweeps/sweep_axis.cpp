// SPDX-License-Identifier: GPL-3.0-or-later
// Spacing and drawing on plain and logarithmic scales.
#include "core/sweeps/sweep_axis.h"

#include "core/base/number_text.h"
#include "core/config/field_check.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

// Four significant digits are enough for a hyperparameter, read well, and are the same whatever the last bit of a
// computer's pow() is. The ends stay as they were given.
double rounded(double value, const SweepAxis& axis) {
    return std::clamp(vit::rounded(value, 4), axis.from, axis.to);
}

// `share` of the way from one end to the other.
double between(const SweepAxis& axis, double share) {
    if (share <= 0) return axis.from;
    if (share >= 1) return axis.to;
    if (axis.scale == SweepScale::LogRange)
        return rounded(std::exp(std::log(axis.from) + share * (std::log(axis.to) - std::log(axis.from))), axis);
    return rounded(axis.from + share * (axis.to - axis.from), axis);
}

Value asValue(const SweepAxis& axis, double number) {
    if (findField(axis.key)->kind == FieldKind::Integer) return static_cast<std::int64_t>(std::llround(number));
    return number;
}

std::int64_t stepsWithin(const SweepAxis& axis) {
    constexpr double kSlack = 1e-9;  // 0 to 0.3 in steps of 0.1 has four values
    return static_cast<std::int64_t>(std::floor((axis.to - axis.from) / axis.step + kSlack)) + 1;
}

std::optional<std::string> listProblem(const SweepAxis& axis, const Field& field) {
    if (axis.values.empty()) return "Give at least one value.";
    if (static_cast<std::int64_t>(axis.values.size()) > kMaxTrials)
        return "These are more than " + groupedText(kMaxTrials) + " values: use fewer.";
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
        if (const auto problem = rangeProblem(field, axis.values[i])) return problem;
        if (std::find(axis.values.begin(), axis.values.begin() + static_cast<std::ptrdiff_t>(i), axis.values[i]) !=
            axis.values.begin() + static_cast<std::ptrdiff_t>(i))
            return toText(field, axis.values[i]) + " is given twice: keep one.";
    }
    return std::nullopt;
}

std::optional<std::string> endsProblem(const SweepAxis& axis, const Field& field) {
    for (const double end : {axis.from, axis.to}) {
        const bool whole = end == std::floor(end);
        if (!std::isfinite(end) || (field.kind == FieldKind::Integer && !whole))
            return numberText(end) + " is not " + kindText(field) + ": use " + rangeText(field) + ".";
        if (const auto problem = rangeProblem(field, asValue(axis, end))) return problem;
    }
    if (axis.from >= axis.to) return "The range must go upwards: give the smaller number first, then the larger one.";
    if (axis.scale == SweepScale::LogRange && axis.from <= 0)
        return "A logarithmic range must begin above 0: use a plain range, or begin with a small number.";
    return std::nullopt;
}

std::optional<std::string> spacingProblem(const SweepAxis& axis, const Field& field) {
    if (axis.step != 0 && axis.count != 0) return "Give the range a step or a count, not both.";
    if (axis.step != 0 && axis.scale == SweepScale::LogRange)
        return "A logarithmic range takes no step: give it a count.";
    if (axis.step < 0 || !std::isfinite(axis.step)) return "The step must be above 0.";
    if (field.kind == FieldKind::Integer && axis.step != std::floor(axis.step))
        return "The step between whole numbers must be a whole number.";
    if (axis.step > axis.to - axis.from) return "The step is larger than the range: use a smaller one.";
    if (axis.count < 0 || axis.count == 1) return "A range needs a count of at least 2; for one value, use a list.";
    if (axis.count > kMaxTrials || (axis.step > 0 && (axis.to - axis.from) / axis.step >= double(kMaxTrials)))
        return "These are more than " + groupedText(kMaxTrials) + " values: use a smaller count or a larger step.";
    if (!isCountable(axis)) return std::nullopt;
    const std::vector<Value> values = axisValues(axis);
    if (std::adjacent_find(values.begin(), values.end()) != values.end())
        return "There are not " + groupedText(axis.count) + " different numbers between its ends: use a smaller count.";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> axisProblem(const SweepAxis& axis) {
    const Field* field = findField(axis.key);
    if (field == nullptr) return unknownKeyText(axis.key);
    if (axis.scale == SweepScale::List) return listProblem(axis, *field);
    if (field->kind != FieldKind::Integer && field->kind != FieldKind::Real)
        return "Only numbers have a range: give a list of values.";
    if (auto problem = endsProblem(axis, *field)) return problem;
    return spacingProblem(axis, *field);
}

bool isCountable(const SweepAxis& axis) { return axis.scale == SweepScale::List || axis.step > 0 || axis.count > 0; }

std::vector<Value> axisValues(const SweepAxis& axis) {
    if (axis.scale == SweepScale::List) return axis.values;
    std::vector<Value> values;
    const std::int64_t count = axis.step > 0 ? stepsWithin(axis) : axis.count;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto place = static_cast<double>(i);
        const double number = axis.step > 0 ? (i == 0 ? axis.from : rounded(axis.from + place * axis.step, axis))
                                            : between(axis, place / static_cast<double>(count - 1));
        values.push_back(asValue(axis, number));
    }
    return values;
}

Value drawnValue(const SweepAxis& axis, SplitMix& random) {
    if (isCountable(axis)) {
        const std::vector<Value> values = axisValues(axis);
        return values[random.below(values.size())];
    }
    constexpr double kUnit = 0x1p-53;
    const double share = static_cast<double>(random.next() >> 11) * kUnit;
    if (axis.scale == SweepScale::Range && findField(axis.key)->kind == FieldKind::Integer)
        return static_cast<std::int64_t>(std::floor(axis.from + share * (axis.to - axis.from + 1)));
    return asValue(axis, between(axis, share));
}

}  // namespace vit
