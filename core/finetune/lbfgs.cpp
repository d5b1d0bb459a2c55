// SPDX-License-Identifier: GPL-3.0-or-later
// Two loops over the last steps, and halving until the value falls enough.
#include "core/finetune/lbfgs.h"

#include <torch/utils.h>

#include <algorithm>
#include <deque>
#include <vector>

namespace vit {

namespace {

constexpr std::size_t kRemembered = 10;
constexpr double kEnough = 1e-4;  // of the decrease that the slope promises (Armijo)
constexpr int kHalvings = 30;

struct Step {
    torch::Tensor move;    // of x
    torch::Tensor change;  // of the gradient
    double inverse;        // 1 / their product
};

double innerProduct(const torch::Tensor& a, const torch::Tensor& b) { return a.flatten().dot(b.flatten()).item<double>(); }

// The gradient by the inverse curvature that the steps tell of.
torch::Tensor direction(const torch::Tensor& gradient, const std::deque<Step>& steps) {
    torch::Tensor way = gradient.clone();
    std::vector<double> shares(steps.size());
    for (std::size_t i = steps.size(); i-- > 0;) {
        shares[i] = steps[i].inverse * innerProduct(steps[i].move, way);
        way.sub_(steps[i].change, shares[i]);
    }
    if (!steps.empty()) {
        const Step& last = steps.back();
        way.mul_(1 / (last.inverse * innerProduct(last.change, last.change)));
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        way.add_(steps[i].move, shares[i] - steps[i].inverse * innerProduct(steps[i].change, way));
    return way.neg_();
}

}  // namespace

std::int64_t minimize(torch::Tensor& x, const ValueAndGradient& function, const LbfgsLimits& limits,
                      const std::function<bool()>& goOn) {
    const torch::NoGradGuard noGrad;
    torch::Tensor gradient;
    double value = function(x, gradient);
    std::deque<Step> steps;
    for (std::int64_t iteration = 0; iteration < limits.iterations; ++iteration) {
        const double largest = gradient.abs().max().item<double>();
        if (largest <= limits.gradient || (goOn && !goOn())) return iteration;
        const torch::Tensor way = direction(gradient, steps);
        const double slope = innerProduct(gradient, way);
        double length = steps.empty() ? std::min(1.0, 1 / largest) : 1;
        torch::Tensor next, nextGradient;
        double nextValue = value;
        bool found = false;
        for (int halving = 0; halving < kHalvings && !found; ++halving, length /= 2) {
            next = x + way * length;
            nextValue = function(next, nextGradient);
            found = nextValue <= value + kEnough * length * slope;
        }
        if (!found) return iteration;  // as near as the numbers allow
        Step step{next - x, nextGradient - gradient, 0};
        const double curvature = innerProduct(step.move, step.change);
        if (curvature > 0) {
            step.inverse = 1 / curvature;
            steps.push_back(std::move(step));
            if (steps.size() > kRemembered) steps.pop_front();
        }
        x = next;
        gradient = nextGradient;
        value = nextValue;
    }
    return limits.iterations;
}

}  // namespace vit
