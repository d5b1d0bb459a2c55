// SPDX-License-Identifier: GPL-3.0-or-later
// The page that tells in depth how good a model is, where it is wrong, and shows the images behind each figure.
#pragma once

#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "ui/pages/evaluate/evaluation_runner.h"
#include "ui/widgets/job.h"

#include <QWidget>

#include <filesystem>
#include <map>
#include <memory>
#include <utility>
#include <vector>

class QComboBox;
class QPushButton;
class QStackedWidget;

namespace vit::ui {

class Banner;
class ConfusionPanel;
class ElidedLabel;
class EmptyState;
class EvaluatedImages;
class EvaluationFigures;
class Prompts;
class Segments;

class EvaluatePage : public QWidget {
    Q_OBJECT

public:
    EvaluatePage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent = nullptr);

    // The run that is shown, whose best weights are evaluated when that is asked for, and what it was trained on.
    void setRun(const std::filesystem::path& folder, const QString& name, const QString& data);
    // Those that there are: a model is evaluated on others too.
    void setDataSets(const std::vector<DataInfo>& infos);

Q_SIGNALS:
    void imageChosen(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass);

private:
    void makeBar();
    QWidget* makeContent();
    void connectParts();
    void connectSession();
    void evaluate();
    void showEvaluated(std::shared_ptr<const EvaluatedSplit> result);
    void showChosen();      // the result of the split that is chosen, or what can be done for one
    void updateState();
    void giveWay();         // to a run or a test that begins
    void exportResult();

    void offerData();
    QString data() const;
    Split split() const;
    std::shared_ptr<const EvaluatedSplit> result() const;  // null: there is none yet

    SessionBridge& m_bridge;
    Prompts& m_prompts;
    EvaluationRunner* m_runner;
    Job m_export;
    std::filesystem::path m_run;  // empty: none is shown
    QString m_ownData;            // its data set's name
    std::vector<DataInfo> m_infos;
    std::map<std::pair<QString, Split>, std::shared_ptr<const EvaluatedSplit>> m_results;  // of this run's weights
    QString m_exportFolder;       // where it was exported to last

    QWidget* m_bar;
    ElidedLabel* m_title;
    QComboBox* m_dataSets;
    Segments* m_splits;
    QPushButton* m_evaluate;
    QPushButton* m_exportButton;
    Banner* m_banner;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QPushButton* m_emptyEvaluate;
    EvaluationFigures* m_figures;
    ConfusionPanel* m_confusion;
    EvaluatedImages* m_images;
};

}  // namespace vit::ui
