// SPDX-License-Identifier: GPL-3.0-or-later
// The page of the data sets on this computer: look through their images, add one, fetch one.
#pragma once

#include "core/config/config.h"
#include "core/data/store/data_store.h"
#include "ui/widgets/job.h"

#include <QTimer>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>

class QStackedWidget;

namespace vit::ui {

class Banner;
class DataBar;
class DatasetBrowser;
class DatasetLoader;
class EmptyState;
class Prompts;

class DataPage : public QWidget {
    Q_OBJECT

public:
    DataPage(std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent = nullptr);

    // The page follows the experiment's data set when that changes; only valid configurations.
    void setConfig(const vit::Config& config);
    void refresh();  // reads the list of data sets

Q_SIGNALS:
    void imageChosen(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass);
    void datasetChosen(const QString& name);  // the experiment should use it
    void datasetsChanged();                   // one was added, fetched or removed

protected:
    void showEvent(QShowEvent* event) override;

private:
    void connectParts();
    void showChosen();      // opens it, or says that it is not here
    void showLoaded();
    void clearLoading();
    void showProblem(const QString& title, const QString& text);

    void addFrom(const QString& path);
    void download(const QString& name);
    void remove(const QString& name);
    // Runs off the GUI thread, then the list is read anew; the result is the name to show, if any.
    void change(const QString& what, std::function<QString(DataStore&, const Progress&)> work);

    std::shared_ptr<DataStore> m_store;
    Prompts& m_prompts;
    DatasetLoader* m_loader;
    Job m_listing;
    Job m_change;
    QTimer m_configDelay;
    std::optional<Config> m_config;

    DataBar* m_bar;
    Banner* m_banner;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    DatasetBrowser* m_browser;
};

// A name for what is added from `path`: a built-in one if the file's name begins with it, else made of the file's name.
QString suggestedDatasetName(const QString& path, const std::vector<DataInfo>& infos);

}  // namespace vit::ui
