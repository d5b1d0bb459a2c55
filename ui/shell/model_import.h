// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a run of weights that were trained elsewhere, without holding the window up.
#pragma once

#include "core/config/config.h"
#include "ui/shell/import_questions.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <filesystem>
#include <memory>

namespace vit::ui {

class ModelImport : public QObject {
    Q_OBJECT

public:
    ModelImport(std::shared_ptr<DataStore> store, std::filesystem::path runsFolder, QObject* parent = nullptr);

    // Weights that importModel() reads. For those of the published example's program in Keras `config` gives what they do
    // not tell (dropouts, how to train on) and names the data set whose classes they are taken to be; if it does not fit,
    // the classes are numbered. Others bring their own, or answers say what they lack.
    void importFile(const QString& file, const Config& config, const ImportAnswers& answers = {});

Q_SIGNALS:
    // `notes`: what was left out or taken as usual, a sentence a line; empty: nothing.
    void imported(const QString& runFolder, const QString& text, const QString& notes);
    void failed(const QString& problem);
    void asks(const QString& file, const vit::Issues& questions);  // what answers must say

private:
    std::shared_ptr<DataStore> m_store;
    std::filesystem::path m_runsFolder;
    Job m_job;
};

}  // namespace vit::ui
