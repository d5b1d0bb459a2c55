// SPDX-License-Identifier: GPL-3.0-or-later
// The page where one looks at a photo, or at an image of the data set, as the model does: input, patches, top-5.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "ui/pages/inspect/model_input.h"
#include "ui/pages/inspect/photo.h"
#include "ui/widgets/job.h"

#include <QTimer>
#include <QWidget>

#include <filesystem>
#include <memory>
#include <optional>

class QAction;
class QPushButton;
class QStackedWidget;

namespace vit::ui {

class Banner;
class DatasetLoader;
class DatasetPicker;
class EmptyState;
class InspectTime;
class LensDeck;
class PatchDetails;
class PatchPanel;
class PhotoOpener;
class PictureCard;
class PinKeeper;
class PinnedPictures;
class PinnedStrip;
class PredictionFeed;
class PredictionPanel;
class Prompts;
class SessionBridge;
class SourceBar;

class InspectPage : public QWidget {
    Q_OBJECT

public:
    InspectPage(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent = nullptr);

    // Which data set the images come from, and how large input and patches are where no model is shown, or the form's
    // are asked for. Its sizes must be valid; its data set need not be there.
    void setConfig(const vit::Config& config);
    // The run that is shown: its model predicts.
    void setRun(const std::filesystem::path& folder);
    // Where the file dialog begins; follows the photos that are opened.
    void setPhotoFolder(const QString& folder);

    // Decodes off the GUI thread; photoOpened() follows. False: there is no such file to read, and the page says why.
    // What is no picture is found out later, and said as well.
    bool openPhoto(const QString& path);
    void openPhotoDialog();
    void pastePhoto();
    void showImage(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass = {});

    // Pins these files again; one that is gone says so. Pinned pictures that are no files become some in `folder`.
    void pinAgain(const QStringList& paths, const QString& folder = {});

Q_SIGNALS:
    void photoOpened(const QString& path);
    void statusChanged(const QString& text);     // what has been done
    void pinsChanged(const QStringList& paths);  // of those that are files, or have become some

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void makeEmptyState();
    QWidget* makeContent();
    void makePins();
    void connectParts();
    void connectDataset();
    void connectPredictions();
    void connectPins();
    void showModel(const std::optional<Config>& config);

    void showPhoto(const Photo& photo);
    const Photo& current() const;
    void showCurrent();
    void showPicked();
    void showPinned(int row);
    void togglePin();
    void updatePin();
    void updateEmptyState();

    void loadDataset();
    void offerImages();  // of the form's data set, if that is what is loaded
    void onDatasetFailed(const QString& problem);
    void updatePatchSource();
    bool showsModel() const;            // whose input and patches are shown: the model's, or the form's
    const Config& shownConfig() const;
    void prepareInput();
    void makeInput();
    void showInput(const ModelInput& input);

    SessionBridge& m_bridge;
    std::shared_ptr<DataStore> m_store;
    Prompts& m_prompts;
    PredictionFeed* m_feed;
    DatasetLoader* m_loader;
    PhotoOpener* m_opener;
    Job m_preparing;
    QTimer m_configDelay;

    std::optional<Config> m_config;       // none until the first valid one
    std::optional<Config> m_modelConfig;  // of the model that predicts
    std::uint64_t m_inputRequest = 0;     // the last one; answers to others come too late
    Photo m_photo;
    Photo m_sample;  // of the data set

    SourceBar* m_bar;
    DatasetPicker* m_picker;
    Banner* m_banner;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QPushButton* m_emptySample;
    PictureCard* m_original;
    PictureCard* m_input;
    LensDeck* m_deck;
    PatchPanel* m_patches;
    PatchDetails* m_details;
    PredictionPanel* m_predictions;
    PinnedPictures* m_pins;
    PinKeeper* m_keeper;
    PinnedStrip* m_strip;
    QAction* m_pin;
    InspectTime* m_time;
};

}  // namespace vit::ui
