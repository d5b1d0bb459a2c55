// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps two kinds of numbers: images of a data set, and floating-point operations per second of a way to compute.
#include "ui/form/epoch_estimate.h"

#include "core/data/store/known_data.h"
#include "ui/bridge/settings.h"

namespace vit::ui {

namespace {

QString imagesKey(const Config& config) { return "images of " + QString::fromStdString(config.data.name); }

QString validationKey(const Config& config) { return "validation " + imagesKey(config); }

QString speedKey(const RunConfig& run, const QString& place) {
    const QString speed = QString("speed of %1 %2 %3 %4")
        .arg(int(run.device))
        .arg(int(run.precision))
        .arg(int(run.kernels))
        .arg(run.threads);
    return place.isEmpty() ? speed : speed + " on " + place;
}

// A training image costs a forward and a backward pass, a validation image a forward pass.
double epochFlops(double training, double forward, double trainImages, double validationImages) {
    return training * trainImages + forward * validationImages;
}

}  // namespace

void EpochEstimate::runStarted(const RunStarted& run, const std::optional<vit::ModelInput>& input, const QString& place) {
    m_run = run;
    m_input = input;
    m_runPlace = place;
    m_settings.setMeasured(imagesKey(run.config), double(run.trainImages + run.validationImages));
    if (run.config.data.validationSplit == ValidationSplit::Folder)
        m_settings.setMeasured(validationKey(run.config), double(run.validationImages));
}

void EpochEstimate::epochDone(const EpochDone& epoch) {
    constexpr double kTooShort = 0.3;  // seconds: most of such an epoch is around the computation
    if (epoch.seconds < kTooShort || !m_input) return;
    const double flops = epochFlops(trainingFlops(m_run.config, *m_input, epoch.epoch, epoch.epoch),
                                    derive(m_run.config, *m_input).forwardFlopsPerImage, double(m_run.trainImages),
                                    double(m_run.validationImages));
    m_settings.setMeasured(speedKey(m_run.config.run, m_runPlace), flops / epoch.seconds);
}

std::optional<double> EpochEstimate::seconds(const Config& config, const vit::ModelInput& input) const {
    double images = m_settings.measured(imagesKey(config));
    double speed = m_settings.measured(speedKey(config.run, m_place));
    const KnownData* data = findKnownData(config.data.name);
    if (images <= 0 && data != nullptr) images = static_cast<double>(data->counts.train);
    if (speed <= 0 && m_place.isEmpty() && m_guess) speed = m_guess(config);
    if (images <= 0 || speed <= 0) return std::nullopt;
    const bool own = config.data.validationSplit == ValidationSplit::Folder;
    const double validation = own ? m_settings.measured(validationKey(config)) : images * config.data.validationShare;
    const DerivedFacts facts = derive(config, input);
    return epochFlops(facts.trainingFlopsPerImage, facts.forwardFlopsPerImage, images - validation, validation) / speed;
}

}  // namespace vit::ui
