// SPDX-License-Identifier: GPL-3.0-or-later
// A report as text and as JSON.
#include "core/check/check.h"

#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/base/text_table.h"

#include <algorithm>
#include <array>

namespace vit {

namespace {

struct StateRow {
    CheckState state;
    const char* key;
    const char* word;
};

constexpr std::array<StateRow, 4> kStates = {{{CheckState::Held, "held", "holds"},
                                              {CheckState::Failed, "failed", "FAILS"},
                                              {CheckState::Measured, "measured", "measured"},
                                              {CheckState::Skipped, "skipped", "not here"}}};

const StateRow& rowOf(CheckState state) { return *std::ranges::find(kStates, state, &StateRow::state); }

std::int64_t count(const CheckReport& report, CheckState state) {
    return std::ranges::count(report.rows, state, &CheckRow::state);
}

std::string checksText(std::int64_t number) {
    return std::to_string(number) + (number == 1 ? " check" : " checks");
}

}  // namespace

const char* checkStateKey(CheckState state) { return rowOf(state).key; }
const char* checkStateWord(CheckState state) { return rowOf(state).word; }

bool CheckReport::holds() const {
    const std::int64_t told = count(*this, CheckState::Held) + count(*this, CheckState::Measured);
    return count(*this, CheckState::Failed) == 0 && told > 0;
}

std::string CheckReport::verdict() const {
    const std::int64_t failed = count(*this, CheckState::Failed);
    const std::int64_t held = count(*this, CheckState::Held);
    const std::int64_t skipped = count(*this, CheckState::Skipped);
    std::string rest;
    if (skipped > 0) rest.append(" ").append(checksText(skipped)).append(" did not apply here.");
    if (failed > 0) {
        std::string keys;
        for (const CheckRow& row : rows) {
            if (row.state == CheckState::Failed && keys.find(row.key) == std::string::npos)
                keys += (keys.empty() ? "" : ", ") + row.key;
        }
        return checksText(failed) + " of " + std::to_string(failed + held) + " failed: " + keys +
               ". What this device computes is not to be trusted; please report it with this table." + rest;
    }
    if (!holds()) return "Nothing was checked." + rest;
    if (held == 0) return "Nothing was asked of what was measured." + rest;
    return (held == 1 ? "The one check that applies holds." : "All " + checksText(held) + " hold.") + rest;
}

std::string toText(const CheckReport& report) {
    std::string text;
    std::size_t width = 0;
    for (const auto& [name, value] : report.about) width = std::max(width, textWidth(name));
    for (const auto& [name, value] : report.about) text += padded(name, width + 2) + value + "\n";
    std::vector<std::vector<std::string>> rows = {{"Check", "", "Measured", "Allowed", "Result"}};
    for (const CheckRow& row : report.rows)
        rows.push_back({row.key, row.what, row.measured, row.allowed, checkStateWord(row.state)});
    return text + "\n" + table(rows) + "\n" + report.verdict() + " (" + durationText(report.seconds) + ")\n";
}

std::string toJson(const CheckReport& report) {
    nlohmann::ordered_json about = nlohmann::ordered_json::object();
    for (const auto& [name, value] : report.about) about[name] = value;
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const CheckRow& row : report.rows) {
        rows.push_back({{"key", row.key},
                        {"what", row.what},
                        {"state", checkStateKey(row.state)},
                        {"measured", row.measured},
                        {"allowed", row.allowed}});
    }
    const nlohmann::ordered_json json = {{"holds", report.holds()},
                                         {"verdict", report.verdict()},
                                         {"seconds", rounded(report.seconds, 4)},
                                         {"about", about},
                                         {"checks", rows}};
    return jsonText(json, 2) + "\n";
}

}  // namespace vit
