// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 arithmetic for the matrix products of a scope.
#pragma once

#include <ATen/autocast_mode.h>
#include <torch/types.h>

namespace vit {

// Whether the rounded weights outlive the scope, until one ends that does not keep them: for models that do not learn.
enum class KeptCasts { No, Yes };

// While it lives, libtorch runs matrix products in bf16 and keeps sums, norms and softmax in fp32. Nothing when off.
class Autocast {
public:
    Autocast(bool on, torch::Device device, KeptCasts kept = KeptCasts::No)
        : m_on(on), m_device(device.type()), m_kept(kept) {
        if (!m_on) return;
        at::autocast::increment_nesting();
        at::autocast::set_autocast_enabled(m_device, true);
        at::autocast::set_autocast_dtype(m_device, torch::kBFloat16);
    }
    ~Autocast() {
        if (!m_on) return;
        at::autocast::set_autocast_enabled(m_device, false);
        if (at::autocast::decrement_nesting() == 0 && m_kept == KeptCasts::No) at::autocast::clear_cache();
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
    bool m_on;
    torch::DeviceType m_device;
    KeptCasts m_kept;
};

}  // namespace vit
