// SPDX-License-Identifier: GPL-3.0-or-later
// A run that a job trains, on another computer or in processes of its own on this one, as the window sees it: what it
// tells, what it is told, and its folder's mirror among the runs here. Connections may break at any time.
#pragma once

#include "core/data/images/image.h"
#include "core/events/event.h"
#include "core/jobs/job_request.h"
#include "core/jobs/run_elsewhere.h"
#include "ui/bridge/data_copy.h"
#include "ui/bridge/run_fetch.h"
#include "ui/bridge/training_place.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace vit::ui {

class ElsewhereRun : public QObject {
    Q_OBJECT

public:
    using Pictures = std::vector<std::shared_ptr<const Image>>;

    struct Folders {
        std::filesystem::path data;
        std::filesystem::path runs;
    };

    // On `host`; empty: in processes of its own on this computer, which write into the folders given here.
    ElsewhereRun(FarPrograms programs, QString host, Folders folders, QObject* parent = nullptr);
    ~ElsewhereRun() override;  // the job goes on

    // One of these, once. `mirror` is empty, or the run's folder here when one is resumed. A run that cannot begin
    // ends.
    void begin(JobRequest request, Pictures pictures, const std::filesystem::path& mirror);
    void takeUp(const std::filesystem::path& mirror, const RunElsewhere& about);

    // Told to the job as soon as there is a connection.
    void stop();
    void pause(bool paused);
    void setPictures(Pictures pictures);

    const QString& host() const { return m_host; }
    const std::filesystem::path& mirror() const { return m_mirror; }
    bool paused() const { return m_paused; }
    bool connectionLost() const { return m_lost; }
    bool hasBegun() const { return m_begun; }  // RunStarted was told

Q_SIGNALS:
    void arrived(const vit::Event& event);  // the job's, each once and in their order, but for the last one
    void told(const vit::Event& event);     // by this class itself: phases and messages about the connection
    void pauseChanged(bool paused);
    void weightsArrived();                  // newer best ones lie in the mirror
    void ended(const vit::Event& last);     // all of the run is here

private:
    void startJob();
    void onStarted();
    void onAnswer(const QJsonObject& answer);
    void onJob(const QJsonObject& answer);
    void copyData(const std::string& name);
    void attach();
    void readLines();
    void onStatus(const QJsonObject& status);
    void onEvent(const QByteArray& line);
    void follow(Event event);
    void onDetached();
    void lose(const FarProblem& problem);
    void finish();
    void endNow();
    void endUnbegun();  // stopped before there was a job
    void fail(const QString& text, std::vector<std::string> keys = {});
    void send(const QByteArray& line);
    void sendPictures();
    void makeFetch();
    void phase(const QString& what, qint64 done = 0, qint64 total = 0);
    void say(Severity severity, const QString& text);
    QString where() const { return placeName(m_host); }

    FarPrograms m_programs;
    QString m_host;
    Folders m_folders;
    JobRequest m_request;
    RunElsewhere m_about;
    std::filesystem::path m_mirror;
    QProcess m_process;  // the one that starts the job, then those that attach to it
    QTimer m_again;
    int m_attempts = 0;  // in a row that failed
    Job m_encoding;
    std::unique_ptr<DataCopy> m_copy;
    std::unique_ptr<RunFetch> m_fetch;
    QByteArray m_read;         // not yet a whole line
    std::int64_t m_next = 0;   // number of the event that is expected
    std::optional<Event> m_last;
    std::optional<bool> m_pauseWanted;  // not yet confirmed
    std::optional<std::vector<std::string>> m_pictures;  // to be sent
    std::filesystem::path m_hostFolder;  // the run's, there
    bool m_attached = false;
    bool m_begun = false;
    bool m_paused = false;
    bool m_lost = false;
    bool m_stopping = false;
    bool m_jobEnded = false;
    bool m_newBest = false;
    bool m_over = false;
};

}  // namespace vit::ui
