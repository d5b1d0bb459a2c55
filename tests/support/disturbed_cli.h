// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli as a child that a test can watch, stop, limit and kill.
#pragma once

#include <QByteArray>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vit::test {

constexpr int kCliTimeoutMs = 120'000;

// In the child, before it becomes vit-cli. It cannot get far ahead of who reads its events, and root is bound by
// permissions.
inline void prepareChild() {
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 4096);
    constexpr unsigned long kOverridesPermissions = 1;  // CAP_DAC_OVERRIDE
    if (geteuid() == 0) prctl(PR_CAPBSET_DROP, kOverridesPermissions, 0, 0, 0);
}

// Whether a child made so is refused what a folder does not permit.
inline bool permissionsBind(const QString& folder) {
    QProcess shell;
    shell.setChildProcessModifier(prepareChild);
    const QString closed = folder + "/closed";
    QDir().mkdir(closed);
    chmod(closed.toUtf8().constData(), 0500);
    shell.start("/bin/sh", {"-c", "touch '" + closed + "/file'"});
    return shell.waitForFinished(kCliTimeoutMs) && shell.exitCode() != 0;
}

// A vit-cli at work, whose events one can wait for.
class DisturbedCli {
public:
    DisturbedCli(const QString& home, const QStringList& arguments, rlim_t addressSpace = 0) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", home + "/data");
        m_process.setProcessEnvironment(environment);
        m_process.setChildProcessModifier([addressSpace] {
            prepareChild();
            const rlimit limit{addressSpace, addressSpace};
            if (addressSpace > 0) setrlimit(RLIMIT_AS, &limit);
        });
        m_process.start(VIT_CLI_PATH, arguments);
    }

    // Until it has said `what` so many times; false when it ends before.
    bool waitFor(const QByteArray& what, int count = 1) {
        while (m_out.count(what) < count) {
            if (!m_process.waitForReadyRead(kCliTimeoutMs)) return false;
            m_out += m_process.readAllStandardOutput();
        }
        return true;
    }

    // No file may grow past so many bytes from now on: as a full disk, and root is bound by it too.
    void limitFiles(rlim_t bytes) const {
        const rlimit limit{bytes, RLIM_INFINITY};
        if (prlimit(id(), RLIMIT_FSIZE, &limit, nullptr) != 0) throw std::runtime_error("The test cannot limit files.");
    }

    void send(int signal) const { ::kill(id(), signal); }
    pid_t id() const { return static_cast<pid_t>(m_process.processId()); }

    int exitCode() {
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(kCliTimeoutMs)) return -1;
        m_out += m_process.readAllStandardOutput();
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }

    // What a person reads: the messages on the way, and what it ends with.
    QString told() {
        QStringList lines;
        for (const QByteArray& line : m_out.split('\n')) {
            const QJsonObject event = QJsonDocument::fromJson(line).object();
            if (event["event"] == "message") lines << event["text"].toString();
        }
        const QString end = QString::fromUtf8(m_process.readAllStandardError()).trimmed();
        if (!end.isEmpty()) lines << end;
        return lines.join('\n');
    }

private:
    QProcess m_process;
    QByteArray m_out;
};

}  // namespace vit::test
