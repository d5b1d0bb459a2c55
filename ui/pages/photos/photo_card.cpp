// SPDX-License-Identifier: GPL-3.0-or-later
// A button, a list and two texts.
#include "ui/pages/photos/photo_card.h"

#include "ui/look/format.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/photos/step_heading.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr std::size_t kClassesShown = 24;

QLabel* makeText(const char* name, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QString folderIn(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return !urls.isEmpty() && urls.constFirst().isLocalFile() ? urls.constFirst().toLocalFile() : QString();
}

}  // namespace

PhotoCard::PhotoCard(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    setAcceptDrops(true);
    m_folder = new QPushButton(icon("folder"), tr("Choose folder…"), this);
    m_folder->setObjectName("photosFolder");
    m_folder->setToolTip(tr("A folder with a folder of photos for each class, named after it"));
    m_data = new QComboBox(this);
    m_data->setObjectName("photosData");
    m_data->setAccessibleName(tr("Photos"));
    m_data->setToolTip(tr("Or a data set that is there already"));
    m_data->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_data->addItem(tr("Choose a data set"), QString());
    m_counts = makeText("photosCounts", this);
    m_warnings = makeText("photosWarnings", this);
    setRole(m_warnings, "warning");
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_folder);
    auto* drop = new QLabel(tr("or drop one here, or take"), this);
    setRole(drop, "muted");
    row->addWidget(drop);
    row->addWidget(m_data);
    row->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace);
    layout->addWidget(new StepHeading(1, tr("Your photos"), this));
    layout->addLayout(row);
    layout->addWidget(m_counts);
    layout->addWidget(m_warnings);
    connect(m_folder, &QPushButton::clicked, this, &PhotoCard::folderWanted);
    connect(m_data, &QComboBox::activated, this, &PhotoCard::dataChosen);
    clearReport();
}

void PhotoCard::setDataSets(const std::vector<DataInfo>& infos) {
    const QString chosen = data();
    while (m_data->count() > 1) m_data->removeItem(1);
    for (const DataInfo& info : infos)
        if (info.available) m_data->addItem(qstr(info.title), qstr(info.name));
    choose(chosen);
}

QString PhotoCard::data() const { return m_data->currentData().toString(); }

void PhotoCard::choose(const QString& name) {
    if (m_data->findData(name) < 0 && !name.isEmpty()) m_data->addItem(name, name);
    m_data->setCurrentIndex(std::max(0, m_data->findData(name)));
}

void PhotoCard::showReport(const PhotoReport& report) {
    QStringList classes;
    for (const PhotoClass& one : report.classes) {
        if (static_cast<std::size_t>(classes.size()) == kClassesShown) break;
        classes << tr("%1 (%2)").arg(qstr(one.name), withThousands(one.train + one.test));
    }
    if (report.classes.size() > kClassesShown)
        classes << tr("and %1 more").arg(withThousands(static_cast<qint64>(report.classes.size() - kClassesShown)));
    QString counts = tr("%1 photos to train with, %2 to test, in %3 classes: %4")
                         .arg(withThousands(report.train), withThousands(report.test),
                              withThousands(static_cast<qint64>(report.classes.size())), classes.join(", "));
    if (report.validation > 0)
        counts += '\n' + tr("%1 of those to train with are set aside for validation, which no way here needs: all are "
                            "learned from.").arg(withThousands(report.validation));
    m_counts->setText(counts);
    QStringList warnings;
    for (const std::string& warning : report.warnings) warnings << "• " + qstr(warning);
    m_warnings->setText(warnings.join('\n'));
    m_warnings->setVisible(!warnings.isEmpty());
}

void PhotoCard::clearReport() {
    m_counts->setText(tr("A folder for each class, with at least five photos each; ten times as many are better. A fifth of "
                         "them is kept for the test."));
    m_warnings->clear();
    m_warnings->hide();
}

void PhotoCard::setBusy(bool busy) {
    m_folder->setEnabled(!busy);
    m_data->setEnabled(!busy);
    setAcceptDrops(!busy);
}

void PhotoCard::dragEnterEvent(QDragEnterEvent* event) {
    if (!folderIn(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void PhotoCard::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    Q_EMIT folderDropped(folderIn(event->mimeData()));
}

}  // namespace vit::ui
