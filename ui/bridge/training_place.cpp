// SPDX-License-Identifier: GPL-3.0-or-later
// ssh's command line, and its faults in words.
#include "ui/bridge/training_place.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>

#include <array>

namespace vit::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("TrainingPlace", text); }

constexpr int kSshFault = 255;
constexpr int kNotFound = 127;
constexpr int kNoProgram = 126;
constexpr int kWrongInput = 2;

QString localProgram(const FarPrograms& programs) {
    if (!programs.here.isEmpty()) return programs.here;
    const QString beside = QCoreApplication::applicationDirPath() + "/vit-cli";
    return QFileInfo(beside).isExecutable() ? beside : QStringLiteral("vit-cli");
}

// What ssh says, and what that means; %1 is the host.
struct SshFault {
    const char* says;
    const char* means;
    bool passing;
};

constexpr std::array kSshFaults = {
    SshFault{"REMOTE HOST IDENTIFICATION HAS CHANGED",
             "%1 shows another key than it did before. If it was set up anew, remove its old key with \"ssh-keygen -R "
             "%1\" and connect once in a terminal with \"ssh %1\"; if not, another computer may be posing as it.",
             false},
    SshFault{"Host key verification failed",
             "%1 is not yet known to ssh. Connect once in a terminal with \"ssh %1\", compare the key that it shows "
             "and accept it.",
             false},
    SshFault{"Permission denied",
             "%1 refuses your key. Copy it there with \"ssh-copy-id %1\"; if the key has a passphrase, load it with "
             "\"ssh-add\" first. The window asks for no passwords.",
             false},
    SshFault{"Too many authentication failures",
             "%1 refuses your keys, since too many were offered. Name the right one in ~/.ssh/config with IdentityFile "
             "and IdentitiesOnly.",
             false},
    SshFault{"Could not resolve hostname",
             "No computer of the name %1 is known. Correct the name, or add it to ~/.ssh/config.", false},
    SshFault{"Connection refused",
             "%1 answers, but no ssh server listens there. Start sshd on it, or correct the port in ~/.ssh/config.",
             false},
    SshFault{"No route to host", "%1 cannot be reached. See whether it is on and whether the network is there.", false},
    SshFault{"Network is unreachable", "%1 cannot be reached: this computer has no network.", false},
    SshFault{"timed out", "%1 does not answer. See whether it is on and whether the network is there.", true},
    SshFault{"Bad configuration option", "ssh does not understand its configuration. Correct it: see what \"ssh %1\" "
                                         "says in a terminal.",
             false},
    SshFault{"Can't open user config file",
             "The configuration that ssh is given is not there: correct the ssh command.", false},
};

QString lastLine(const QString& text) {
    const QStringList lines = text.split('\n', Qt::SkipEmptyParts);
    return lines.isEmpty() ? QString() : lines.constLast().trimmed();
}

FarProblem sshProblem(const QString& said, const QString& host) {
    for (const SshFault& fault : kSshFaults)
        if (said.contains(QLatin1String(fault.says))) return {tr(fault.means).replace("%1", host), fault.passing};
    QString line = lastLine(said);
    if (line.endsWith('.')) line.chop(1);  // it is quoted within a sentence
    return {line.isEmpty() ? tr("The connection to %1 broke.").arg(host)
                           : tr("The connection to %1 broke: ssh says \"%2\".").arg(host, line),
            true};
}

}  // namespace

bool isHostName(const QString& host) {
    if (host.isEmpty() || host.startsWith('-')) return false;
    for (const QChar c : host)
        if (c.isSpace() || c.unicode() < 32 || QStringLiteral("'\"\\$`;&|<>()").contains(c)) return false;
    return true;
}

void startThere(QProcess& process, const FarPrograms& programs, const QString& host, const QStringList& arguments) {
    if (host.isEmpty()) return process.start(localProgram(programs), arguments);
    QStringList ssh = QProcess::splitCommand(programs.ssh);
    if (ssh.isEmpty()) ssh << "ssh";
    const QString program = ssh.takeFirst();
    ssh << "-T";
    for (const char* option : {"BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=5", "ServerAliveCountMax=3"})
        ssh << "-o" << option;
    ssh << "--" << host << programs.there + ' ' + arguments.join(' ');
    process.start(program, ssh);
}

FarProblem farProblem(QProcess& process, const FarPrograms& programs, const QString& host) {
    if (process.error() == QProcess::FailedToStart) {
        return {host.isEmpty() ? tr("The program %1 cannot be started. It belongs beside the window's.")
                                     .arg(localProgram(programs))
                               : tr("The command \"%1\" cannot be started: install ssh (the package openssh-client), "
                                    "or correct the ssh command.")
                                     .arg(programs.ssh),
                false};
    }
    const QString said = QString::fromUtf8(process.readAllStandardError());
    if (process.exitStatus() == QProcess::CrashExit)
        return {tr("The connection to %1 broke.").arg(placeName(host)), true};
    const int code = process.exitCode();
    if (!host.isEmpty() && code == kSshFault) return sshProblem(said, host);
    if (code == kNotFound || code == kNoProgram) {
        return {tr("There is no %1 on %2. Install ViT Workbench there too, and give the path of its vit-cli.")
                    .arg(programs.there, placeName(host)),
                false};
    }
    if (code == kWrongInput && said.contains("There is no command"))
        return {tr("%1 has another version of ViT Workbench, which trains nothing for others. Install this one's "
                   "version %2 there.")
                    .arg(placeName(host), QStringLiteral(VIT_VERSION)),
                false};
    QString words = lastLine(said);
    if (words.startsWith("vit-cli: ")) words.remove(0, 9);
    if (words.isEmpty()) words = tr("vit-cli ended with code %1 and said nothing.").arg(code);
    return {tr("%1 says: %2").arg(placeName(host), words), code != kWrongInput, code == kWrongInput};
}

QString placeName(const QString& host) { return host.isEmpty() ? tr("this computer") : host; }

}  // namespace vit::ui
