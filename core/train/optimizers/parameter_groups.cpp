// SPDX-License-Identifier: GPL-3.0-or-later
// Tells a parameter's role by its name.
#include "core/train/optimizers/parameter_groups.h"

namespace vit {

namespace {

bool isKernel(const std::string& name) {
    return name.ends_with(".weight") && name.find("norm") == std::string::npos;
}

}  // namespace

bool ParameterGroups::decayed(const std::string& parameterName) const {
    return m_decayAll || isKernel(parameterName);
}

}  // namespace vit
