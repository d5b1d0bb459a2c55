// SPDX-License-Identifier: GPL-3.0-or-later
// `vit-cli job fetch` into a file, which is unpacked off the GUI thread.
#include "ui/bridge/run_fetch.h"

#include "core/base/error.h"
#include "core/io/temporary_folder.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kPauseMs = 1000;  // epochs may be short
constexpr int kWatchMs = 500;

}  // namespace

RunFetch::RunFetch(FarPrograms programs, std::filesystem::path mirror, RunElsewhere about, QObject* parent)
    : QObject(parent), m_programs(std::move(programs)), m_mirror(std::move(mirror)), m_about(std::move(about)) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &RunFetch::begin);
    m_watch.setInterval(kWatchMs);
    connect(&m_watch, &QTimer::timeout, this, [this] {
        if (m_folder) Q_EMIT progressed(QFileInfo(QString::fromStdString(m_folder->path() / "run.tar")).size());
    });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        if (code == 0 && status == QProcess::NormalExit) unpack();
        else fail(farProblem(m_process, m_programs, QString::fromStdString(m_about.host)));
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail(farProblem(m_process, m_programs, QString::fromStdString(m_about.host)));
    });
    connect(&m_unpacking, &Job::failed, this, [this](const QString& problem) { fail({problem, false}); });
}

RunFetch::~RunFetch() {
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(1000);
}

void RunFetch::want(Parcel parcel) {
    m_wanted = std::max(parcel, m_wanted.value_or(Parcel::Curves));
    // The whole is waited for.
    if (parcel == Parcel::Whole) m_pause.stop();
    if (!m_going && !m_pause.isActive()) begin();
}

void RunFetch::begin() {
    if (m_going || !m_wanted) return;
    m_going = std::exchange(m_wanted, std::nullopt);
    try {
        m_folder = std::make_unique<TemporaryFolder>(m_mirror.parent_path());
    } catch (const Error& fault) {
        return fail({QString::fromUtf8(fault.what()), false});
    }
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QString::fromStdString(m_folder->path() / "run.tar"));
    QStringList arguments = {"job", "fetch", QString::fromStdString(m_about.job)};
    if (*m_going == Parcel::WithBest) arguments << "--best";
    if (*m_going == Parcel::Whole) arguments << "--all";
    m_watch.start();
    startThere(m_process, m_programs, QString::fromStdString(m_about.host), arguments);
}

void RunFetch::unpack() {
    RunElsewhere about = m_about;
    about.done = *m_going == Parcel::Whole;
    m_unpacking.run(
        [archive = m_folder->path() / "run.tar", mirror = m_mirror, about](const Progress&) {
            receiveRun(archive, mirror, about);
            return true;
        },
        [this](bool) {
            const Parcel parcel = *m_going;
            end();
            Q_EMIT arrived(parcel);
        });
}

void RunFetch::fail(const FarProblem& problem) {
    const Parcel parcel = *m_going;
    end();
    Q_EMIT failed(parcel, problem);
}

void RunFetch::end() {
    m_going.reset();
    m_folder.reset();
    m_watch.stop();
    m_pause.start();
}

}  // namespace vit::ui
