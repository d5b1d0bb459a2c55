// SPDX-License-Identifier: GPL-3.0-or-later
// The page that leads from a folder of photos over a model to a classifier: photos, model, ways, result.
#pragma once

#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "core/data/store/data_store.h"
#include "core/finetune/ladder.h"
#include "ui/pages/photos/ladder_runner.h"
#include "ui/widgets/job.h"

#include <QWidget>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;

namespace vit::ui {

class Banner;
class EvaluatedImages;
class LearningPlot;
class PhotoCard;
class Prompts;
class RungList;
class SessionBridge;

class PhotosPage : public QWidget {
    Q_OBJECT

public:
    PhotosPage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent = nullptr);
    ~PhotosPage() override;

    // Adds the folder as a data set if it is none yet, and looks at its photos.
    void openFolder(const QString& folder);
    void setDataSets(const std::vector<DataInfo>& infos);
    // A run's folder: it becomes the model to begin with.
    void chooseModel(const QString& folder);

Q_SIGNALS:
    void datasetsChanged();
    void importWanted();  // of weights that were trained elsewhere
    void runChosen(const QString& folder);
    // To be looked into with the model of that run.
    void imageChosen(const QString& runFolder, std::shared_ptr<const vit::Image> image, const QString& title,
                     const QString& trueClass);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Model {
        QString name;
        std::filesystem::path folder;
        Config config;
    };
    struct Examined {
        DataInfo info;
        std::shared_ptr<const Dataset> dataset;  // kept open, so that the ladder finds it there
        PhotoReport report;
        double secondsPerPhoto = 0;  // by the model that was chosen then
    };

    QWidget* makeModelCard();
    QWidget* makeResultCard();
    void connectParts();
    void chooseFolder();
    void examine();
    void findModels();
    void showLikely();
    void start();
    void finish(const Climbed& climbed);
    void updateState();
    const Model* model() const;  // null: there is none

    SessionBridge& m_bridge;
    std::shared_ptr<DataStore> m_store;
    Prompts& m_prompts;
    std::vector<Model> m_models;
    std::optional<Examined> m_examined;
    Climbed m_climbed;
    QString m_lastFolder;
    QString m_wantedModel;  // is chosen as soon as it is found

    Banner* m_banner;
    QScrollArea* m_scroll;
    PhotoCard* m_photos;
    QComboBox* m_model;
    RungList* m_rungs;
    QPushButton* m_start;
    QLabel* m_hint;  // why it cannot be started, or what comes of it
    QWidget* m_result;
    QLabel* m_verdict;
    LearningPlot* m_curve;
    EvaluatedImages* m_images;
    QPushButton* m_show;
    LadderRunner* m_runner;
    Job m_examination;
    Job m_modelLookup;
};

}  // namespace vit::ui
