// SPDX-License-Identifier: GPL-3.0-or-later
// Reads texts into a configuration and validates it at each change.
#include "ui/form/form_state.h"

#include "core/data/store/data_source.h"
#include "core/data/store/known_data.h"

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

bool onSameMachine(const RunConfig& a, const RunConfig& b) {
    return a.device == b.device && a.precision == b.precision && a.threads == b.threads;
}

}  // namespace

FormState::FormState() : m_preset(&presetEntry("first-steps")), m_config(applied(m_preset->name, {})) { check(); }

void FormState::setDataSets(std::vector<DataInfo> dataSets) {
    m_dataSets = std::move(dataSets);
    check();
}

bool FormState::setDataElsewhere(bool elsewhere) {
    if (std::exchange(m_dataElsewhere, elsewhere) == elsewhere) return false;
    check();
    return true;
}

void FormState::setMachineIssues(const RunConfig& run, Issues issues) {
    m_machineRun = run;
    m_machineIssues = std::move(issues);
    check();
}

void FormState::setConfig(const Config& config) {
    m_config = config;
    m_unreadable.clear();
    check();
}

void FormState::setPreset(const std::string& name) {
    m_preset = &presetEntry(name);
    check();
}

void FormState::setText(const Field& field, const std::string& text) {
    try {
        field.set(m_config, parseText(field, text));
        m_unreadable.erase(field.key);
        if (field.key == "data.name") followDataSet();
    } catch (const InvalidInput&) {
        m_unreadable[field.key] = text;
    }
    check();
}

void FormState::followDataSet() {
    const DataInfo* info = findDataSet(m_config.data.name);
    if (info == nullptr) return;
    const ValidationSplit usual = DataConfig{}.validationSplit;
    ValidationSplit& split = m_config.data.validationSplit;
    if (split == ValidationSplit::Folder && info->validation == 0) split = usual;
    if (split == usual) useOwnValidation(m_config.data, *info);
}

std::string FormState::text(const Field& field) const {
    const auto found = m_unreadable.find(field.key);
    return found != m_unreadable.end() ? found->second : toText(field, field.get(m_config));
}

bool FormState::isFine(std::string_view keyPrefix) const {
    return std::none_of(m_issues.begin(), m_issues.end(),
                        [&](const Issue& issue) { return issue.key.starts_with(keyPrefix); });
}

bool FormState::changed(const Field& field) const {
    return m_unreadable.contains(field.key) || field.get(m_config) != field.get(m_asPreset);
}

bool FormState::changed() const { return !m_unreadable.empty() || m_config != m_asPreset; }

std::string FormState::presetText(const Field& field) const { return toText(field, field.get(m_asPreset)); }

std::optional<vit::ModelInput> FormState::modelInput(const Config& config) const {
    if (const DataInfo* info = findDataSet(config.data.name)) {
        if (info->classes <= 0 || info->channels <= 0) return std::nullopt;
        return vit::ModelInput{.channels = info->channels, .classes = info->classes};
    }
    if (const KnownData* known = findKnownData(config.data.name))  // until the list is there
        return vit::ModelInput{.channels = dataFormat(known->format).channels, .classes = known->counts.classes};
    return std::nullopt;
}

void FormState::check() {
    m_asPreset = applied(m_preset->name, m_config);
    m_issues.clear();
    for (const Field& field : schema()) {
        const auto found = m_unreadable.find(field.key);
        if (found == m_unreadable.end()) continue;
        try {
            parseText(field, found->second);
        } catch (const InvalidInput& problem) {
            m_issues.insert(m_issues.end(), problem.issues().begin(), problem.issues().end());
        }
    }
    // With a text that cannot be read, rules across fields would speak of values that nobody sees.
    if (m_issues.empty()) m_issues = validate(m_config);
    m_sound = m_issues.empty();
    if (m_issues.empty() && onSameMachine(m_machineRun, m_config.run)) m_issues = m_machineIssues;
    if (const auto issue = dataSetIssue(); issue && isFine("data.name")) m_issues.insert(m_issues.begin(), *issue);
}

std::optional<Issue> FormState::dataSetIssue() const {
    if (m_dataSets.empty() || m_dataElsewhere) return std::nullopt;
    const DataInfo* info = findDataSet(m_config.data.name);
    if (!info)
        return Issue{"data.name", "There is no data set named \"" + m_config.data.name +
                                      "\" on this computer: choose one from the list, or add it on the Data page."};
    if (info->available) return std::nullopt;
    return Issue{"data.name", info->title + " is not on this computer yet: " +
                                  (info->downloadable ? "download or add it on the Data page."
                                                      : "add it on the Data page.")};
}

const DataInfo* FormState::findDataSet(const std::string& name) const {
    const auto found = std::find_if(m_dataSets.begin(), m_dataSets.end(),
                                    [&](const DataInfo& info) { return info.name == name; });
    return found == m_dataSets.end() ? nullptr : &*found;
}

}  // namespace vit::ui
