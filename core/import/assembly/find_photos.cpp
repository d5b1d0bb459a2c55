// SPDX-License-Identifier: GPL-3.0-or-later
// How the model wants its photos, and what it was trained on: mean and deviation, the names of its classes.
#include "core/import/assembly/steps.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/utf8.h"
#include "core/import/class_names.h"

#include <algorithm>
#include <string>

namespace vit {

namespace {

std::vector<std::string> classNames(const Assembly& assembly) {
    const SourceFacts& facts = assembly.facts;
    std::vector<std::string> names = assembly.givenClassNames();
    const auto classes = static_cast<std::size_t>(assembly.classes);
    if (assembly.headless && names.empty()) return {"no class"};
    if (names.empty() && facts.classNames.size() == classes) names = facts.classNames;
    if (names.empty() && facts.imageNet && classes == imageNetClasses().size()) names = imageNetClasses();
    if (names.empty())
        for (std::size_t i = 0; i < classes; ++i) names.push_back("class " + std::to_string(i));
    for (const std::string& name : names)
        if (!isUtf8(name)) throw InvalidInput("The name of a class, " + escapedUtf8(name) + ", is not UTF-8.");
    if (names.size() == classes) return names;
    throw InvalidInput("The model tells " + groupedText(assembly.classes) + " classes apart, but " +
                       groupedText(static_cast<std::int64_t>(names.size())) + " are named" +
                       (assembly.hints.dataset ? " by the data set " + assembly.hints.dataset->name() : "") + ".");
}

}  // namespace

void findPhotos(Assembly& assembly) {
    const SourceFacts& facts = assembly.facts;
    DataConfig& data = assembly.config.data;
    if (!assembly.isAssigned("data.photo_fit")) data.photoFit = facts.fit.value_or(PhotoFit::Crop);
    if (!assembly.isAssigned("data.photo_share")) data.photoShare = std::clamp(facts.share.value_or(1), 0.1, 1.0);
    if (!assembly.isAssigned("data.photo_filter")) data.photoFilter = facts.filter.value_or(PhotoFilter::Bicubic);
    if (!facts.filter && !assembly.isAssigned("data.photo_filter"))
        assembly.note("Not in the file, taken as usual: photos are resized bicubically (data.photo_filter).");
    if (!facts.share && !assembly.isAssigned("data.photo_share") && data.photoFit == PhotoFit::Crop)
        assembly.note("Not in the file: the share of the photo that the model sees; the whole centre square is taken "
                      "(data.photo_share).");
    const bool known = facts.mean.size() == static_cast<std::size_t>(assembly.channels) &&
                       facts.deviation.size() == static_cast<std::size_t>(assembly.channels);
    if (!known && !assembly.hints.statistics)
        assembly.ask(
            "statistics",
            "The file does not say by which mean and deviation pictures are normalised: give both, of pixels from 0 to 1. "
            "Usual are 0.5 0.5 0.5 and 0.5 0.5 0.5 (ViT, AugReg, SigLIP), or 0.485 0.456 0.406 and 0.229 0.224 0.225 "
            "(ImageNet's: DeiT, MAE, DINO).");
}

DataDescription describedData(const Assembly& assembly) {
    const SourceFacts& facts = assembly.facts;
    const ImportHints& hints = assembly.hints;
    DataDescription description;
    description.dataset = hints.dataset ? hints.dataset->name() : "unknown";
    const ImageSize size = assembly.config.model.inputSize();
    description.nativeShape = {static_cast<int>(size.width), static_cast<int>(size.height), static_cast<int>(assembly.channels)};
    if (hints.statistics) {
        description.statistics = *hints.statistics;
    } else {
        constexpr double kWhite = 255;
        for (std::size_t c = 0; c < facts.mean.size() && c < 3; ++c) {
            description.statistics.mean[c] = facts.mean[c] * kWhite;
            description.statistics.deviation[c] = facts.deviation[c] * kWhite;
            if (!(facts.deviation[c] > 0)) throw InvalidInput("The file's deviation of pixels is not above 0.");
        }
    }
    description.classNames = classNames(assembly);
    return description;
}

}  // namespace vit
