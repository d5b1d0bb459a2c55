// SPDX-License-Identifier: GPL-3.0-or-later
// Which parameters an optimizer treats alike.
#pragma once

#include "core/config/config.h"

#include <string>

namespace vit {

class ParameterGroups {
public:
    explicit ParameterGroups(const OptimizerConfig& config) : m_decayAll(config.decayAll) {}

    // Whether the weight decay concerns the parameter: all of them, or kernels of dense layers alone and no bias, norm,
    // embedding or class token.
    bool decayed(const std::string& parameterName) const;

private:
    bool m_decayAll;
};

}  // namespace vit
