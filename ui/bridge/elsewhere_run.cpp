// SPDX-License-Identifier: GPL-3.0-or-later
// `vit-cli job start`, then `job attach` from the first event that has not come yet, again and again until the job
// ends.
#include "ui/bridge/elsewhere_run.h"
#include "ui/look/text.h"

#include "core/base/error.h"
#include "core/events/event_json.h"
#include "core/jobs/job_command.h"
#include "core/runs/run_about.h"
#include "core/runs/run_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUuid>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kFirstPauseMs = 500;
constexpr int kLongestPauseMs = 30'000;
constexpr int kStartAttempts = 5;

std::vector<std::string> encoded(const ElsewhereRun::Pictures& pictures) {
    std::vector<std::string> files;
    for (const auto& picture : pictures) {
        const std::vector<std::uint8_t> png = encodePng(*picture);
        files.emplace_back(png.begin(), png.end());
    }
    return files;
}

bool isEnd(const Event& event) {
    return std::holds_alternative<RunFinished>(event) || std::holds_alternative<RunFailed>(event);
}

}  // namespace

ElsewhereRun::ElsewhereRun(FarPrograms programs, QString host, Folders folders, QObject* parent)
    : QObject(parent), m_programs(std::move(programs)), m_host(std::move(host)), m_folders(std::move(folders)) {
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, [this] {
        if (m_last && m_jobEnded) finish();
        else if (m_about.job.empty()) startJob();
        else attach();
    });
    connect(&m_process, &QProcess::readyReadStandardOutput, this, [this] {
        if (!m_about.job.empty()) readLines();
    });
    const auto onEnd = [this] { m_about.job.empty() ? onStarted() : onDetached(); };
    connect(&m_process, &QProcess::finished, this, onEnd);
    connect(&m_process, &QProcess::errorOccurred, this, [onEnd](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) onEnd();
    });
}

ElsewhereRun::~ElsewhereRun() {
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(1000);
}

void ElsewhereRun::begin(JobRequest request, Pictures pictures, const std::filesystem::path& mirror) {
    m_request = std::move(request);
    m_request.version = jobVersion();
    m_request.token = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    m_mirror = mirror;
    if (m_host.isEmpty()) {
        m_request.dataFolder = std::filesystem::absolute(m_folders.data);
        m_request.runsFolder = std::filesystem::absolute(m_folders.runs);
    }
    phase(m_host.isEmpty() ? tr("Starting the processes") : tr("Connecting to %1").arg(m_host));
    m_encoding.run([pictures = std::move(pictures)](const Progress&) { return encoded(pictures); },
                   [this](std::vector<std::string> files) {
                       m_request.pictures = std::move(files);
                       startJob();
                   });
}

void ElsewhereRun::takeUp(const std::filesystem::path& mirror, const RunElsewhere& about) {
    m_mirror = mirror;
    m_about = about;
    makeFetch();
    phase(tr("Connecting to %1").arg(where()));
    attach();
}

void ElsewhereRun::stop() {
    m_stopping = true;
    if (m_copy || (m_about.job.empty() && m_again.isActive())) {
        m_copy.reset();
        m_again.stop();
        return endUnbegun();
    }
    send(QByteArray::fromStdString(commandLine("stop")));
}

void ElsewhereRun::endUnbegun() {
    RunFinished stopped;
    stopped.reason = StopReason::Stopped;
    m_last = stopped;
    endNow();
}

void ElsewhereRun::pause(bool paused) {
    m_pauseWanted = paused;
    m_paused = paused;
    Q_EMIT pauseChanged(paused);
    send(QByteArray::fromStdString(commandLine(paused ? "pause" : "continue")));
}

void ElsewhereRun::setPictures(Pictures pictures) {
    m_encoding.run([pictures = std::move(pictures)](const Progress&) { return encoded(pictures); },
                   [this](std::vector<std::string> files) {
                       m_pictures = std::move(files);
                       sendPictures();
                   });
}

void ElsewhereRun::startJob() {
    startThere(m_process, m_programs, m_host, {"job", "start"});
    m_process.write(QByteArray::fromStdString(toJson(m_request)));
    m_process.closeWriteChannel();
}

void ElsewhereRun::onStarted() {
    const QList<QByteArray> lines = m_process.readAllStandardOutput().split('\n');
    for (const QByteArray& line : lines) {
        const QJsonObject answer = QJsonDocument::fromJson(line).object();
        if (answer.contains("job") || answer.contains("problem")) return onAnswer(answer);
    }
    const FarProblem problem = farProblem(m_process, m_programs, m_host);
    // The answer may have been lost on its way: the request's token finds the job that was started.
    if (!problem.passing || ++m_attempts >= kStartAttempts) return fail(problem.text);
    phase(tr("%1 Trying again…").arg(problem.text));
    m_again.start(kFirstPauseMs << m_attempts);
}

void ElsewhereRun::onAnswer(const QJsonObject& answer) {
    m_attempts = 0;
    const QString problem = answer["problem"].toString();
    if (problem.isEmpty()) return onJob(answer);
    if (problem == "data" && m_stopping) return endUnbegun();
    if (problem == "data" && !m_host.isEmpty()) return copyData(answer["name"].toString().toStdString());
    std::vector<std::string> keys;
    for (const auto& key : answer["keys"].toArray()) keys.push_back(key.toString().toStdString());
    const QString text = answer["text"].toString();
    fail(m_host.isEmpty() ? text : tr("%1 says: %2").arg(m_host, text), std::move(keys));
}

void ElsewhereRun::onJob(const QJsonObject& answer) {
    m_about = {m_host.toStdString(), answer["job"].toString().toStdString(), answer["run"].toString().toStdString()};
    try {
        if (m_host.isEmpty()) m_mirror = answer["run_folder"].toString().toStdString();
        else if (m_mirror.empty()) m_mirror = makeMirror(m_folders.runs, m_about.run);
        writeRunElsewhere(m_mirror, m_about);
    } catch (const Error& fault) {
        return fail(tr("The run has begun on %1, but cannot be followed here: %2")
                        .arg(where(), QString::fromUtf8(fault.what())));
    }
    makeFetch();
    attach();
}

void ElsewhereRun::copyData(const std::string& name) {
    m_copy = std::make_unique<DataCopy>(m_programs, m_host, m_folders.data, name);
    connect(m_copy.get(), &DataCopy::progressed, this, &ElsewhereRun::phase);
    connect(m_copy.get(), &DataCopy::failed, this, [this](const QString& problem) {
        m_copy.release()->deleteLater();
        fail(problem);
    });
    connect(m_copy.get(), &DataCopy::arrived, this, [this, name] {
        m_copy.release()->deleteLater();
        say(Severity::Info, tr("The data set %1 was copied to %2.").arg(qstr(name), m_host));
        phase(tr("Connecting to %1").arg(m_host));
        startJob();
    });
    m_copy->begin();
}

void ElsewhereRun::makeFetch() {
    if (m_host.isEmpty()) return;  // the job writes into the folder itself
    m_fetch = std::make_unique<RunFetch>(m_programs, m_mirror, m_about);
    connect(m_fetch.get(), &RunFetch::arrived, this, [this](Parcel parcel) {
        if (parcel == Parcel::Whole) return endNow();
        if (parcel == Parcel::WithBest) Q_EMIT weightsArrived();
    });
    // The next checkpoint brings it; the end is waited for.
    connect(m_fetch.get(), &RunFetch::failed, this, [this](Parcel parcel, const FarProblem& problem) {
        if (parcel == Parcel::Whole) lose(problem);
    });
    connect(m_fetch.get(), &RunFetch::progressed, this, [this](qint64 bytes) {
        if (m_jobEnded) phase(tr("Fetching the run from %1: %2 MB").arg(m_host).arg(bytes / 1'000'000));
    });
}

void ElsewhereRun::attach() {
    m_read.clear();
    startThere(m_process, m_programs, m_host,
               {"job", "attach", qstr(m_about.job), "--from", QString::number(m_next)});
}

// A line that came only in part is asked for again.
void ElsewhereRun::readLines() {
    m_read += m_process.readAllStandardOutput();
    qsizetype begin = 0;
    for (qsizetype end = m_read.indexOf('\n'); end >= 0; end = m_read.indexOf('\n', begin)) {
        const QByteArray line = m_read.mid(begin, end - begin);
        begin = end + 1;
        if (line.startsWith("{\"event\"")) onEvent(line);
        else if (line.startsWith("{\"job\"")) onStatus(QJsonDocument::fromJson(line).object());
        // else a greeting of the shell there
    }
    m_read.remove(0, begin);
}

void ElsewhereRun::onStatus(const QJsonObject& status) {
    const QString what = status["job"].toString();
    if (what == "attached") {
        m_attached = true;
        m_attempts = 0;
        if (std::exchange(m_lost, false)) {
            say(Severity::Info, tr("The connection to %1 is back; nothing was lost.").arg(where()));
            phase(tr("Connected to %1").arg(where()));
            if (m_paused) Q_EMIT pauseChanged(true);
        }
        if (m_stopping) send(QByteArray::fromStdString(commandLine("stop")));
        else if (m_pauseWanted) send(QByteArray::fromStdString(commandLine(*m_pauseWanted ? "pause" : "continue")));
        sendPictures();
    } else if (what == "paused" || what == "going") {
        const bool paused = what == "paused";
        if (m_pauseWanted && *m_pauseWanted != paused) return;  // what was asked for since is on its way
        m_pauseWanted.reset();
        if (std::exchange(m_paused, paused) != paused) Q_EMIT pauseChanged(paused);
    } else if (what == "refused") {
        say(Severity::Warning, status["text"].toString());
    } else if (what == "ended") {
        m_jobEnded = true;
    }
}

void ElsewhereRun::onEvent(const QByteArray& line) {
    ++m_next;
    try {
        follow(eventFromJson({line.constData(), static_cast<std::size_t>(line.size())}));
    } catch (const Error& fault) {
        say(Severity::Warning, tr("An event of the run cannot be read: %1.").arg(QString::fromUtf8(fault.what())));
    }
}

// What names the run there is made to name its mirror.
void ElsewhereRun::follow(Event event) {
    if (auto* run = std::get_if<RunStarted>(&event)) {
        m_begun = true;
        m_hostFolder = run->runFolder;
        run->runFolder = m_mirror.string();
        run->runName = runName(m_mirror);
        if (!m_host.isEmpty()) run->device = m_host.toStdString() + ": " + run->device;
        if (m_fetch) m_fetch->want(Parcel::Curves);
    } else if (auto* saved = std::get_if<CheckpointSaved>(&event)) {
        saved->path = (m_mirror / std::filesystem::path(saved->path).filename()).string();
        m_newBest = m_newBest || saved->best;
        if (m_fetch) m_fetch->want(std::exchange(m_newBest, false) ? Parcel::WithBest : Parcel::Curves);
        else if (saved->best) Q_EMIT weightsArrived();
    } else if (auto* result = std::get_if<RunFinished>(&event); result && !result->runFolder.empty()) {
        result->runFolder = m_mirror.string();
        result->runName = runName(m_mirror);
    } else if (auto* failed = std::get_if<RunFailed>(&event); failed && m_begun) {
        failed->runName = runName(m_mirror);
    }
    if (isEnd(event)) m_last = std::move(event);
    else Q_EMIT arrived(event);
}

void ElsewhereRun::onDetached() {
    readLines();
    m_attached = false;
    if (m_jobEnded) return finish();
    lose(farProblem(m_process, m_programs, m_host));
}

void ElsewhereRun::lose(const FarProblem& problem) {
    if (problem.refused) return fail(problem.text);  // the job is not known there any more
    if (!std::exchange(m_lost, true)) {
        const QString rest =
            m_jobEnded ? tr("The run has ended on %1 and is kept there; the window tries again to fetch it.")
                       : tr("The run goes on on %1; the window tries again until the connection is back.");
        say(Severity::Warning, problem.text + ' ' + rest.arg(where()));
    }
    phase(tr("Connection to %1 lost, trying again…").arg(where()));
    m_again.start(std::min(kLongestPauseMs, kFirstPauseMs << std::min(m_attempts++, 10)));
}

void ElsewhereRun::finish() {
    if (!m_last) m_last = RunFailed{{}, tr("The job on %1 ended and told no end.").arg(where()).toStdString(), {}};
    if (!m_begun || !m_fetch) return endNow();
    phase(tr("Fetching the run from %1").arg(m_host));
    m_fetch->want(Parcel::Whole);
}

void ElsewhereRun::endNow() {
    if (std::exchange(m_over, true)) return;
    m_lost = false;
    if (!m_about.job.empty() && !m_begun && run_files::isFree(m_mirror)) {
        std::error_code ignored;
        std::filesystem::remove_all(m_mirror, ignored);  // nothing but the note where the run would have been
    } else if (!m_about.job.empty()) {
        try {
            m_about.done = true;
            writeRunElsewhere(m_mirror, m_about);
        } catch (const Error& fault) {
            say(Severity::Warning, QString::fromUtf8(fault.what()));
        }
    }
    Q_EMIT ended(*m_last);
}

void ElsewhereRun::fail(const QString& text, std::vector<std::string> keys) {
    m_last = RunFailed{m_begun ? runName(m_mirror) : std::string(), text.toStdString(), std::move(keys)};
    endNow();
}

void ElsewhereRun::send(const QByteArray& line) {
    if (m_attached) m_process.write(line + '\n');
}

void ElsewhereRun::sendPictures() {
    if (!m_attached || !m_pictures) return;
    send("{\"command\": \"pictures\", \"pictures\": " + QByteArray::fromStdString(picturesJson(*m_pictures)) + "}");
    m_pictures.reset();
}

void ElsewhereRun::phase(const QString& what, qint64 done, qint64 total) {
    Q_EMIT told(PhaseChanged{what.toStdString(), done, total});
}

void ElsewhereRun::say(Severity severity, const QString& text) {
    Q_EMIT told(Message{severity, text.toStdString()});
}

}  // namespace vit::ui
