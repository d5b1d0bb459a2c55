// SPDX-License-Identifier: GPL-3.0-or-later
// A table, and the configurations that belong to it.
#include "core/finetune/rungs.h"

#include "core/base/error.h"
#include "core/config/derived.h"
#include "core/config/tuning.h"

#include <algorithm>
#include <array>
#include <string>

namespace vit {

namespace {

constexpr std::array kRungs = {
    RungRow{Rung::Neighbours, "neighbours", "Nearest neighbours",
            "The class of the most similar training photos. Nothing is trained.", false},
    RungRow{Rung::LinearProbe, "linear-probe", "Linear probe",
            "A new last layer on what the model sees already. The model itself stays as it is.", false},
    RungRow{Rung::LastBlocks, "last-blocks", "Last blocks",
            "Trains the last third of the blocks with the new layer, and freezes the rest.", true},
    RungRow{Rung::LowRank, "lora", "Low-rank adapters",
            "Trains thin matrices beside those of all blocks (LoRA), a few percent of the numbers, and the new layer.", true},
    RungRow{Rung::AllBlocks, "all-blocks", "All blocks",
            "Trains the whole model, its first layers the least.", true},
};

// Of a rung that trains.
Tuning tuningOf(Rung rung) {
    if (rung == Rung::LastBlocks) return Tuning::LastBlocks;
    return rung == Rung::LowRank ? Tuning::LowRank : Tuning::AllBlocks;
}

Config tuningConfig(Rung rung, const Config& model, std::int64_t trainPhotos, std::int64_t epochs) {
    Config config = tuned(tuningOf(rung), model, epochs);
    config.run.batchSize = std::clamp<std::int64_t>(trainPhotos, 1, config.run.batchSize);
    return config;
}

}  // namespace

std::span<const RungRow> rungTable() { return kRungs; }

const RungRow& rungRow(Rung rung) { return *std::ranges::find(kRungs, rung, &RungRow::rung); }

std::string rungKeys() {
    std::string keys;
    for (const RungRow& row : kRungs) keys += (keys.empty() ? "" : ", ") + std::string(row.key);
    return keys;
}

Rung rungOf(std::string_view key) {
    for (const RungRow& row : kRungs)
        if (row.key == key) return row.rung;
    throw InvalidInput("There is no rung \"" + std::string(key) + "\": choose among " + rungKeys() + ".");
}

Config photosConfig(const Config& model, const std::string& data) {
    Config config = model;
    config.data = {.name = data, .validationShare = 0};
    config.data.photoFit = model.data.photoFit;
    config.data.photoShare = model.data.photoShare;
    config.data.photoFilter = model.data.photoFilter;
    return config;
}

Config configFor(const Config& model, const Dataset& data) {
    Config config = photosConfig(model, data.name());
    if (config.head.type == HeadType::Flatten && config.head.units.empty())
        config.head.type = HeadType::GlobalAveragePooling;
    config.run.patience = 0;  // there are no validation images
    return config;
}

TrainRequest tuningRequest(Rung rung, const Config& model, const std::filesystem::path& from, const Dataset& data,
                           std::int64_t epochs) {
    TrainRequest request;
    request.config = tuningConfig(rung, configFor(model, data), data.trainCount(), epochs);
    request.label = data.name() + "-" + rungRow(rung).key;
    request.startFrom = from;
    return request;
}

double likelySeconds(Rung rung, const Config& model, double secondsPerPhoto, std::int64_t trainPhotos,
                     std::int64_t testPhotos, std::int64_t classes, std::int64_t epochs) {
    const auto trained = static_cast<double>(trainPhotos), tested = static_cast<double>(testPhotos);
    if (!rungRow(rung).trains) return (trained + tested) * secondsPerPhoto;
    const DerivedFacts facts = derive(tuningConfig(rung, model, trainPhotos, epochs),
                                      {3, std::max<std::int64_t>(classes, 2)});
    const double forwards = facts.trainingFlopsPerImage / std::max(facts.forwardFlopsPerImage, 1.0);  // 3, or less
    return (static_cast<double>(epochs) * trained * forwards + tested) * secondsPerPhoto;
}

}  // namespace vit
