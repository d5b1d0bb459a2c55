// SPDX-License-Identifier: GPL-3.0-or-later
// Shares as measured with the presets on a Zen 5: 48 to 53 % in bf16 and 59 to 70 % in fp32 by the fused kernels, 10 % in bf16
// by libtorch's layers. The smallest models reach less, which is why they are done soonest.
#include "core/train/likely_speed.h"

#include "core/base/error.h"
#include "core/device/device.h"

#if VIT_FUSED_KERNELS
#include "core/kernels/peak.h"
#include "core/model/fused/fused_obstacle.h"
#endif

namespace vit {

double likelySpeed([[maybe_unused]] const Config& config) {
#if VIT_FUSED_KERNELS
    constexpr double kFusedBfloat16 = 0.5, kFusedFp32 = 0.6, kPlain = 0.1;
    try {
        const DeviceSelection selection = selectDevice(config.run);
        if (selection.device.choice != DeviceChoice::Cpu) return 0;
        static const double fp32 = kernels::measurePeak(kernels::Arithmetic::Float32);
        static const double bfloat16 = kernels::measurePeak(kernels::Arithmetic::Bfloat16);
        const bool half = selection.precision == Precision::BFloat16 && bfloat16 > 0;
        const bool fused = config.run.kernels != KernelChoice::Plain && fusedObstacle(config.model).empty();
        return selection.threads * (half ? bfloat16 : fp32) * (!fused ? kPlain : half ? kFusedBfloat16 : kFusedFp32);
    } catch (const InvalidInput&) {
        return 0;
    }
#else
    return 0;
#endif
}

}  // namespace vit
