// SPDX-License-Identifier: GPL-3.0-or-later
// The two ways in which the engine says that something is wrong.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace vit {

// A value that a person gave and that cannot be used: shown next to the field named by `key`.
struct Issue {
    std::string key;      // dotted hyperparameter key, e.g. "model.patch_size"
    std::string message;  // one sentence that says what to do

    bool operator==(const Issue&) const = default;
};

using Issues = std::vector<Issue>;

// A fault of a file, the network or a device. The message names the thing, the cause and what to do; it is shown as it
// is.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Wrong input that reached a place where only an exception can report it (a config file, a command line).
class InvalidInput : public Error {
public:
    explicit InvalidInput(Issues issues);
    explicit InvalidInput(const std::string& message) : Error(message) {}

    const Issues& issues() const { return m_issues; }

private:
    Issues m_issues;
};

// The user asked to stop a download, an unpacking or a load before it was done.
class Cancelled : public Error {
public:
    Cancelled() : Error("Cancelled.") {}
};

}  // namespace vit
