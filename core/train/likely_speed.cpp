// SPDX-License-Identifier: GPL-3.0-or-later
// Shares of what the processor does in fp32, as measured with the presets on a Zen 5 and on a Xeon with AMX, whose bf16 is
// fifteen times as fast by itself but waits for its operands: by the fused kernels 90 to 110 % in bf16 and 48 to 70 % in fp32,
// by libtorch's layers 20 % in bf16. The smallest models reach less, which is why they are done soonest.
#include "core/train/likely_speed.h"

#include "core/base/error.h"
#include "core/device/device.h"

#if VIT_FUSED_KERNELS
#include "core/kernels/peak.h"
#include "core/kernels/support.h"
#include "core/model/fused/fused_obstacle.h"
#endif

namespace vit {

double likelySpeed([[maybe_unused]] const Config& config) {
#if VIT_FUSED_KERNELS
    constexpr double kFusedBfloat16 = 1, kFusedFp32 = 0.6, kPlainBfloat16 = 0.2, kPlainFp32 = 0.1;
    try {
        const DeviceSelection selection = selectDevice(config.run);
        if (selection.device.choice != DeviceChoice::Cpu) return 0;
        static const double fp32 = kernels::measurePeak(kernels::Arithmetic::Float32);
        const bool half = selection.precision == Precision::BFloat16 && kernels::support().bfloat16();
        const bool fused = config.run.kernels != KernelChoice::Plain && fusedObstacle(config.model).empty();
        const double share = fused ? (half ? kFusedBfloat16 : kFusedFp32) : (half ? kPlainBfloat16 : kPlainFp32);
        return selection.threads * fp32 * share;
    } catch (const InvalidInput&) {
        return 0;
    }
#else
    return 0;
#endif
}

}  // namespace vit
