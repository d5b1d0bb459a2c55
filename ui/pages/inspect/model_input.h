// SPDX-License-Identifier: GPL-3.0-or-later
// What a configuration makes of a picture before the model sees it.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/inspect/patches.h"

#include <QString>

#include <optional>

namespace vit::ui {

struct ModelInput {
    PatchGrid grid;
    std::optional<Dataset::Shape> native;  // what the photo was brought to first: the size of the data set's images
};

// The picture as the configuration wants photos, brought to `native` if that is known, then to the image size, and cut.
ModelInput makeModelInput(const Image& picture, const Config& config, std::optional<Dataset::Shape> native);

// "72 × 72 px", and by way of which size.
QString describeSize(const ModelInput& input);

}  // namespace vit::ui
