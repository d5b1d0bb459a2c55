// SPDX-License-Identifier: GPL-3.0-or-later
// Keys and defaults of what is remembered, in an INI file.
#include "ui/bridge/settings.h"

#include "core/config/schema.h"

#include <QDir>
#include <QFileInfo>

namespace vit::ui {

namespace {

constexpr int kRecentPhotos = 10;
constexpr int kMostHosts = 6;

constexpr auto kTheme = "window/theme";
constexpr auto kGeometry = "window/geometry";
constexpr auto kWindowState = "window/state";
constexpr auto kSplitter = "window/splitter";
constexpr auto kPage = "window/page";
constexpr auto kPublishedCurves = "train/published_curves";
constexpr auto kShownRun = "train/shown_run";
constexpr auto kLastFolder = "files/last_folder";
constexpr auto kRecent = "files/recent_photos";
constexpr auto kConfig = "experiment/config";
constexpr auto kPlace = "elsewhere/place";
constexpr auto kHost = "elsewhere/host";
constexpr auto kHosts = "elsewhere/hosts";
constexpr auto kSsh = "elsewhere/ssh";
constexpr auto kProgramThere = "elsewhere/program_there";
constexpr auto kProgramHere = "elsewhere/program_here";
constexpr auto kPreset = "experiment/preset";
const QString kMeasured = QStringLiteral("measured/");
constexpr auto kCollapsed = "experiment/collapsed_groups";

QString defaultFile() {
    return QSettings(QSettings::IniFormat, QSettings::UserScope, "vit-workbench", "vit-workbench").fileName();
}

}  // namespace

Settings::Settings(const QString& file) : m_store(file.isEmpty() ? defaultFile() : file, QSettings::IniFormat) {}

QString Settings::folder() const { return QFileInfo(m_store.fileName()).absolutePath(); }

ThemeChoice Settings::theme() const {
    const QString name = m_store.value(kTheme).toString();
    if (name == "light") return ThemeChoice::Light;
    if (name == "dark") return ThemeChoice::Dark;
    return ThemeChoice::System;
}

void Settings::setTheme(ThemeChoice theme) {
    const char* name = theme == ThemeChoice::Light ? "light" : theme == ThemeChoice::Dark ? "dark" : "system";
    m_store.setValue(kTheme, name);
}

QByteArray Settings::geometry() const { return m_store.value(kGeometry).toByteArray(); }
void Settings::setGeometry(const QByteArray& geometry) { m_store.setValue(kGeometry, geometry); }
QByteArray Settings::windowState() const { return m_store.value(kWindowState).toByteArray(); }
void Settings::setWindowState(const QByteArray& state) { m_store.setValue(kWindowState, state); }
QByteArray Settings::splitter() const { return m_store.value(kSplitter).toByteArray(); }
void Settings::setSplitter(const QByteArray& state) { m_store.setValue(kSplitter, state); }
int Settings::page() const { return m_store.value(kPage, 0).toInt(); }
void Settings::setPage(int page) { m_store.setValue(kPage, page); }

QVariant Settings::pageState(const QString& key) const { return m_store.value("pages/" + key); }
void Settings::setPageState(const QString& key, const QVariant& value) { m_store.setValue("pages/" + key, value); }
double Settings::measured(const QString& what) const { return m_store.value(kMeasured + what).toDouble(); }
void Settings::setMeasured(const QString& what, double value) { m_store.setValue(kMeasured + what, value); }
QString Settings::shownRun() const { return m_store.value(kShownRun).toString(); }
void Settings::setShownRun(const QString& folder) { m_store.setValue(kShownRun, folder); }

TrainingPlace Settings::trainingPlace() const {
    const QString kind = m_store.value(kPlace).toString();
    const QString host = m_store.value(kHost).toString();
    if (kind == "all-gpus") return {TrainingPlace::Kind::AllGpus, {}};
    if (kind == "host" && isHostName(host)) return {TrainingPlace::Kind::Host, host};
    return {};
}

void Settings::setTrainingPlace(const TrainingPlace& place) {
    using Kind = TrainingPlace::Kind;
    m_store.setValue(kPlace, place.kind == Kind::Host ? "host" : place.kind == Kind::AllGpus ? "all-gpus" : "here");
    m_store.setValue(kHost, place.host);
}

QStringList Settings::hosts() const { return m_store.value(kHosts).toStringList(); }

void Settings::addHost(const QString& host) {
    QStringList all = hosts();
    all.removeAll(host);
    all.prepend(host);
    m_store.setValue(kHosts, all.mid(0, kMostHosts));
}

FarPrograms Settings::farPrograms() const {
    const FarPrograms usual;
    return {m_store.value(kSsh, usual.ssh).toString(), m_store.value(kProgramThere, usual.there).toString(),
            m_store.value(kProgramHere).toString()};
}

void Settings::setFarPrograms(const FarPrograms& programs) {
    m_store.setValue(kSsh, programs.ssh);
    m_store.setValue(kProgramThere, programs.there);
    m_store.setValue(kProgramHere, programs.here);
}

bool Settings::publishedCurves() const { return m_store.value(kPublishedCurves, false).toBool(); }
void Settings::setPublishedCurves(bool shown) { m_store.setValue(kPublishedCurves, shown); }

QString Settings::lastFolder() const {
    const QString folder = m_store.value(kLastFolder).toString();
    return !folder.isEmpty() && QFileInfo(folder).isDir() ? folder : QDir::homePath();
}

void Settings::setLastFolder(const QString& folder) { m_store.setValue(kLastFolder, folder); }

QStringList Settings::recentPhotos() const { return m_store.value(kRecent).toStringList(); }

void Settings::addRecentPhoto(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList photos = recentPhotos();
    photos.removeAll(absolute);
    photos.prepend(absolute);
    m_store.setValue(kRecent, photos.mid(0, kRecentPhotos));
}

void Settings::clearRecentPhotos() { m_store.remove(kRecent); }

std::optional<Config> Settings::config() const {
    const QString json = m_store.value(kConfig).toString();
    if (json.isEmpty()) return std::nullopt;
    return fromJson(json.toStdString());
}

QString Settings::preset() const { return m_store.value(kPreset).toString(); }

void Settings::setExperiment(const Config& config, const QString& preset) {
    m_store.setValue(kConfig, QString::fromStdString(toJson(config)));
    m_store.setValue(kPreset, preset);
}

QStringList Settings::collapsedGroups() const { return m_store.value(kCollapsed).toStringList(); }
void Settings::setCollapsedGroups(const QStringList& groups) { m_store.setValue(kCollapsed, groups); }

}  // namespace vit::ui
