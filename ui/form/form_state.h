// SPDX-License-Identifier: GPL-3.0-or-later
// What the Experiment form knows, without a widget: the text of every field, what is wrong with it, what was changed.
#pragma once

#include "core/config/derived.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/data/store/data_store.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit::ui {

class FormState {
public:
    FormState();

    // The data sets of this computer: a set that is not there is an issue of data.name. Until they are given, every
    // name is taken as good.
    void setDataSets(std::vector<DataInfo> dataSets);
    const std::vector<DataInfo>& dataSets() const { return m_dataSets; }
    // Trained on another computer, which may have what this one lacks; it is asked when a run begins.
    bool setDataElsewhere(bool elsewhere);  // whether that is new

    // What this computer has against a run's device, precision or threads; issues as long as those are as in `run`.
    void setMachineIssues(const RunConfig& run, Issues issues);

    void setConfig(const Config& config);
    void setPreset(const std::string& name);  // what changes are counted from; throws InvalidInput for an unknown name
    const PresetEntry& preset() const { return *m_preset; }

    // Another data set brings the choice of its own validation images with it, unless these were chosen otherwise.
    void setText(const Field& field, const std::string& text);
    std::string text(const Field& field) const;

    // The last value that could be read of each field.
    const Config& config() const { return m_config; }
    bool isReadable() const { return m_unreadable.empty(); }
    // Of single texts if there are any, else across fields; empty if the experiment can be trained.
    const Issues& issues() const { return m_issues; }

    // Every text can be read and no rule is broken: at most this computer lacks the data set or the device.
    bool isSound() const { return m_sound; }
    bool isFine(std::string_view keyPrefix) const;  // no issue of "model.", "run.batch_size", …

    // From the preset, of which a tuning preset has nothing against any model, head or data.
    bool changed(const Field& field) const;
    bool changed() const;
    std::string presetText(const Field& field) const;

    // What the model is fed with by the chosen data set; nothing when the number of classes is not known.
    std::optional<vit::ModelInput> modelInput(const Config& config) const;

private:
    void check();
    void followDataSet();
    std::optional<Issue> dataSetIssue() const;
    const DataInfo* findDataSet(const std::string& name) const;

    std::vector<DataInfo> m_dataSets;
    bool m_dataElsewhere = false;
    RunConfig m_machineRun;
    Issues m_machineIssues;  // of m_machineRun
    const PresetEntry* m_preset;
    Config m_config;
    Config m_asPreset;  // m_config with all that the preset sets
    std::map<std::string, std::string> m_unreadable;  // key → the text that is no value
    Issues m_issues;
    bool m_sound = true;
};

}  // namespace vit::ui
