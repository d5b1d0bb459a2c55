// SPDX-License-Identifier: GPL-3.0-or-later
// The share is drawn from a Beta distribution by two Gamma variables (Marsaglia & Tsang, "A simple method for
// generating gamma variables", 2000).
#include "core/input/batch_mix.h"

#include "core/base/philox.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vit {

namespace {

// The numbers of a step, one after the other; each within (0, 1).
class Units {
public:
    explicit Units(const RandomKey& key) : m_key(key) {}
    double next() {
        if (m_used == m_words.size()) {
            m_words = philox(m_key, m_group++);
            m_used = 0;
        }
        return toUnit(m_words[m_used++]) + 0x1.0p-33;
    }

private:
    RandomKey m_key;
    std::uint32_t m_group = 0;
    std::array<std::uint32_t, 4> m_words{};
    std::size_t m_used = 4;
};

double normal(Units& units) {  // Box and Muller
    const double radius = std::sqrt(-2 * std::log(units.next()));
    return radius * std::cos(2 * std::numbers::pi * units.next());
}

// The logarithm, as a variable of a small alpha is often too small for a number.
double logGamma(Units& units, double alpha) {
    const double boosted = alpha < 1 ? alpha + 1 : alpha;
    const double d = boosted - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    while (true) {
        const double x = normal(units);
        const double root = 1 + c * x;
        const double unit = units.next();
        if (root <= 0) continue;
        const double v = root * root * root;
        if (std::log(unit) >= 0.5 * x * x + d - d * v + d * std::log(v)) continue;
        const double drawn = std::log(d * v);
        return alpha < 1 ? drawn + std::log(units.next()) / alpha : drawn;
    }
}

double beta(Units& units, double alpha) {
    const double one = logGamma(units, alpha);
    const double other = logGamma(units, alpha);
    return 1 / (1 + std::exp(other - one));
}

// Of a side of `size` pixels, `cut` of them about one that is drawn, what is outside cut off.
void drawRange(Units& units, std::int64_t size, std::int64_t cut, std::int64_t& begin, std::int64_t& end) {
    const auto centre = static_cast<std::int64_t>(units.next() * static_cast<double>(size));
    begin = std::clamp<std::int64_t>(centre - cut / 2, 0, size);
    end = std::clamp<std::int64_t>(centre + cut / 2, 0, size);
}

}  // namespace

bool mixes(const LossConfig& loss) { return loss.mixup > 0 || loss.cutmix > 0; }

BatchMix drawMix(const LossConfig& loss, std::uint64_t seed, std::uint64_t step, const ImageSize& size) {
    Units units(randomKey(seed, step, RandomSite::Mix));
    const bool coin = units.next() < 0.5;
    BatchMix mix;
    mix.kind = loss.cutmix > 0 && (loss.mixup == 0 || coin) ? BatchMix::Kind::Cutmix : BatchMix::Kind::Mixup;
    if (mix.kind == BatchMix::Kind::Mixup) {
        mix.share = beta(units, loss.mixup);
        return mix;
    }
    const double side = std::sqrt(1 - beta(units, loss.cutmix));
    const auto cut = [side](std::int64_t pixels) { return static_cast<std::int64_t>(side * static_cast<double>(pixels)); };
    drawRange(units, size.height, cut(size.height), mix.top, mix.bottom);
    drawRange(units, size.width, cut(size.width), mix.left, mix.right);
    const auto area = static_cast<double>((mix.bottom - mix.top) * (mix.right - mix.left));
    mix.share = 1 - area / static_cast<double>(size.height * size.width);
    return mix;
}

torch::Tensor mixedImages(const BatchMix& mix, const torch::Tensor& images, const torch::Tensor& partners) {
    if (mix.kind == BatchMix::Kind::Mixup) return images * mix.share + partners * (1 - mix.share);
    torch::Tensor mixed = images.clone();
    const auto rectangle = [&mix](const torch::Tensor& from) {
        return from.slice(2, mix.top, mix.bottom).slice(3, mix.left, mix.right);
    };
    rectangle(mixed).copy_(rectangle(partners));
    return mixed;
}

torch::Tensor mixedTargets(const BatchMix& mix, const torch::Tensor& labels, const torch::Tensor& partners,
                           std::int64_t classes) {
    torch::Tensor targets = torch::zeros({labels.size(0), classes}, labels.options().dtype(torch::kFloat32));
    const auto add = [&targets](const torch::Tensor& ofClass, double share) {
        targets.scatter_add_(1, ofClass.unsqueeze(1),
                             torch::full({ofClass.size(0), 1}, share, targets.options()));
    };
    add(labels, mix.share);
    add(partners, 1 - mix.share);
    return targets;
}

}  // namespace vit
