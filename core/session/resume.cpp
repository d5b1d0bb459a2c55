// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the checkpoint and explains one that is damaged.
#include "core/session/resume.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/utf8.h"
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

std::string otherFilesText(const DataDescription& before, const DataDescription& now) {
    if (before.files.count == 0 || before.files.times == now.files.times) return {};
    const std::string last = before.files.changed < now.files.changed
                                 ? " (" + escapedUtf8(now.files.lastChanged) + " was written last)"
                                 : std::string();
    if (before.files.sizes != now.files.sizes) {
        const bool asMany = before.files.count == now.files.count;
        throw InvalidInput(
            "The pictures of the data set " + now.dataset + " are not those that this run has learned from: " +
            (asMany ? std::string("at least one was replaced, changed or renamed")
                    : "they were " + groupedText(before.files.count) + " and are " + groupedText(now.files.count)) +
            last + ". Put them back as they were, or train a new run that starts from this one's weights (Run, Train from this "
                   "run's weights; vit-cli train --start-from RUN).");
    }
    return "The pictures of the data set " + now.dataset +
           " have the names and sizes that they had when this run began, but some were written at another time, as copies "
           "are" + last + ". If one was replaced, the run goes on with other pictures than it began with.";
}

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
