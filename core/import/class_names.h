// SPDX-License-Identifier: GPL-3.0-or-later
// The classes that most pretrained heads tell apart.
#pragma once

#include <string>
#include <vector>

namespace vit {

// The thousand classes of ImageNet's 2012 challenge, in their usual order.
const std::vector<std::string>& imageNetClasses();

}  // namespace vit
