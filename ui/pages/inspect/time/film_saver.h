// SPDX-License-Identifier: GPL-3.0-or-later
// Asks where to, and writes a film there beside the GUI thread.
#pragma once

#include "core/runs/run_film.h"
#include "ui/widgets/job.h"

#include <QObject>

#include <filesystem>

namespace vit::ui {

class Prompts;

class FilmSaver : public QObject {
    Q_OBJECT

public:
    FilmSaver(Prompts& prompts, QWidget* parent);

    // As far as it goes by now.
    void save(const Film& film, const std::filesystem::path& run);
    void cancel() { m_writing.cancel(); }

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);
    void saved(const QString& path);
    void failed(const QString& problem);
    void ended();  // after saved(), failed() or cancel()

private:
    Prompts& m_prompts;
    QWidget* m_parent;
    Job m_writing;
};

}  // namespace vit::ui
