// SPDX-License-Identifier: GPL-3.0-or-later
// Brings a run's folder from where it is trained into its mirror on this computer, once at a time.
#pragma once

#include "core/jobs/run_parcel.h"
#include "ui/bridge/training_place.h"
#include "ui/widgets/job.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>

namespace vit {
class TemporaryFolder;
}

namespace vit::ui {

class RunFetch : public QObject {
    Q_OBJECT

public:
    RunFetch(FarPrograms programs, std::filesystem::path mirror, RunElsewhere about, QObject* parent = nullptr);
    ~RunFetch() override;

    // What is asked for while something is on its way comes after it; of several the most.
    void want(Parcel parcel);
    const RunElsewhere& about() const { return m_about; }

Q_SIGNALS:
    void arrived(vit::Parcel parcel);
    void failed(vit::Parcel parcel, const vit::ui::FarProblem& problem);
    void progressed(qint64 bytes);  // of the archive

private:
    void begin();
    void unpack();
    void fail(const FarProblem& problem);
    void end();

    FarPrograms m_programs;
    std::filesystem::path m_mirror;
    RunElsewhere m_about;
    QProcess m_process;
    Job m_unpacking;
    QTimer m_pause;     // between two
    QTimer m_watch;
    std::unique_ptr<TemporaryFolder> m_folder;
    std::optional<Parcel> m_wanted;
    std::optional<Parcel> m_going;
};

}  // namespace vit::ui
