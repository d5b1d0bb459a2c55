// SPDX-License-Identifier: GPL-3.0-or-later
// Ranges, places and ticks of an axis.
#include "ui/pages/runs/run_axis.h"

#include "ui/look/format.h"

#include <QObject>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

namespace vit::ui {

namespace {

constexpr double kLogarithmicFrom = 30;  // largest by smallest value
constexpr int kSteps = 4;
constexpr std::size_t kFewValues = 6;    // so many different numbers are each a tick
constexpr std::size_t kMostTexts = 12;   // ticks; more would lie over each other

double shown(const RunColumn& column, double value) { return column.kind == ColumnKind::Share ? value * 100 : value; }

// 1, 2 or 5 times a power of ten.
double roundStep(double step) {
    const double power = std::pow(10, std::floor(std::log10(step)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (step <= factor * power * (1 + 1e-9)) return factor * power;
    return 10 * power;
}

}  // namespace

RunAxis::RunAxis(const RunColumn& column, const std::vector<const RunSummary*>& runs) : m_column(&column) {
    std::set<double> numbers;
    std::set<std::string> texts;
    for (const RunSummary* run : runs) {
        const RunValue value = column.get(*run);
        if (const auto* number = std::get_if<double>(&value)) numbers.insert(shown(column, *number));
        else if (const auto* text = std::get_if<std::string>(&value)) texts.insert(*text);
    }
    m_texts.assign(texts.begin(), texts.end());
    if (!column.isNumeric()) {
        const std::size_t every = m_texts.size() / (kMostTexts + 1) + 1;
        for (std::size_t i = 0; i < m_texts.size(); i += every)
            m_ticks.emplace_back((double(i) + 0.5) / double(m_texts.size()), QString::fromStdString(m_texts[i]));
        return;
    }
    if (numbers.empty()) return;
    m_low = *numbers.begin();
    m_high = *numbers.rbegin();
    m_logarithmic = m_low > 0 && m_high / m_low >= kLogarithmicFrom;
    if (m_high == m_low) {
        m_ticks.emplace_back(0.5, plainNumber(m_low));
        return;
    }
    if (numbers.size() > kFewValues) addNumberTicks();
    else for (const double value : numbers) m_ticks.emplace_back(place(value), plainNumber(value));
}

void RunAxis::addNumberTicks() {
    if (m_logarithmic) {
        const int first = int(std::ceil(std::log10(m_low) - 1e-9)), last = int(std::floor(std::log10(m_high) + 1e-9));
        for (int exponent = first; exponent <= last; ++exponent) {
            const double value = std::pow(10, exponent);
            m_ticks.emplace_back(place(value), plainNumber(value));
        }
        return;
    }
    const double step = roundStep((m_high - m_low) / kSteps);
    const auto first = std::int64_t(std::ceil(m_low / step - 1e-9));
    const auto last = std::int64_t(std::floor(m_high / step + 1e-6));
    for (std::int64_t multiple = first; multiple <= last; ++multiple)
        m_ticks.emplace_back(place(double(multiple) * step), plainNumber(double(multiple) * step));
}

double RunAxis::place(double value) const {
    if (m_high == m_low) return 0.5;
    if (m_logarithmic) return std::log(value / m_low) / std::log(m_high / m_low);
    return (value - m_low) / (m_high - m_low);
}

QString RunAxis::title() const {
    QString text = QString::fromStdString(m_column->label);
    if (m_column->kind == ColumnKind::Share) text += " (%)";
    if (m_column->kind == ColumnKind::Seconds) text += " (s)";
    return text;
}

std::optional<double> RunAxis::position(const RunSummary& run) const {
    const RunValue value = m_column->get(run);
    if (const auto* number = std::get_if<double>(&value)) return place(shown(*m_column, *number));
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto found = std::lower_bound(m_texts.begin(), m_texts.end(), *text);
        if (found != m_texts.end() && *found == *text)
            return (double(found - m_texts.begin()) + 0.5) / double(m_texts.size());
    }
    return std::nullopt;
}

}  // namespace vit::ui
