// SPDX-License-Identifier: GPL-3.0-or-later
// Reads, converts and writes on another thread.
#include "ui/shell/model_import.h"

#include "core/base/error.h"
#include "core/config/derived.h"
#include "core/config/schema.h"
#include "core/import/import_model.h"
#include "core/runs/run_store.h"
#include "core/session/imported_run.h"
#include "ui/look/format.h"

namespace vit::ui {

namespace {

struct Import {
    std::filesystem::path folder;
    Config config;
    vit::ModelInput input;
    QString classes;
    QStringList notes;
    Issues questions;  // not empty: nothing was imported
};

std::shared_ptr<const Dataset> openIfThere(const DataStore& store, const Config& config, const Progress& progress) {
    return store.info(config.data.name).available ? store.open(config, progress) : nullptr;
}

// The example's weights are taken to be of the form's data set, if they can be.
ImportedModel readKeras(const std::filesystem::path& file, const DataStore& store, const Config& config,
                        const Progress& progress) {
    ImportHints hints;
    hints.config = config;
    try {
        hints.dataset = openIfThere(store, config, progress);
        if (hints.dataset) return importModel(file, hints);
    } catch (const InvalidInput&) {
        hints.dataset.reset();  // another data set's weights: without it, the reasons that remain are the file's own
    }
    return importModel(file, hints);
}

ImportedModel readPretrained(const std::filesystem::path& file, const ImportAnswers& answers) {
    ImportHints hints;
    hints.config = fineTuningConfig();
    if (answers.heads) {
        hints.config.model.heads = *answers.heads;
        hints.assigned.insert("model.heads");
    }
    if (answers.imageSize) {
        hints.config.model.imageSize = *answers.imageSize;
        hints.assigned.insert("model.image_size");
    }
    for (const auto& [key, value] : answers.choices) {
        assign(hints.config, key + "=" + value);
        hints.assigned.insert(key);
    }
    if (answers.imageWidth) {
        hints.config.model.imageWidth = *answers.imageWidth;
        hints.assigned.insert("model.image_width");
    }
    hints.statistics = answers.statistics;
    return importModel(file, hints);
}

QString classesText(const ImportedModel& model, bool keras) {
    const std::vector<std::string>& names = model.description.classNames;
    if (keras && model.description.dataset != "unknown")
        return ModelImport::tr("classes of %1").arg(QString::fromStdString(model.description.dataset));
    if (keras)
        return ModelImport::tr("%1 numbered classes: choose their data set in the form before importing to have names")
            .arg(names.size());
    if (names.size() == 1) return ModelImport::tr("no classes yet");
    return ModelImport::tr("%1 classes, %2 to %3")
        .arg(withThousands(static_cast<qint64>(names.size())), QString::fromStdString(names.front()),
             QString::fromStdString(names.back()));
}

}  // namespace

ModelImport::ModelImport(std::shared_ptr<DataStore> store, std::filesystem::path runsFolder, QObject* parent)
    : QObject(parent), m_store(std::move(store)), m_runsFolder(std::move(runsFolder)) {
    connect(&m_job, &Job::failed, this, &ModelImport::failed);
}

void ModelImport::importFile(const QString& file, const Config& config, const ImportAnswers& answers) {
    m_job.run(
        [store = m_store, runs = m_runsFolder, path = std::filesystem::path(file.toStdString()), config,
         answers](const Progress& progress) {
            Import result;
            const bool keras = isKerasFile(path);
            try {
                const ImportedModel model =
                    keras ? readKeras(path, *store, config, progress) : readPretrained(path, answers);
                result.folder = RunStore(runs).create(keras ? "keras-import" : "import");
                writeImportedRun(model, result.folder);
                result.config = model.config;
                result.input = model.description.input();
                result.classes = classesText(model, keras);
                for (const std::string& note : model.notes) result.notes << QString::fromStdString(note);
            } catch (const InvalidInput& fault) {
                if (!canAsk(fault.issues()) || !answers.empty()) throw;
                result.questions = fault.issues();
            }
            return result;
        },
        [this, file](const Import& result) {
            if (!result.questions.empty()) {
                Q_EMIT asks(file, result.questions);
                return;
            }
            Q_EMIT imported(QString::fromStdString(result.folder.string()),
                            tr("Imported as %1: %2 parameters, %3")
                                .arg(QString::fromStdString(result.folder.filename().string()),
                                     withThousands(derive(result.config, result.input).parameters), result.classes),
                            result.notes.join('\n'));
        });
}

}  // namespace vit::ui
