// SPDX-License-Identifier: GPL-3.0-or-later
// From a film in memory to its file.
#include "ui/pages/inspect/time/film_saver.h"

#include "core/export/film_export.h"
#include "core/runs/run_about.h"
#include "core/runs/run_probe.h"
#include "ui/bridge/prompts.h"

#include <QDir>
#include <QStandardPaths>
#include <QWidget>

namespace vit::ui {

namespace {

constexpr double kFramesPerSecond = 4;  // as the page plays

}  // namespace

FilmSaver::FilmSaver(Prompts& prompts, QWidget* parent) : QObject(parent), m_prompts(prompts), m_parent(parent) {
    connect(&m_writing, &Job::progressed, this, &FilmSaver::progressed);
    connect(&m_writing, &Job::failed, this, &FilmSaver::failed);
    connect(&m_writing, &Job::ended, this, &FilmSaver::ended);
}

void FilmSaver::save(const Film& film, const std::filesystem::path& run) {
    const QString name = QString::fromStdString(runName(run));
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::MoviesLocation);
    const QString path = m_prompts.saveFile(m_parent, tr("Save film"), QDir(folder).filePath(name + ".png"),
                                            tr("Animated pictures (*.png *.apng);;Videos (*.mp4 *.avi)"));
    if (path.isEmpty()) return;
    m_writing.run(
        [film, run, name, path](const Progress& progress) {
            const FilmLook look{.run = name.toStdString(), .picture = readProbeImage(run, film.image)};
            writeFilm(film, look, kFramesPerSecond, path.toStdString(), progress);
            return path;
        },
        [this](const QString& written) { Q_EMIT saved(written); });
}

}  // namespace vit::ui
