// SPDX-License-Identifier: GPL-3.0-or-later
// Tells kinds of faults apart and puts them into words.
#include "core/session/fault_words.h"

#include "core/base/error.h"
#include "core/device/memory_advice.h"
#include "core/runs/run_about.h"
#include "core/train/loss_watch.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <new>

namespace vit {

std::string faultText(const std::exception& fault) {
    if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr)
        return "The computer's memory is exhausted. Close other programs, or use a smaller data set or model.";
    const auto* torchFault = dynamic_cast<const c10::Error*>(&fault);
    return torchFault ? torchFault->what_without_backtrace() : fault.what();
}

bool isOutOfMemory(const std::exception& fault) {
    if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr) return true;
    const std::string text = faultText(fault);
    const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
    return dynamic_cast<const c10::Error*>(&fault) != nullptr &&
           (says("out of memory") || says("not enough memory") || says("can't allocate memory"));
}

void throwOutOfMemory(const Config& config, const ModelInput& input, const DeviceInfo& device) {
    const bool onCpu = device.choice == DeviceChoice::Cpu;
    const double bytes = onCpu ? processMemoryBytes() : device.memoryBytes;
    throw InvalidInput(Issues{{"run.batch_size", std::string(onCpu ? "The computer's" : "The graphics card's") +
                                                     " memory is exhausted. " + memoryAdvice(config, input, bytes)}});
}

RunFinished endedBy(const std::exception& fault, const TrainingPosition& position,
                    const std::filesystem::path& folder) {
    RunFinished result;
    result.reason = dynamic_cast<const Diverged*>(&fault) ? StopReason::Diverged : StopReason::Failed;
    result.explanation = faultText(fault);
    result.runName = runName(folder);
    result.runFolder = folder.string();
    result.epochsDone = position.epoch;
    result.stepsDone = position.step;
    result.bestEpoch = position.bestEpoch;
    result.bestValidationAccuracy = std::max(position.bestAccuracy, 0.0);
    result.seconds = position.seconds;
    return result;
}

}  // namespace vit
