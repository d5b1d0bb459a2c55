// SPDX-License-Identifier: GPL-3.0-or-later
// Words for a list of issues.
#include "core/base/error.h"

namespace vit {

namespace {

std::string joined(const Issues& issues) {
    std::string text;
    for (const Issue& issue : issues) {
        if (!text.empty()) text += '\n';
        text += issue.key.empty() ? issue.message : issue.key + ": " + issue.message;
    }
    return text;
}

}  // namespace

InvalidInput::InvalidInput(Issues issues) : Error(joined(issues)), m_issues(std::move(issues)) {}

}  // namespace vit
