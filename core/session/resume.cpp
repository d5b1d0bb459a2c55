// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the checkpoint and explains one that is damaged.
#include "core/session/resume.h"

#include "core/base/error.h"
#include "core/io/safetensors.h"
#include "core/runs/run_files.h"
#include "core/train/trainer.h"

namespace vit {

namespace {

bool isWhole(const std::filesystem::path& weights) {
    try {
        readSafetensors(weights);
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

void resumeFromCheckpoint(Trainer& trainer, const std::filesystem::path& folder) {
    using namespace run_files;
    if (!isThere(folder / kLastWeights)) return;
    try {
        trainer.resume();
    } catch (const DamagedWeights& fault) {
        const std::string best =
            isWhole(folder / kBestWeights)
                ? std::string(" Its best weights, ") + kBestWeights + ", are whole and can be used."
                : std::string(" It has no other weights that are whole.");
        throw Error(std::string(fault.what()) + " The run cannot go on from there." + best +
                    " To train it again from its " + "beginning, remove " + kLastWeights + " and resume it.");
    }
}

}  // namespace vit
