// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's own steps, one after the other.
#include "ui/pages/inspect/model_input.h"

#include "ui/pages/inspect/picture_card.h"

#include <QCoreApplication>

namespace vit::ui {

ModelInput makeModelInput(const Image& picture, const Config& config, std::optional<Dataset::Shape> native) {
    const ModelConfig& model = config.model;
    const ImageSize size = model.inputSize();
    const Dataset::Shape own{static_cast<int>(size.width), static_cast<int>(size.height), 3};
    const Image prepared = prepareForModel(picture, native.value_or(own), config.data, size);
    return {cutPatches(prepared, size, static_cast<int>(model.patchSize)), native};
}

QString describeSize(const ModelInput& input) {
    const Image& own = input.grid.image;
    QString size = sizeText(own.width, own.height);
    if (!input.native || (input.native->width == own.width && input.native->height == own.height)) return size;
    return QCoreApplication::translate("ModelInput", "%1, by way of the data set's %2")
        .arg(size, sizeText(input.native->width, input.native->height));
}

}  // namespace vit::ui
