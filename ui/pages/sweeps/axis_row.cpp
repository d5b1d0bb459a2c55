// SPDX-License-Identifier: GPL-3.0-or-later
// Texts in, an axis of the plan out.
#include "ui/pages/sweeps/axis_row.h"

#include "core/base/number_text.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr int kNumberWidth = 84;

bool isNumber(const Field& field) { return field.kind == FieldKind::Integer || field.kind == FieldKind::Real; }

double numberFrom(const std::string& key, const QLineEdit* edit, const char* what) {
    bool read = false;
    const double number = edit->text().trimmed().toDouble(&read);
    if (read) return number;
    throw InvalidInput(Issues{{key, edit->text().trimmed().isEmpty()
                                        ? std::string("Give the range ") + what + "."
                                        : "\"" + edit->text().toStdString() + "\" is not a number."}});
}

double currentNumber(const Field& field, const Config& config) {
    const Value value = field.get(config);
    return field.kind == FieldKind::Integer ? static_cast<double>(std::get<std::int64_t>(value))
                                            : std::get<double>(value);
}

}  // namespace

AxisRow::AxisRow(const Config& base, const std::string& key, QWidget* parent) : QWidget(parent), m_base(base) {
    makeChoices(key);
    makeEdits();
    m_remove = new QToolButton(this);
    m_remove->setObjectName("axisRemove");
    m_remove->setIcon(icon("close"));
    m_remove->setToolTip(tr("Do not vary it"));
    m_remove->setAccessibleName(tr("Do not vary it"));
    m_problem = new QLabel(this);
    m_problem->setObjectName("axisProblem");
    m_problem->setWordWrap(true);
    setRole(m_problem, "error");
    m_problem->hide();

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpaceSmall + 2);
    row->addWidget(m_field, 2);
    row->addWidget(m_scale);
    row->addWidget(m_values, 3);
    for (QLineEdit* edit : {m_from, m_to, m_step, m_count}) row->addWidget(edit);
    row->addStretch(0);
    row->addWidget(m_remove);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_problem);
    connect(m_remove, &QToolButton::clicked, this, &AxisRow::removeRequested);
    suggest();
}

// What is varied, and how.
void AxisRow::makeChoices(const std::string& key) {
    m_field = new QComboBox(this);
    m_field->setObjectName("axisField");
    m_field->setAccessibleName(tr("Hyperparameter"));
    for (const Field& field : schema()) {
        m_field->addItem(qstr(field.group + " · " + field.label), qstr(field.key));
        m_field->setItemData(m_field->count() - 1, qstr(field.help), Qt::ToolTipRole);
    }
    m_field->setCurrentIndex(m_field->findData(qstr(key)));
    m_scale = new QComboBox(this);
    m_scale->setObjectName("axisScale");
    m_scale->setAccessibleName(tr("How it is varied"));
    connect(m_field, &QComboBox::activated, this, [this] {
        suggest();
        Q_EMIT edited();
    });
    connect(m_scale, &QComboBox::activated, this, [this] {
        suggestRange();
        showScale();
        Q_EMIT edited();
    });
}

void AxisRow::makeEdits() {
    m_values = makeEdit("axisValues", tr("values"), tr("The values to try, separated by commas; lists by semicolons"));
    m_from = makeEdit("axisFrom", tr("from"), tr("The smallest value"));
    m_to = makeEdit("axisTo", tr("to"), tr("The largest value"));
    m_step = makeEdit("axisStep", tr("step"), tr("The distance between two values; or give their number"));
    m_count = makeEdit("axisCount", tr("values"), tr("How many values; empty: any value between, to be drawn"));
    for (QLineEdit* edit : {m_from, m_to, m_step, m_count}) edit->setFixedWidth(kNumberWidth);
}

QLineEdit* AxisRow::makeEdit(const char* name, const QString& placeholder, const QString& tip) {
    auto* edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setPlaceholderText(placeholder);
    edit->setToolTip(tip);
    edit->setAccessibleName(placeholder);
    connect(edit, &QLineEdit::textEdited, this, &AxisRow::edited);
    return edit;
}

std::string AxisRow::key() const { return m_field->currentData().toString().toStdString(); }

SweepScale AxisRow::scale() const { return static_cast<SweepScale>(m_scale->currentData().toInt()); }

void AxisRow::suggest() {
    const Field& field = *findField(key());
    m_field->setToolTip(qstr(field.help));
    m_scale->clear();
    m_scale->addItem(tr("Values"), static_cast<int>(SweepScale::List));
    if (isNumber(field)) {
        m_scale->addItem(tr("Range"), static_cast<int>(SweepScale::Range));
        m_scale->addItem(tr("Log range"), static_cast<int>(SweepScale::LogRange));
    }
    m_scale->setEnabled(m_scale->count() > 1);
    QString values = qstr(toText(field, field.get(m_base)));
    if (field.kind == FieldKind::Boolean) values = "true, false";
    if (field.kind == FieldKind::Choice) {
        values.clear();
        for (const Choice& choice : field.choices) values += (values.isEmpty() ? "" : ", ") + qstr(choice.value);
    }
    m_values->setText(values);
    suggestRange();
    showScale();
}

void AxisRow::suggestRange() {
    const Field& field = *findField(key());
    if (!isNumber(field)) return;
    const double value = currentNumber(field, m_base);
    const bool log = scale() == SweepScale::LogRange;
    const auto bounded = [&](double number) {
        if (field.kind == FieldKind::Integer) number = std::round(number);
        return qstr(numberText(std::clamp(number, field.minimum, field.maximum)));
    };
    constexpr double kDecade = 10;
    const double around = log ? (value > 0 ? value : 0.001) : value;
    m_from->setText(bounded(log ? around / kDecade : around / 2));
    m_to->setText(bounded(log ? around * kDecade : (around > 0 ? around * 2 : field.minimum + 2 * field.step)));
    m_step->clear();
    m_count->setText("3");
}

void AxisRow::showScale() {
    const bool list = scale() == SweepScale::List;
    m_values->setVisible(list);
    for (QLineEdit* edit : {m_from, m_to, m_count}) edit->setVisible(!list);
    m_step->setVisible(scale() == SweepScale::Range);
}

SweepAxis AxisRow::axis() const {
    SweepAxis axis;
    axis.key = key();
    axis.scale = scale();
    if (axis.scale == SweepScale::List) axis.values = values();
    else readRange(axis);
    return axis;
}

std::vector<Value> AxisRow::values() const {
    if (m_values->text().trimmed().isEmpty()) return {};
    const Field& field = *findField(key());
    const QRegularExpression separator(field.kind == FieldKind::IntegerList ? ";" : "[,;]");
    std::vector<Value> values;
    for (const QString& text : m_values->text().split(separator))
        values.push_back(parseText(field, text.toStdString()));
    return values;
}

void AxisRow::readRange(SweepAxis& axis) const {
    axis.from = numberFrom(axis.key, m_from, "a smallest value");
    axis.to = numberFrom(axis.key, m_to, "a largest value");
    if (m_step->isVisibleTo(this) && !m_step->text().trimmed().isEmpty())
        axis.step = numberFrom(axis.key, m_step, "a step");
    if (m_count->text().trimmed().isEmpty()) return;
    const double count = numberFrom(axis.key, m_count, "a number of values");
    if (count != std::floor(count) || std::abs(count) > 1e9)
        throw InvalidInput(Issues{{axis.key, "The number of values must be a whole number."}});
    axis.count = static_cast<std::int64_t>(count);
    if (axis.count == 0) throw InvalidInput(Issues{{axis.key, "Give at least 2 values, or none to draw any."}});
}

void AxisRow::showProblem(const QString& text) {
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

}  // namespace vit::ui
