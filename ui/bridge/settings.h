// SPDX-License-Identifier: GPL-3.0-or-later
// What the window remembers from one start to the next.
#pragma once

#include "core/config/config.h"
#include "ui/bridge/training_place.h"
#include "ui/look/theme.h"

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <QVariant>

#include <optional>

namespace vit::ui {

class Settings {
public:
    // In `file`, or in the user's configuration folder.
    explicit Settings(const QString& file = {});

    QString folder() const;  // in which the file is

    ThemeChoice theme() const;
    void setTheme(ThemeChoice theme);

    QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);
    QByteArray windowState() const;
    void setWindowState(const QByteArray& state);
    QByteArray splitter() const;
    void setSplitter(const QByteArray& state);
    int page() const;
    void setPage(int page);

    // How a page was left: by "page/what".
    QVariant pageState(const QString& key) const;
    void setPageState(const QString& key, const QVariant& value);

    // The folder of the run whose curves were seen last; empty: the one trained last.
    QString shownRun() const;
    void setShownRun(const QString& folder);

    // Where runs are trained, the other computers that were chosen, newest first, and the programs for them.
    TrainingPlace trainingPlace() const;
    void setTrainingPlace(const TrainingPlace& place);
    QStringList hosts() const;
    void addHost(const QString& host);
    FarPrograms farPrograms() const;
    void setFarPrograms(const FarPrograms& programs);

    bool publishedCurves() const;
    void setPublishedCurves(bool shown);

    // Where the next file dialog begins; the home folder at first.
    QString lastFolder() const;
    void setLastFolder(const QString& folder);

    QStringList recentPhotos() const;  // newest first, at most ten
    void addRecentPhoto(const QString& path);
    void clearRecentPhotos();

    // The experiment last set up: none at the first start. Throws InvalidInput when it can no longer be read.
    std::optional<Config> config() const;
    QString preset() const;
    void setExperiment(const Config& config, const QString& preset);

    // What was measured on this computer, by name; 0 = never.
    double measured(const QString& what) const;
    void setMeasured(const QString& what, double value);

    QStringList collapsedGroups() const;
    void setCollapsedGroups(const QStringList& groups);

private:
    QSettings m_store;
};

}  // namespace vit::ui
