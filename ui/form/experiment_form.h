// SPDX-License-Identifier: GPL-3.0-or-later
// The form in which an experiment is set up: every hyperparameter of the schema, presets, search, what is wrong, and
// the facts that follow.
#pragma once

#include "ui/form/form_state.h"

#include <QStringList>
#include <QWidget>

#include <filesystem>
#include <optional>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace vit::ui {

class DerivedPanel;
class EpochEstimate;
class FieldGroup;
class FieldRow;
class SchedulePreview;

// A trained run, with whose weights another can begin.
struct StartingPoint {
    QString name;
    std::filesystem::path folder;
    Config config;
};

class ExperimentForm : public QWidget {
    Q_OBJECT

public:
    explicit ExperimentForm(QWidget* parent = nullptr);

    void setDataSets(std::vector<DataInfo> dataSets);
    const std::vector<DataInfo>& dataSets() const { return m_state.dataSets(); }

    void setDataElsewhere(bool elsewhere);  // see FormState
    void setMachineIssues(const RunConfig& run, Issues issues);
    void setEpochEstimate(const EpochEstimate* estimate);  // borrowed; nothing: no time is told
    void refreshFacts();                                   // after the estimate has learned

    // The experiment, and the preset that changes are counted from.
    void setConfig(const Config& config, const std::string& preset);
    // A tuning preset sets how the run that is shown then learns on, whose model and data come into the form.
    void setPreset(const std::string& preset);
    void setShownRun(std::optional<StartingPoint> run);  // the trained run that the window shows; nothing: there is none

    // Whether the experiment is one of a tuning preset, and begins with the weights of start().
    bool startsFromWeights() const { return isTuningPreset(preset()); }
    // The run that was shown when the preset was chosen; nothing: none was, or the window was started anew since.
    const std::optional<StartingPoint>& start() const { return m_start; }
    QString startProblem() const;  // why it cannot begin with them, and what to do; empty: it can, or needs none
    void setText(const std::string& key, const std::string& text);  // as if typed; nothing while a run is on

    const Config& config() const { return m_state.config(); }
    const std::string& preset() const { return m_state.preset().name; }
    bool changed() const { return m_state.changed(); }
    const Issues& issues() const { return m_state.issues(); }
    // What the data set of `config` gives the model; nothing where that is not known.
    std::optional<vit::ModelInput> modelInput(const Config& config) const { return m_state.modelInput(config); }
    bool isValid() const { return m_state.issues().empty(); }
    bool isReadable() const { return m_state.isReadable(); }  // config() is what is seen

    // While a run is on: shows that run's values, read-only. unlock() brings back the user's own.
    void lock(const Config& running);
    void unlock();
    bool isLocked() const { return m_running.has_value(); }

    // Opens the section, scrolls to the field and gives it the focus.
    void showField(const std::string& key);
    void focusSearch();
    QString problemSummary() const;  // "Patch size needs correcting"; empty if nothing does

    QStringList collapsedGroups() const;
    void setCollapsedGroups(const QStringList& titles);

protected:
    void changeEvent(QEvent* event) override;

Q_SIGNALS:
    void configChanged(const vit::Config& config);  // by the user or the program, when it is valid
    void soundConfigChanged(const vit::Config& config);  // so too, when at most this computer lacks what it takes
    void dataSetsChanged();
    void issuesChanged();                           // isValid() or the reasons may have changed

private:
    QWidget* makePresetBar();
    void fillPresets();
    QWidget* makeFields();
    QWidget* makeFooter();
    FieldRow* makeRow(const Field& field);
    void edit(FieldRow* row);
    void refresh();        // texts and everything that follows from them
    void showText(std::string_view key);  // anew, as the state has it
    void refreshStatus();  // problems and marks, and the facts
    void refreshStart();
    void tellConfig();
    void showHelp(const FieldRow* row);
    void askForPreset(int index);

    FormState m_state;
    std::optional<Config> m_running;
    std::optional<StartingPoint> m_shownRun;
    std::optional<StartingPoint> m_start;
    std::vector<FieldGroup*> m_groups;
    std::vector<FieldRow*> m_rows;
    QComboBox* m_presets;
    QLabel* m_description;
    QLabel* m_startNote;
    QLabel* m_duration;
    QPushButton* m_resetAll;
    QLineEdit* m_search;
    QLabel* m_lockNote;
    QLabel* m_nothingFound;
    QScrollArea* m_scroll;
    QPushButton* m_summary;
    QLabel* m_help;
    SchedulePreview* m_schedule = nullptr;
    DerivedPanel* m_facts = nullptr;
    const EpochEstimate* m_epochEstimate = nullptr;
};

}  // namespace vit::ui
