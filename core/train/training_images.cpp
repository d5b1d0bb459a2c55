// SPDX-License-Identifier: GPL-3.0-or-later
// Counts a run's images and copies them to its device.
#include "core/train/training_images.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/derived.h"
#include "core/device/memory_advice.h"
#include "core/device/torch_device.h"

#include <cmath>
#include <optional>
#include <string>

namespace vit {

void requireImages(const DatasetView& train, const DatasetView& validation, const Config& config) {
    Issues issues;
    if (train.count() == 0) {
        issues.push_back({"data.validation_share",
                          "No training images are left: choose a smaller validation share or a larger data set."});
    }
    if (validation.count() == 0 && validates(config.data)) {
        issues.push_back({"data.validation_share", "This share of " + std::to_string(train.count()) +
                                                       " training images is not even one: choose a larger share, or 0 "
                                                       "to train without validation."});
    }
    if (!issues.empty()) throw InvalidInput(issues);
}

std::string mixedValidationText(const DatasetView& validation, const DataConfig& data) {
    const std::int64_t own = validation.dataset().validationCount();
    const bool apart = data.validationSplit == ValidationSplit::Folder ||
                       (data.validationSplit == ValidationSplit::End && validation.count() == own);
    if (own == 0 || apart || !validates(data)) return {};
    return "The data set " + validation.dataset().name() + " sets " + groupedText(own) +
           " images aside for validation, but this run holds back a share of all its images: some of those are trained on, or "
           "judge together with others. To be judged by these alone, use data.validation_split=folder.";
}

std::unique_ptr<ResidentImages> placeOnDevice(const DatasetView& train, double trainingBytes, torch::Device device,
                                              const std::function<void(const Event&)>& emit) {
    if (device.is_cpu()) return nullptr;
    const double bytes = ResidentImages::bytesOf(train);
    const std::optional<double> free = freeMemoryBytes(device);
    if (!free || fitsBesideTraining(bytes, trainingBytes, *free)) {
        try {
            return std::make_unique<ResidentImages>(train, device);
        } catch (const c10::OutOfMemoryError&) {  // another program has taken it meanwhile
        }
    }
    const auto megabytes = [](double count) { return groupedText(std::llround(count / 1e6)) + " MB"; };
    emit(Message{Severity::Warning, "The training images (" + megabytes(bytes) +
                                        ") do not fit into the GPU's memory beside what training needs (about " +
                                        megabytes(trainingBytes) +
                                        ") and are copied there step by step, which is slower."});
    return nullptr;
}

}  // namespace vit
