// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a run's folder beside the GUI thread and follows the run's events.
#include "ui/pages/inspect/time/time_feed.h"

#include "core/runs/run_files.h"
#include "core/runs/run_probe.h"

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kListingDelayMs = 200;  // epochs may be short
constexpr int kFindingDelayMs = 40;   // all pictures of an epoch come together

struct KeptByRun {
    std::vector<Film> films;
    std::vector<std::int64_t> epochs;
    std::int64_t epochsDone = 0;
};

KeptByRun readKept(const std::filesystem::path& folder) {
    RunCurves curves;  // without its steps, which are many
    for (auto& line : run_files::readEpochs(folder)) curves.epochs.push_back(std::move(line.value));
    for (auto& line : run_files::readProbe(folder)) curves.probes.push_back(std::move(line.value));
    return {films(curves), run_files::keptEpochs(folder), curves.epochs.empty() ? 0 : curves.epochs.back().epoch};
}

}  // namespace

TimeFeed::TimeFeed(SessionBridge& bridge, TimeLine& line, QObject* parent) : QObject(parent), m_line(line) {
    connect(&bridge, &SessionBridge::runStarted, this, [this](const RunStarted& event) {
        m_training = event.runFolder;
        m_stepsPerEpoch = event.stepsPerEpoch;
    });
    connect(&bridge, &SessionBridge::epochDone, this, &TimeFeed::onEpoch);
    connect(&bridge, &SessionBridge::probePredicted, this, &TimeFeed::onProbe);
    connect(&bridge, &SessionBridge::runFinished, this, &TimeFeed::onEnd);
    connect(&bridge, &SessionBridge::runFailed, this, &TimeFeed::onEnd);
    connect(&m_reading, &Job::failed, this, &TimeFeed::failed);
    m_listingDelay.setSingleShot(true);
    m_listingDelay.setInterval(kListingDelayMs);
    connect(&m_listingDelay, &QTimer::timeout, this, &TimeFeed::listKeptEpochs);
    m_findingDelay.setSingleShot(true);
    m_findingDelay.setInterval(kFindingDelayMs);
    connect(&m_findingDelay, &QTimer::timeout, this, &TimeFeed::findNames);
}

void TimeFeed::setRun(const std::filesystem::path& folder, const Config& config) {
    m_run = folder;
    m_names.clear();
    m_meanwhile.clear();
    m_listing.abandon();
    m_finding.abandon();
    m_line.begin({config.run.epochs, 0, isLive()});
    read();
}

void TimeFeed::read() {
    m_reading.run([folder = m_run](const Progress&) { return readKept(folder); },
                  [this](const KeptByRun& kept) {
                      Course course = m_line.course();
                      course.done = std::max(course.done, kept.epochsDone);
                      m_line.setCourse(course);
                      m_line.setFilms(kept.films);
                      m_line.setKeptEpochs(kept.epochs);
                      for (const ProbePredicted& probe : m_meanwhile) {
                          const Film* film = m_line.filmOf(probe.image);
                          const bool read = film && film->frames.back().step >= probe.prediction.step;
                          if (!read) m_line.add(probe, m_stepsPerEpoch);
                      }
                      m_meanwhile.clear();
                      findNames();
                  });
}

void TimeFeed::setPictures(std::vector<Picture> pictures) {
    m_pictures = std::move(pictures);
    findNames();
}

std::string TimeFeed::nameOf(const Picture& picture) const {
    const auto found =
        std::find_if(m_names.begin(), m_names.end(), [&](const auto& known) { return known.first == picture; });
    return found == m_names.end() ? std::string() : found->second;
}

void TimeFeed::findNames() {
    std::erase_if(m_names, [this](const auto& known) {
        return std::find(m_pictures.begin(), m_pictures.end(), known.first) == m_pictures.end();
    });
    std::vector<Picture> unnamed;
    for (const Picture& picture : m_pictures)
        if (nameOf(picture).empty()) unnamed.push_back(picture);
    if (unnamed.empty() || m_line.nowPosition() == 0 || m_reading.running()) return;
    m_finding.run(
        [folder = m_run, unnamed](const Progress& progress) {
            Names names;
            ProbePictures kept(folder);
            for (const Picture& picture : unnamed) {
                report(progress, {}, 0, 0);
                const std::string name = kept.nameOf(picture);
                if (run_files::isThere(folder / name)) names.emplace_back(picture, name);
            }
            return names;
        },
        [this](const Names& names) {
            if (names.empty()) return;
            m_names.insert(m_names.end(), names.begin(), names.end());
            Q_EMIT namesChanged();
        });
}

void TimeFeed::listKeptEpochs() {
    m_listing.run([folder = m_run](const Progress&) { return run_files::keptEpochs(folder); },
                  [this](const std::vector<std::int64_t>& epochs) { m_line.setKeptEpochs(epochs); });
}

void TimeFeed::onProbe(const ProbePredicted& event) {
    if (!isLive() || event.image.empty()) return;
    if (m_reading.running()) return m_meanwhile.push_back(event);
    m_line.add(event, m_stepsPerEpoch);
    const bool known = std::any_of(m_names.begin(), m_names.end(),
                                   [&](const auto& name) { return name.second == event.image; });
    if (!known && !m_findingDelay.isActive()) m_findingDelay.start();
}

void TimeFeed::onEpoch(const EpochDone& event) {
    if (!isLive()) return;
    m_line.setCourse({event.epochs, event.epoch, true});
    if (!m_listingDelay.isActive()) m_listingDelay.start();
}

void TimeFeed::onEnd() {
    m_training.clear();
    Course course = m_line.course();
    course.live = false;
    m_line.setCourse(course);
    m_listingDelay.start();
}

}  // namespace vit::ui
