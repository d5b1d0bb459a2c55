// SPDX-License-Identifier: GPL-3.0-or-later
// The reasons against the fused kernels, one after the other.
#include "core/model/fused/kernel_choice.h"

#include "core/base/error.h"

#if VIT_FUSED_KERNELS
#include "core/kernels/support.h"
#include "core/model/parts/fused_kernels.h"
#endif

#include <stdexcept>

namespace vit {

namespace {

struct Attempt {
    std::shared_ptr<const FusedKernels> fused;
    std::string text;  // what runs, or why it cannot
};

#if VIT_FUSED_KERNELS
Attempt tryFused(const ModelConfig& model, std::int64_t tokens, std::int64_t channels, torch::Device device,
                 bool bfloat16) {
    if (!device.is_cpu()) return {nullptr, "the fused kernels are for the CPU"};
    const kernels::Support& support = kernels::support();
    if (support.set == kernels::InstructionSet::None) return {nullptr, support.text};
    try {
        const bool lacks = bfloat16 && !support.bfloat16();
        return {makeFusedKernels(model, tokens, channels),
                support.text + " (libxsmm, Highway" +
                    (lacks ? "; products in fp32, as this CPU has no bf16 instructions)" : ")")};
    } catch (const std::runtime_error& fault) {
        return {nullptr, fault.what()};
    }
}
#else
Attempt tryFused(const ModelConfig&, std::int64_t, std::int64_t, torch::Device, bool) {
    return {nullptr, "this program was built without libxsmm and Highway"};
}
#endif

}  // namespace

KernelSelection selectKernels(KernelChoice choice, const ModelConfig& model, std::int64_t tokens, torch::Device device,
                              bool bfloat16, std::int64_t channels) {
    if (choice == KernelChoice::Plain) return {nullptr, "plain libtorch (as chosen)"};
    Attempt attempt = tryFused(model, tokens, channels, device, bfloat16);
    if (attempt.fused) return {std::move(attempt.fused), "fused, " + attempt.text};
    if (choice == KernelChoice::Fused) {
        throw InvalidInput(Issues{
            {"run.kernels", "Fused kernels were chosen, but " + attempt.text + ". Choose auto or plain."}});
    }
    return {nullptr, "plain libtorch (" + attempt.text + ")"};
}

}  // namespace vit
