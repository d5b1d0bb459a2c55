// SPDX-License-Identifier: GPL-3.0-or-later
// A real sshd on the loopback address, with keys, configuration and port of its own, whose connections can be cut.
#pragma once

#include "tests/support/files.h"
#include "tests/support/free_port.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QThread>

#include <csignal>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace vit::test {

class SshServer {
public:
    static constexpr const char* kHost = "127.0.0.1";

    // `folder` is empty and is kept as long as the server.
    explicit SshServer(const QString& folder) : m_folder(folder), m_port(freePort()) {}
    ~SshServer() { stop(); }
    SshServer(const SshServer&) = delete;
    SshServer& operator=(const SshServer&) = delete;

    // Why there is none; empty: it listens.
    QString start() {
        if (!QFileInfo::exists("/usr/sbin/sshd")) return "There is no /usr/sbin/sshd (the package openssh-server).";
        if (::geteuid() == 0) QDir().mkpath("/run/sshd");  // where it wants to be when it runs as root
        for (const char* key : {"host", "user", "stranger"})
            if (!run("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", path(key)}))
                return "ssh-keygen made no key.";
        writeFile(path("authorized"), readFile(path("user.pub")));
        writeFile(path("sshd_config"), QString("Port %1\nListenAddress %2\nHostKey %3\nAuthorizedKeysFile %4\n"
                                               "PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
                                               "KbdInteractiveAuthentication no\nMaxStartups 100\n")
                                           .arg(QString::number(m_port), kHost, path("host"), path("authorized"))
                                           .toUtf8());
        writeFile(path("known"), QString("[%1]:%2 ").arg(kHost).arg(m_port).toUtf8() + readFile(path("host.pub")));
        writeFile(path("known_wrongly"),
                  QString("[%1]:%2 ").arg(kHost).arg(m_port).toUtf8() + readFile(path("stranger.pub")));
        writeFile(path("known_none"), "");
        writeClientConfig("ssh_config", "user", "known");
        listen();
        QElapsedTimer since;
        since.start();
        while (since.elapsed() < 10'000) {
            if (run("ssh", {"-F", path("ssh_config"), "-o", "BatchMode=yes", kHost, "true"})) return {};
            if (m_sshd.state() == QProcess::NotRunning) break;
            QThread::msleep(100);
        }
        return "sshd cannot be used here: " + QString::fromUtf8(m_sshd.readAllStandardError());
    }

    void listen() { m_sshd.start("/usr/sbin/sshd", {"-D", "-e", "-f", path("sshd_config")}); }

    // With all its connections.
    void stop() {
        cut();
        m_sshd.kill();
        if (m_sshd.state() != QProcess::NotRunning) m_sshd.waitForFinished(10'000);
    }

    // Ends the processes that serve the connections, as if the network were gone. How many there were.
    int cut() const {
        int count = 0;
        for (const pid_t process : servers()) count += ::kill(process, SIGKILL) == 0;
        return count;
    }
    int connections() const { return static_cast<int>(servers().size()); }

    QString sshCommand(const QString& config = "ssh_config") const { return "ssh -F " + path(config); }
    void writeClientConfig(const QString& name, const QString& key, const QString& known) const {
        writeFile(path(name), QString("Host %1\nPort %2\nIdentityFile %3\nIdentitiesOnly yes\nUserKnownHostsFile %4\n"
                                      "GlobalKnownHostsFile none\nStrictHostKeyChecking yes\nLogLevel ERROR\n")
                                  .arg(kHost, QString::number(m_port), path(key), path(known))
                                  .toUtf8());
    }
    QString path(const QString& name) const { return m_folder + '/' + name; }

private:
    static bool run(const QString& program, const QStringList& arguments) {
        QProcess process;
        process.start(program, arguments);
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(20'000)) return false;
        return process.error() != QProcess::FailedToStart && process.exitStatus() == QProcess::NormalExit &&
               process.exitCode() == 0;
    }

    static pid_t parentOf(pid_t process, QByteArray& name) {
        QFile file(QString("/proc/%1/stat").arg(process));
        if (!file.open(QIODevice::ReadOnly)) return 0;
        const QByteArray text = file.readAll();
        const qsizetype open = text.indexOf('('), close = text.lastIndexOf(')');
        name = text.mid(open + 1, close - open - 1);
        return static_cast<pid_t>(text.mid(close + 2).split(' ').value(1).toInt());
    }

    // The processes called sshd that descend from the one that listens.
    QList<pid_t> servers() const {
        QList<pid_t> found;
        if (m_sshd.state() == QProcess::NotRunning) return found;
        const auto listener = static_cast<pid_t>(m_sshd.processId());
        for (const QString& entry : QDir("/proc").entryList(QDir::Dirs)) {
            const auto process = static_cast<pid_t>(entry.toInt());
            QByteArray name;
            if (process <= 0 || process == listener) continue;
            if (parentOf(process, name) == 0 || !name.startsWith("sshd")) continue;
            QByteArray ignored;
            for (pid_t above = parentOf(process, ignored); above > 1; above = parentOf(above, ignored)) {
                if (above != listener) continue;
                found << process;
                break;
            }
        }
        return found;
    }

    QString m_folder;
    std::uint16_t m_port;
    QProcess m_sshd;
};

}  // namespace vit::test
