// SPDX-License-Identifier: GPL-3.0-or-later
// A row for each finding.
#include "ui/shell/check_dialog.h"

#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/settings.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace vit::ui {

namespace {

QString iconOf(CheckState state) {
    switch (state) {
        case CheckState::Held: return "success";
        case CheckState::Failed: return "warning";
        case CheckState::Measured:
        case CheckState::Skipped: return "info";
    }
    return {};
}

IconTint tintOf(CheckState state) {
    return state == CheckState::Failed ? IconTint::Error : state == CheckState::Held ? IconTint::Text : IconTint::Muted;
}

}  // namespace

CheckDialog::CheckDialog(Prompts& prompts, Settings& settings, QWidget* parent)
    : QDialog(parent), m_prompts(prompts), m_settings(settings) {
    setWindowTitle(tr("Check this computer"));
    setObjectName("checkDialog");
    resize(960, 640);
    auto* introduction = new QLabel(
        tr("Compares what the device that a run would take computes with plain arithmetic in double precision: passes, "
           "gradients, updates, augmentation, dropout, whole runs and how they go on. Attach the table to a report when "
           "something looks wrong."),
        this);
    introduction->setWordWrap(true);
    setRole(introduction, "muted");
    m_speed = new QCheckBox(tr("Measure the speed, too"), this);
    m_speed->setObjectName("checkSpeed");
    m_speed->setChecked(true);
    makeTable();
    m_bar = new QProgressBar(this);
    m_bar->setObjectName("checkProgress");
    m_bar->setTextVisible(false);
    m_verdict = new QLabel(this);
    m_verdict->setObjectName("checkVerdict");
    m_verdict->setWordWrap(true);
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace);
    layout->addWidget(introduction);
    layout->addWidget(m_speed);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_bar);
    layout->addWidget(m_verdict);
    makeButtons();
    setRunning(false);

    connect(&m_job, &Job::progressed, this, [this](const QString& what, qint64 done, qint64 total) {
        m_bar->setRange(0, static_cast<int>(total));
        m_bar->setValue(static_cast<int>(done));
        say(tr("Check %1 of %2: %3").arg(std::min(done + 1, total)).arg(total).arg(what), "muted");
    });
    connect(&m_job, &Job::failed, this, [this](const QString& problem) { say(problem, "error"); });
    connect(&m_job, &Job::cancelled, this, [this] { say(tr("Cancelled: nothing is known."), "muted"); });
    connect(&m_job, &Job::ended, this, [this] {
        setRunning(false);
        Q_EMIT ended();
        if (m_closed) deleteLater();
    });
    // A check asks now and then only whether it is still wanted, and nobody should wait for that.
    connect(this, &QDialog::finished, this, [this] {
        m_closed = true;
        if (m_job.running()) m_job.cancel();
        else deleteLater();
    });
}

void CheckDialog::makeTable() {
    m_table = new QTableWidget(0, 5, this);
    m_table->setObjectName("checkTable");
    m_table->setAccessibleName(tr("Checks"));
    m_table->setHorizontalHeaderLabels({tr("Result"), tr("Check"), {}, tr("Measured"), tr("Allowed")});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + kSpace);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(2, QHeaderView::Stretch);
}

void CheckDialog::makeButtons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    m_copy->setObjectName("checkCopy");
    m_save = buttons->addButton(tr("Save…"), QDialogButtonBox::ActionRole);
    m_save->setObjectName("checkSave");
    m_check = buttons->addButton(tr("Check"), QDialogButtonBox::ActionRole);
    m_check->setObjectName("checkStart");
    m_check->setDefault(true);
    setRole(m_check, "primary");
    connect(m_check, &QPushButton::clicked, this, [this] {
        if (m_job.running()) return m_job.cancel();
        CheckRequest request;
        request.speed = m_speed->isChecked();
        check(request);
    });
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(qstr(toText(m_report))); });
    connect(m_save, &QPushButton::clicked, this, &CheckDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout()->addWidget(buttons);
}

void CheckDialog::check(const CheckRequest& request) {
    m_report = {};
    m_table->setRowCount(0);
    say(tr("Checking…"), "muted");
    m_job.run([request](const Progress& progress) { return checkComputer(request, progress); },
              [this](const CheckReport& report) { fill(report); });
    setRunning(true);
}

void CheckDialog::setRunning(bool running) {
    m_check->setText(running ? tr("Cancel") : tr("Check"));
    m_bar->setVisible(running);
    m_bar->setRange(0, 0);
    m_speed->setEnabled(!running);
    for (QPushButton* button : {m_copy, m_save}) button->setEnabled(!m_report.rows.empty());
}

void CheckDialog::fill(const CheckReport& report) {
    m_report = report;
    m_table->setRowCount(static_cast<int>(report.rows.size()));
    for (int i = 0; i < m_table->rowCount(); ++i) {
        const CheckRow& row = report.rows[static_cast<std::size_t>(i)];
        const QStringList cells = {tr(checkStateWord(row.state)), qstr(row.key), qstr(row.what), qstr(row.measured),
                                   qstr(row.allowed)};
        for (int column = 0; column < cells.size(); ++column) {
            auto* item = new QTableWidgetItem(cells[column]);
            item->setToolTip(cells[column]);
            m_table->setItem(i, column, item);
        }
        m_table->item(i, 0)->setIcon(icon(iconOf(row.state), tintOf(row.state)));
    }
    say(qstr(report.verdict()), report.holds() ? "" : "error");
}

void CheckDialog::say(const QString& text, const char* role) {
    m_verdict->setText(text);
    setRole(m_verdict, role);
}

void CheckDialog::save() {
    const QString path = m_prompts.saveFile(this, tr("Save the table"),
                                            QDir(m_settings.lastFolder()).filePath("vit-workbench-check.txt"),
                                            tr("Text (*.txt);;JSON (*.json)"));
    if (path.isEmpty()) return;
    m_settings.setLastFolder(QFileInfo(path).absolutePath());
    try {
        writeFileAtomically(path.toStdString(), path.endsWith(".json") ? toJson(m_report) : toText(m_report));
    } catch (const Error& fault) {
        m_prompts.showError(this, tr("Save the table"), qstr(fault.what()));
    }
}

}  // namespace vit::ui
