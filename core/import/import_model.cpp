// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/import/import_model.h"

#include "core/import/keras_import.h"
#include "core/import/pretrained.h"

namespace vit {

bool isKerasFile(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    return ending == ".h5" || ending == ".hdf5" || ending == ".keras";
}

ImportedModel importModel(const std::filesystem::path& path, const ImportHints& hints) {
    return isKerasFile(path) ? importKeras(path, hints) : importPretrained(path, hints);
}

Config fineTuningConfig() {
    Config config;
    config.augmentation = {.horizontalFlip = true, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0};
    config.head = {.type = HeadType::ClassToken, .units = {}, .dropout = 0};
    config.model.attentionDropout = config.model.mlpDropout = 0;
    config.optimizer.learningRate = 5e-5;
    config.optimizer.weightDecay = 0.05;
    config.optimizer.decayConvention = DecayConvention::PyTorch;
    config.optimizer.decayAll = false;
    config.optimizer.epsilon = 1e-8;
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = 0.5};
    config.run.epochs = 5;
    config.run.batchSize = 32;
    config.run.precision = Precision::Auto;
    return config;
}

}  // namespace vit
