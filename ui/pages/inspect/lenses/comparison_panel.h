// SPDX-License-Identifier: GPL-3.0-or-later
// Two models on one picture: the one that is shown, A, and another run or epoch, B. The same map of both at one scale,
// the difference, and the answers beside each other.
#pragma once

#include "core/inspect/comparison.h"
#include "core/runs/run_store.h"
#include "ui/pages/inspect/lenses/lens_panel.h"
#include "ui/widgets/job.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

class QComboBox;
class QLabel;
class QTableWidget;

namespace vit::ui {

class DisagreementSearch;
class LensControls;
class MapLook;
class MapView;

class ComparisonPanel : public LensPanel {
    Q_OBJECT

public:
    ComparisonPanel(SessionBridge& bridge, QWidget* parent);
    ~ComparisonPanel() override;
    QWidget* controls() override;
    std::string exportKey() const override;
    LensSettings exportSettings() const override;
    void holdScale(bool held) override;

protected:
    void askModel() override;
    void beginSubject() override;
    void showEvent(QShowEvent* event) override;

private:
    enum Place { First, Second, Between, Places };
    struct Run {
        std::string name;
        std::filesystem::path folder;
        std::vector<std::int64_t> epochs;  // whose weights it has kept
    };

    void makeViews();
    void makeControls();
    void listRuns();
    void offerRuns(const std::vector<Run>& runs);
    void offerEpochs();
    void offerClasses(const ComparedSide& first);
    void offerSettings();
    ModelChoice other() const;  // current where none is chosen
    std::filesystem::path ownRun() const;
    ComparisonSettings settings() const;
    void askOther(const ComparedSide& first, const ComparedMap& kind);
    void stopOther();
    void show(const ComparedMap& kind, const ComparedSide& first, const std::optional<ComparedSide>& second);
    void showMaps();
    void showAnswers();
    void point(Place from, int patch);
    void tellPatch(Place from, int patch);

    Job m_listing;
    std::vector<Run> m_runs;
    std::filesystem::path m_current;  // the run of the current model; empty: not known
    DisagreementSearch* m_search;
    std::shared_ptr<std::atomic<bool>> m_stop;  // of the question to the other model
    const ComparedMap* m_kind = nullptr;        // of what is shown
    std::optional<ComparedSide> m_first;
    std::optional<ComparedSide> m_second;
    std::optional<FloatArray> m_difference;
    std::optional<ColourScale> m_held;

    std::array<MapView*, Places> m_views{};
    std::array<QLabel*, Places> m_captions{};
    QTableWidget* m_answers;
    QLabel* m_pointed;
    QLabel* m_finding;
    LensControls* m_controls;
    QComboBox* m_run;
    QComboBox* m_epoch;
    QComboBox* m_map;
    QComboBox* m_class;
    QComboBox* m_layer;
    MapLook* m_look;
};

}  // namespace vit::ui
