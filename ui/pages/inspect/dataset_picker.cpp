// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the controls to a DatasetSelection.
#include "ui/pages/inspect/dataset_picker.h"

#include "core/base/error.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QRandomGenerator>
#include <QSignalBlocker>
#include <QToolButton>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

QToolButton* stepButton(const char* name, const char* iconName, const QString& tip, const QKeySequence& key,
                        QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(icon(iconName));
    button->setToolTip(QStringLiteral("%1 (%2)").arg(tip, key.toString(QKeySequence::NativeText)));
    button->setAccessibleName(tip);
    button->setShortcut(key);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}  // namespace

DatasetPicker::DatasetPicker(QWidget* parent) : QWidget(parent) {
    m_split = new QComboBox(this);
    m_split->setObjectName("pickerSplit");
    m_split->setToolTip(tr("Which part of the data set to look through"));
    m_split->setAccessibleName(tr("Split"));
    for (const Split split : {Split::Train, Split::Validation, Split::Test})
        m_split->addItem(splitTitle(split), static_cast<int>(split));
    m_split->setCurrentIndex(2);

    m_class = new QComboBox(this);
    m_class->setObjectName("pickerClass");
    m_class->setToolTip(tr("Only images of this class"));
    m_class->setAccessibleName(tr("Class"));
    m_class->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_class->setMinimumContentsLength(12);

    m_previous = stepButton("pickerPrevious", "chevron-left", tr("Previous image"), QKeySequence("Alt+Left"), this);
    m_next = stepButton("pickerNext", "chevron-right", tr("Next image"), QKeySequence("Alt+Right"), this);
    m_random = stepButton("pickerRandom", "shuffle", tr("Random image"), QKeySequence("Ctrl+R"), this);
    m_where = new QLabel(this);
    m_where->setObjectName("pickerPosition");
    setRole(m_where, "muted");

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_split);
    layout->addWidget(m_class);
    layout->addWidget(m_previous);
    layout->addWidget(m_next);
    layout->addWidget(m_random);
    layout->addWidget(m_where);

    connect(m_split, &QComboBox::currentIndexChanged, this, [this] { reselect(0); });
    connect(m_class, &QComboBox::currentIndexChanged, this, [this] { reselect(0); });
    connect(m_previous, &QToolButton::clicked, this, &DatasetPicker::showPrevious);
    connect(m_next, &QToolButton::clicked, this, &DatasetPicker::showNext);
    connect(m_random, &QToolButton::clicked, this, &DatasetPicker::showRandom);
    setDataset(nullptr, {});
}

void DatasetPicker::setDataset(std::shared_ptr<const Dataset> dataset, const DataConfig& data) {
    if (dataset == m_dataset && data == m_data && m_class->count() > 0) return;
    const bool another = dataset != m_dataset;
    m_dataset = std::move(dataset);
    m_data = data;
    if (another || m_class->count() == 0) fillClasses();
    if (another && m_dataset) preferSplitWithImages();
    reselect(m_position);
}

// A folder of images may have none to test with.
void DatasetPicker::preferSplitWithImages() {
    if (m_dataset->testCount() > 0 || m_split->currentData().toInt() != static_cast<int>(Split::Test)) return;
    const QSignalBlocker blocker(m_split);
    m_split->setCurrentIndex(m_split->findData(static_cast<int>(Split::Train)));
}

void DatasetPicker::fillClasses() {
    const QSignalBlocker blocker(m_class);
    const QString before = m_class->currentText();
    m_class->clear();
    m_class->addItem(tr("All classes"), DatasetSelection::kAllClasses);
    if (m_dataset) {
        for (std::int64_t i = 0; i < m_dataset->classes(); ++i)
            m_class->addItem(QString::fromStdString(m_dataset->classNames()[static_cast<std::size_t>(i)]),
                             static_cast<int>(i));
    }
    m_class->setCurrentIndex(std::max(0, m_class->findText(before)));
}

DatasetSelection DatasetPicker::select() const {
    return {m_dataset, static_cast<Split>(m_split->currentData().toInt()), m_data, m_class->currentData().toInt()};
}

void DatasetPicker::reselect(std::int64_t position) {
    m_selection = {};
    try {
        m_selection = select();
    } catch (const Error& error) {  // a validation share that leaves none of few images for training
        Q_EMIT failed(QString::fromUtf8(error.what()));
    }
    for (QWidget* control : {static_cast<QWidget*>(m_split), static_cast<QWidget*>(m_class)})
        control->setEnabled(m_dataset != nullptr);
    for (QToolButton* button : {m_previous, m_next, m_random}) button->setEnabled(m_selection.count() > 1);
    moveTo(position < m_selection.count() ? position : 0);
}

void DatasetPicker::moveTo(std::int64_t position) {
    m_position = position;
    if (!m_dataset) m_where->clear();
    else if (empty()) m_where->setText(tr("No such images"));
    else m_where->setText(tr("%1 of %2").arg(withThousands(m_position + 1), withThousands(m_selection.count())));
    Q_EMIT picked();
}

void DatasetPicker::showPrevious() {
    if (!empty()) moveTo((m_position + m_selection.count() - 1) % m_selection.count());
}

void DatasetPicker::showNext() {
    if (!empty()) moveTo((m_position + 1) % m_selection.count());
}

void DatasetPicker::showRandom() {
    if (empty()) return;
    // Never the one that is shown already.
    const auto step = 1 + QRandomGenerator::global()->bounded(static_cast<int>(std::max<std::int64_t>(
                              1, m_selection.count() - 1)));
    moveTo((m_position + step) % m_selection.count());
}

}  // namespace vit::ui
