// SPDX-License-Identifier: GPL-3.0-or-later
// Three lines of text, and a process that tries them.
#include "ui/bridge/host_dialog.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

QString deviceText(const QJsonObject& device) {
    const double memory = device["memory_bytes"].toDouble();
    const QString name = device["name"].toString();
    return memory > 0 ? QString("%1, %2").arg(name, bytesText(memory)) : name;
}

}  // namespace

QString aboutHostText(const QString& host, const QByteArray& answer) {
    QJsonObject about;
    for (const QByteArray& line : answer.split('\n'))
        if (line.startsWith('{')) about = QJsonDocument::fromJson(line).object();
    const QString version = about["version"].toString();
    if (version.isEmpty()) return HostDialog::tr("%1 gave no answer that is understood here.").arg(host);
    if (version != VIT_VERSION) {
        return HostDialog::tr("%1 has version %2 of ViT Workbench, and this is version %3: install the same one on "
                              "both computers.")
            .arg(host, version, QStringLiteral(VIT_VERSION));
    }
    QStringList devices;
    for (const auto& device : about["devices"].toArray()) devices << deviceText(device.toObject());
    return HostDialog::tr("%1 can train: ViT Workbench %2; %3.").arg(host, version, devices.join("; "));
}

HostDialog::HostDialog(const HostChoice& suggestion, QWidget* parent)
    : QDialog(parent), m_programs(suggestion.programs), m_host(new QLineEdit(suggestion.host, this)),
      m_there(new QLineEdit(suggestion.programs.there, this)), m_ssh(new QLineEdit(suggestion.programs.ssh, this)),
      m_check(new QPushButton(tr("&Check connection"), this)), m_result(new QLabel(this)) {
    setWindowTitle(tr("Train on another computer"));
    setObjectName("hostDialog");
    m_host->setObjectName("hostName");
    m_host->setPlaceholderText(tr("name or user@name"));
    m_host->setToolTip(tr("As you would give it to ssh: your own ~/.ssh/config and keys are used"));
    m_there->setObjectName("hostProgram");
    m_there->setToolTip(tr("The path of vit-cli on that computer, where its shell does not find it by name"));
    m_ssh->setObjectName("sshCommand");
    m_ssh->setToolTip(tr("With options, if it needs some: ssh -F FILE"));
    m_check->setObjectName("checkConnection");
    m_check->setToolTip(tr("Connect, and see which version and which devices are there"));
    m_check->setAutoDefault(false);
    m_result->setObjectName("hostResult");
    m_result->setWordWrap(true);
    m_result->setTextFormat(Qt::PlainText);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_result->setMinimumHeight(4 * fontMetrics().lineSpacing());
    m_result->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto* introduction = new QLabel(
        tr("Runs are trained there by ViT Workbench's own command line, reached through ssh. They go on when the "
           "connection breaks or this window closes; curves and weights come here."),
        this);
    introduction->setWordWrap(true);
    setRole(introduction, "muted");
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->addRow(tr("C&omputer"), m_host);
    form->addRow(tr("&vit-cli there"), m_there);
    form->addRow(tr("&ssh command"), m_ssh);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("Choose"), QDialogButtonBox::AcceptRole);
    m_accept->setToolTip(tr("New runs are trained there from now on; Train begins one"));
    m_accept->setDefault(true);
    m_accept->setObjectName("acceptHost");
    buttons->addButton(m_check, QDialogButtonBox::ActionRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_check, &QPushButton::clicked, this, &HostDialog::check);
    for (QLineEdit* line : {m_host, m_there, m_ssh})
        connect(line, &QLineEdit::textChanged, this, [this] {
            m_result->clear();  // it was of the texts before
            updateButtons();
        });
    connect(&m_process, &QProcess::finished, this, &HostDialog::onChecked);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) onChecked();
    });

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace);
    layout->addWidget(introduction);
    layout->addLayout(form);
    layout->addWidget(m_result, 1);
    layout->addWidget(buttons);
    resize(520, sizeHint().height());
    updateButtons();
}

HostDialog::~HostDialog() {
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(1000);
}

HostChoice HostDialog::choice() const {
    FarPrograms programs = m_programs;
    const FarPrograms usual;
    programs.there = m_there->text().trimmed().isEmpty() ? usual.there : m_there->text().trimmed();
    programs.ssh = m_ssh->text().trimmed().isEmpty() ? usual.ssh : m_ssh->text().trimmed();
    return {m_host->text().trimmed(), programs};
}

void HostDialog::check() {
    const HostChoice tried = choice();
    m_result->setText(tr("Connecting to %1…").arg(tried.host));
    m_check->setEnabled(false);
    startThere(m_process, tried.programs, tried.host, {"job", "about"});
    m_process.closeWriteChannel();
}

void HostDialog::onChecked() {
    const HostChoice tried = choice();
    const bool good = m_process.error() != QProcess::FailedToStart && m_process.exitStatus() == QProcess::NormalExit &&
                      m_process.exitCode() == 0;
    m_result->setText(good ? aboutHostText(tried.host, m_process.readAllStandardOutput())
                           : farProblem(m_process, tried.programs, tried.host).text);
    updateButtons();
}

void HostDialog::updateButtons() {
    const bool named = isHostName(m_host->text().trimmed());
    m_accept->setEnabled(named);
    m_check->setEnabled(named && m_process.state() == QProcess::NotRunning);
}

}  // namespace vit::ui
