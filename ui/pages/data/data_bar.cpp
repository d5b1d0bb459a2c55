// SPDX-License-Identifier: GPL-3.0-or-later
// Offers what makes sense for the chosen data set.
#include "ui/pages/data/data_bar.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

DataBar::DataBar(QWidget* parent) : QWidget(parent) {
    m_combo = new QComboBox(this);
    m_combo->setObjectName("datasetCombo");
    m_combo->setAccessibleName(tr("Data set"));
    m_combo->setToolTip(tr("The data set to look at"));
    m_combo->setMinimumWidth(240);
    makeButtons();
    m_description = new QLabel(this);
    m_description->setObjectName("datasetDescription");
    m_description->setWordWrap(true);
    m_facts = new QLabel(this);
    m_facts->setObjectName("datasetFacts");
    setRole(m_facts, "muted");

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_combo);
    row->addWidget(m_use);
    row->addWidget(m_download);
    row->addStretch();
    row->addWidget(m_add);
    row->addWidget(m_remove);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceSmall);
    layout->addLayout(row);
    layout->addSpacing(kSpaceSmall);
    layout->addWidget(m_description);
    layout->addWidget(m_facts);
    connect(m_combo, &QComboBox::currentIndexChanged, this, [this] {
        m_name = m_combo->currentData().toString();
        updateState();
        Q_EMIT chosen();
    });
    updateState();
}

void DataBar::makeButtons() {
    m_use = new QPushButton(tr("Use in the experiment"), this);
    m_use->setObjectName("useDataset");
    m_use->setToolTip(tr("Train with this data set"));
    m_download = new QPushButton(icon("download"), tr("Download"), this);
    m_download->setObjectName("downloadDataset");
    m_remove = new QToolButton(this);
    m_remove->setObjectName("removeDataset");
    m_remove->setIcon(icon("trash"));
    m_remove->setToolTip(tr("Remove this data set from the computer"));
    m_remove->setAccessibleName(tr("Remove this data set"));
    m_remove->setFocusPolicy(Qt::StrongFocus);

    m_add = new QPushButton(icon("plus"), tr("Add…"), this);
    m_add->setObjectName("addDataset");
    m_add->setToolTip(tr("Add images of your own: a folder with a folder for each class, or an archive of one"));
    auto* menu = new QMenu(m_add);
    QAction* folder = menu->addAction(icon("folder"), tr("From a folder…"));
    folder->setObjectName("addFolder");
    QAction* archive = menu->addAction(icon("data"), tr("From an archive…"));
    archive->setObjectName("addArchive");
    m_add->setMenu(menu);

    connect(folder, &QAction::triggered, this, &DataBar::addFolderRequested);
    connect(archive, &QAction::triggered, this, &DataBar::addArchiveRequested);
    connect(m_use, &QPushButton::clicked, this, [this] { Q_EMIT useRequested(m_name); });
    connect(m_download, &QPushButton::clicked, this, [this] { Q_EMIT downloadRequested(m_name); });
    connect(m_remove, &QToolButton::clicked, this, [this] { Q_EMIT removeRequested(m_name); });
}

void DataBar::setInfos(std::vector<DataInfo> infos) {
    m_infos = std::move(infos);
    fill();
    updateState();
    Q_EMIT chosen();
}

void DataBar::fill() {
    const QSignalBlocker blocker(m_combo);
    m_combo->clear();
    for (const DataInfo& info : m_infos) {
        const QString title = QString::fromStdString(info.title);
        m_combo->addItem(info.available ? title : tr("%1 (not here yet)").arg(title),
                         QString::fromStdString(info.name));
    }
    const int index = m_combo->findData(m_name);
    if (index < 0 && !m_infos.empty()) m_name = QString::fromStdString(m_infos.front().name);
    m_combo->setCurrentIndex(m_combo->findData(m_name));
}

std::optional<DataInfo> DataBar::current() const {
    for (const DataInfo& info : m_infos) {
        if (QString::fromStdString(info.name) == m_name) return info;
    }
    return {};
}

void DataBar::choose(const QString& name) {
    m_name = name;
    const int index = m_combo->findData(name);
    if (index >= 0) m_combo->setCurrentIndex(index);
}

void DataBar::setExperimentData(const QString& name) {
    m_experimentData = name;
    updateState();
}

void DataBar::setFacts(const QString& text) {
    m_facts->setText(text);
    m_facts->setVisible(!text.isEmpty());
}

void DataBar::setBusy(bool busy) {
    m_busy = busy;
    updateState();
}

void DataBar::updateState() {
    const std::optional<DataInfo> info = current();
    m_description->setText(info ? QString::fromStdString(info->description) : QString());
    m_use->setVisible(info && info->available && m_name != m_experimentData);
    m_download->setVisible(info && info->downloadable && !info->available);
    if (info && info->downloadBytes > 0)
        m_download->setText(tr("Download (%1)").arg(bytesText(static_cast<double>(info->downloadBytes))));
    m_remove->setVisible(info && info->available && !info->builtIn);
    for (QWidget* button : {static_cast<QWidget*>(m_download), static_cast<QWidget*>(m_add),
                            static_cast<QWidget*>(m_remove)})
        button->setEnabled(!m_busy);
}

}  // namespace vit::ui
