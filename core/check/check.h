// SPDX-License-Identifier: GPL-3.0-or-later
// The program's test of itself on a user's computer: what the chosen device computes beside what plain layers in double
// precision make of the same, and how fast it is. No tensor crosses this border.
#pragma once

#include "core/base/progress.h"
#include "core/config/config.h"

#include <string>
#include <utility>
#include <vector>

namespace vit {

enum class CheckState {
    Held,
    Failed,
    Measured,  // told, nothing is asked of it
    Skipped,   // does not apply here
};
const char* checkStateKey(CheckState state);   // in JSON: "held"
const char* checkStateWord(CheckState state);  // in tables: "holds"

struct CheckRow {
    std::string key;       // of the check: "dropout.rate"
    std::string what;      // "Share of units that dropout drops"
    CheckState state = CheckState::Held;
    std::string measured;  // of one that was skipped or broke off: why
    std::string allowed;   // empty: nothing is asked
};

struct CheckReport {
    std::vector<std::pair<std::string, std::string>> about;  // what was checked: {"Device", "NVIDIA H200"}, …
    std::vector<CheckRow> rows;
    double seconds = 0;

    bool holds() const;          // none has failed, and something was checked
    std::string verdict() const; // a sentence or two
};

struct CheckRequest {
    DeviceChoice device = DeviceChoice::Auto;
    std::int64_t threads = 0;       // of the CPU; 0 = one for each core
    bool speed = true;              // how fast it is, too
    std::vector<std::string> only;  // keys, or their first parts ("dropout"); empty: all
    std::string spoil;              // the key of a check whose results are falsified before they are judged: it must fail
};

// One after the other; a check that throws has failed, and the next one follows. `progress` is told of each one, and may
// cancel between them. Throws InvalidInput when the device is not there or a key is unknown. Training that goes on at the
// same time on the same GPU would disturb both.
CheckReport checkComputer(const CheckRequest& request, const Progress& progress = {});

// Those there are, in their order.
std::vector<std::string> checkKeys();

// For people: what was checked, a table, the verdict. For programs: one object, indented.
std::string toText(const CheckReport& report);
std::string toJson(const CheckReport& report);

}  // namespace vit
