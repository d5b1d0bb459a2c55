// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli job, as a window calls it, with a data home of its own.
#pragma once

#include "core/config/presets.h"
#include "core/jobs/job_request.h"
#include "core/jobs/job_store.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/types.h>

namespace vit::test {

constexpr int kJobTimeoutMs = 60'000;

class JobClient {
public:
    struct Ended {
        int code = -1;
        QByteArray out;
        QString errors;
        QJsonObject answer() const { return QJsonDocument::fromJson(out).object(); }
    };

    explicit JobClient(const QString& home) : m_home(home) {}

    std::filesystem::path data() const { return m_home.toStdString() + "/vit-workbench/data"; }
    std::filesystem::path runs() const { return m_home.toStdString() + "/vit-workbench/runs"; }
    std::filesystem::path job(const QString& id) const {
        return m_home.toStdString() + "/vit-workbench/jobs/" + id.toStdString();
    }
    QByteArray events(const QString& id) const {
        std::ifstream file(job(id) / job_files::kEvents, std::ios::binary);
        return QByteArray::fromStdString({std::istreambuf_iterator<char>(file), {}});
    }

    // Five steps an epoch, each of some milliseconds.
    static JobRequest request(std::int64_t epochs) {
        JobRequest request;
        request.version = jobVersion();
        request.config = preset("testing").config;
        request.config.data.trainLimit = 150;
        request.config.run.epochs = epochs;
        request.config.run.threads = 1;
        request.label = "testing";
        return request;
    }

    void prepare(QProcess& process) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", m_home);
        process.setProcessEnvironment(environment);
    }

    Ended run(const QStringList& arguments, const QByteArray& input = {}) const {
        QProcess process;
        prepare(process);
        process.start(VIT_CLI_PATH, arguments);
        process.write(input);
        process.closeWriteChannel();
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(kJobTimeoutMs)) return {};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), QString::fromUtf8(process.readAllStandardError())};
    }

    Ended start(const JobRequest& request) const {
        return run({"job", "start"}, QByteArray::fromStdString(toJson(request)));
    }

    // Of the job's own process; 0: it has left no number.
    pid_t processOf(const QString& id) const {
        std::ifstream file(job(id) / job_files::kLock);
        std::string word;
        pid_t number = 0;
        file >> word >> number;
        return number;
    }

private:
    QString m_home;
};

// An attached vit-cli, whose lines one can wait for.
class Attached {
public:
    Attached(const JobClient& client, const QString& id, int from = 0) {
        client.prepare(m_process);
        m_process.start(VIT_CLI_PATH, {"job", "attach", id, "--from", QString::number(from)});
    }
    ~Attached() {
        m_process.kill();
        if (m_process.state() != QProcess::NotRunning) m_process.waitForFinished(kJobTimeoutMs);
    }

    bool waitFor(const QByteArray& what, int count = 1) {
        bool more = true;
        while (more && m_out.count(what) < count) {
            more = m_process.waitForReadyRead(kJobTimeoutMs);
            m_out += m_process.readAllStandardOutput();
        }
        return m_out.count(what) >= count;
    }
    void say(const QByteArray& line) {
        m_process.write(line + '\n');
        m_process.waitForBytesWritten(kJobTimeoutMs);
    }
    bool waitForEnd() {
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(kJobTimeoutMs)) return false;
        m_out += m_process.readAllStandardOutput();
        return true;
    }
    const QByteArray& out() const { return m_out; }
    // The lines that are events.
    QByteArray events() const {
        QByteArray lines;
        for (const QByteArray& line : m_out.split('\n'))
            if (line.startsWith("{\"event\"")) lines += line + '\n';
        return lines;
    }
    QProcess& process() { return m_process; }

private:
    QProcess m_process;
    QByteArray m_out;
};

}  // namespace vit::test
