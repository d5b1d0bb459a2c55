// SPDX-License-Identifier: GPL-3.0-or-later
// A number of epochs, and what becomes of the schedule if it has one.
#include "ui/widgets/extension_dialog.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kSuggestion = 10;
constexpr int kMost = 100'000;

}  // namespace

ExtensionDialog::ExtensionDialog(const QString& runName, const Config& config, QWidget* parent)
    : QDialog(parent), m_epochs(new QSpinBox(this)),
      m_keep(new QRadioButton(tr("The learning rate stays as it was at the planned end"), this)),
      m_stretch(new QRadioButton(tr("The schedule is stretched over all epochs"), this)) {
    setWindowTitle(tr("Continue for more epochs"));
    setObjectName("extensionDialog");
    m_epochs->setObjectName("extensionEpochs");
    m_epochs->setRange(1, kMost);
    m_epochs->setValue(kSuggestion);
    m_epochs->setSuffix(tr(" more epochs"));
    m_keep->setChecked(true);
    m_stretch->setObjectName("extensionStretch");
    for (QRadioButton* choice : {m_keep, m_stretch}) choice->setVisible(config.schedule.type != ScheduleType::Constant);

    auto* introduction = new QLabel(
        tr("%1 was planned for %2 epochs. Train it further for").arg(runName, withThousands(config.run.epochs)), this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    buttons->addButton(tr("Continue"), QDialogButtonBox::AcceptRole)->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace);
    layout->addWidget(introduction);
    layout->addWidget(m_epochs);
    layout->addWidget(m_keep);
    layout->addWidget(m_stretch);
    layout->addWidget(buttons);
}

Extension ExtensionDialog::extension() const {
    return {m_epochs->value(), m_stretch->isChecked() ? ScheduleEnd::Stretch : ScheduleEnd::Keep};
}

}  // namespace vit::ui
