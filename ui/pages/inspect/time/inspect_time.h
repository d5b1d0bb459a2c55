// SPDX-License-Identifier: GPL-3.0-or-later
// The time of the Inspect page: one slider, and all that the page shows follows it.
#pragma once

#include "core/config/config.h"
#include "ui/pages/inspect/photo.h"

#include <QObject>

#include <filesystem>

class QStackedWidget;

namespace vit {
struct Film;
}

namespace vit::ui {

class EpochBar;
class FilmSaver;
class KeptView;
class LensDeck;
class PinnedFeed;
class PinnedPictures;
class PredictionFeed;
class PredictionPanel;
class Prompts;
class SessionBridge;
class TimeFeed;
class TimeLine;

class InspectTime : public QObject {
    Q_OBJECT

public:
    // What follows the slider.
    struct Parts {
        SessionBridge& bridge;
        Prompts& prompts;
        LensDeck& deck;
        PredictionFeed& feed;
        PredictionPanel& predictions;
        PinnedPictures& pins;
    };

    InspectTime(const Parts& parts, QWidget* parent);

    EpochBar* bar() const { return m_bar; }
    QWidget* view() const;  // the lenses, or what was kept

    // The picture that is looked at, and what the model is given of it.
    void setPhoto(const Photo& photo);
    void setInput(const Image& input);
    // Whose model answers now.
    void setModel(const std::filesystem::path& run, const Config& config);

    void cancelSaving();

Q_SIGNALS:
    void failed(const QString& problem);
    void savingProgressed(const QString& what, qint64 done, qint64 total);
    void savingEnded();
    void filmSaved(const QString& path);

private:
    void connectParts();
    void showMoment();
    void showKept();
    const Film* film() const;  // of the picture that is looked at; null where there is none
    void onNames();
    void useFilm();
    void updateFilm();
    void tellPictures();

    Parts m_parts;
    Photo m_photo;
    TimeLine* m_line;
    TimeFeed* m_time;
    PinnedFeed* m_pinnedFeed;
    EpochBar* m_bar;
    QStackedWidget* m_view;
    KeptView* m_kept;
    FilmSaver* m_saver;
};

}  // namespace vit::ui
