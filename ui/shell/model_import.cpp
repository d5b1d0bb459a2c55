// SPDX-License-Identifier: GPL-3.0-or-later
// Reads, converts and writes on another thread.
#include "ui/shell/model_import.h"

#include "core/base/error.h"
#include "core/config/derived.h"
#include "core/import/keras_import.h"
#include "core/runs/run_store.h"
#include "core/session/imported_run.h"
#include "ui/look/format.h"

namespace vit::ui {

namespace {

struct Import {
    std::filesystem::path folder;
    Config config;
    ModelInput input;
    std::string dataset;  // empty: the classes are numbered
};

std::shared_ptr<const Dataset> openIfThere(const DataStore& store, const Config& config, const Progress& progress) {
    return store.info(config.data.name).available ? store.open(config.data.name, config.model.imageSize, progress)
                                                  : nullptr;
}

ImportedModel read(const std::filesystem::path& file, const DataStore& store, const Config& config,
                   const Progress& progress, std::string& dataset) {
    ImportHints hints;
    hints.config = config;
    try {
        hints.dataset = openIfThere(store, config, progress);
        if (hints.dataset) {
            ImportedModel model = vit::importKeras(file, hints);
            dataset = hints.dataset->name();
            return model;
        }
    } catch (const InvalidInput&) {
        hints.dataset.reset();  // another data set's weights: without it, the reasons that remain are the file's own
    }
    return vit::importKeras(file, hints);
}

}  // namespace

ModelImport::ModelImport(std::shared_ptr<DataStore> store, std::filesystem::path runsFolder, QObject* parent)
    : QObject(parent), m_store(std::move(store)), m_runsFolder(std::move(runsFolder)) {
    connect(&m_job, &Job::failed, this, &ModelImport::failed);
}

void ModelImport::importKeras(const QString& file, const Config& config) {
    m_job.run(
        [store = m_store, runs = m_runsFolder, path = file.toStdString(), config](const Progress& progress) {
            Import result;
            const ImportedModel model = read(path, *store, config, progress, result.dataset);
            result.folder = RunStore(runs).create("keras-import");
            writeImportedRun(model, result.folder);
            result.config = model.config;
            result.input = model.description.input();
            return result;
        },
        [this](const Import& result) {
            const QString classes =
                result.dataset.empty()
                    ? tr("%1 numbered classes: choose their data set in the form before importing to have names")
                          .arg(result.input.classes)
                    : tr("classes of %1").arg(QString::fromStdString(result.dataset));
            Q_EMIT imported(QString::fromStdString(result.folder.string()),
                            tr("Imported as %1: %2 parameters, %3")
                                .arg(QString::fromStdString(result.folder.filename().string()),
                                     withThousands(derive(result.config, result.input).parameters), classes));
        });
}

}  // namespace vit::ui
