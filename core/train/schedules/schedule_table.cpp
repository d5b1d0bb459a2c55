// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes of schedules, a function and a row each.
#include "core/train/schedules/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vit {

namespace {

double constant(double, const ScheduleConfig&) { return 1; }

// Falls to finalFactor (Loshchilov & Hutter, "SGDR", 2017, one cycle).
double cosine(double progress, const ScheduleConfig& config) {
    return config.finalFactor + (1 - config.finalFactor) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

double polynomialTo(double end, double left, double power) { return end + (1 - end) * std::pow(left, power); }

double linear(double progress, const ScheduleConfig& config) {
    return polynomialTo(config.finalFactor, 1 - progress, 1);
}

double polynomial(double progress, const ScheduleConfig& config) {
    return polynomialTo(config.finalFactor, 1 - progress, config.power);
}

// Between n drops there are n + 1 flat pieces of the same length.
double steps(double progress, const ScheduleConfig& config) {
    const auto drops = static_cast<double>(config.drops);
    return std::pow(config.finalFactor, std::min(std::floor(progress * (drops + 1)), drops) / drops);
}

// Smith & Topin, "Super-convergence", 2018, with the shares that PyTorch takes.
double oneCycle(double progress, const ScheduleConfig& config) {
    constexpr double kClimb = 0.3, kStart = 1.0 / 25;
    const auto between = [](double from, double to, double share) {
        return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * share));
    };
    if (progress < kClimb) return between(kStart, 1, progress / kClimb);
    return between(1, config.finalFactor, (progress - kClimb) / (1 - kClimb));
}

// Hu et al., "MiniCPM", 2024; its warm-up is that of every schedule.
double warmStableDecay(double progress, const ScheduleConfig& config) {
    return polynomialTo(config.finalFactor, std::min((1 - progress) / config.decayShare, 1.0), 1);
}

constexpr ScheduleRow kSchedules[] = {
    {ScheduleType::Constant, constant},     {ScheduleType::Cosine, cosine}, {ScheduleType::Linear, linear},
    {ScheduleType::Polynomial, polynomial}, {ScheduleType::Steps, steps},   {ScheduleType::OneCycle, oneCycle},
    {ScheduleType::WarmStableDecay, warmStableDecay},
};

}  // namespace

std::span<const ScheduleRow> scheduleTable() { return kSchedules; }

}  // namespace vit
