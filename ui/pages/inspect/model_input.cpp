// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's own steps, one after the other.
#include "ui/pages/inspect/model_input.h"

#include "ui/pages/inspect/picture_card.h"

#include <QCoreApplication>

namespace vit::ui {

ModelInput makeModelInput(const Image& picture, const Config& config, std::optional<Dataset::Shape> native) {
    const ModelConfig& model = config.model;
    const int side = static_cast<int>(model.imageSize);
    const Image prepared = prepareForModel(picture, native.value_or(Dataset::Shape{side, side, 3}), config.data);
    return {cutPatches(prepared, side, static_cast<int>(model.patchSize)), native};
}

QString describeSize(const ModelInput& input) {
    const int side = input.grid.imageSize;
    QString size = sizeText(side, side);
    if (!input.native || (input.native->width == side && input.native->height == side)) return size;
    return QCoreApplication::translate("ModelInput", "%1, by way of the data set's %2")
        .arg(size, sizeText(input.native->width, input.native->height));
}

}  // namespace vit::ui
