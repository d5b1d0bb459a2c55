// SPDX-License-Identifier: GPL-3.0-or-later
// Shares as measured with the presets on a Zen 5 and a Sapphire Rapids.
#include "core/train/likely_speed.h"

#include "core/base/error.h"
#include "core/device/device.h"

#if VIT_FUSED_KERNELS
#include "core/kernels/peak.h"
#endif

namespace vit {

double likelySpeed([[maybe_unused]] const RunConfig& run) {
#if VIT_FUSED_KERNELS
    constexpr double kFused = 0.45, kPlain = 0.1;
    try {
        const DeviceSelection selection = selectDevice(run);
        if (selection.device.choice != DeviceChoice::Cpu) return 0;
        static const double fp32 = kernels::measurePeak(kernels::Arithmetic::Float32);
        static const double bfloat16 = kernels::measurePeak(kernels::Arithmetic::Bfloat16);
        const double peak = selection.precision == Precision::BFloat16 && bfloat16 > 0 ? bfloat16 : fp32;
        return peak * selection.threads * (run.kernels == KernelChoice::Plain ? kPlain : kFused);
    } catch (const InvalidInput&) {
        return 0;
    }
#else
    return 0;
#endif
}

}  // namespace vit
