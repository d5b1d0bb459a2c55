// SPDX-License-Identifier: GPL-3.0-or-later
// The plain path's gradients in double precision against finite differences: the root that all faster paths hang on.
#include "core/device/device.h"
#include "core/model/vision_transformer.h"

#include <torch/utils.h>

#include <QtTest>

using namespace vit;

class TestGradients : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void areThoseOfFiniteDifferences_data();
    void areThoseOfFiniteDifferences();
};

void TestGradients::areThoseOfFiniteDifferences_data() {
    QTest::addColumn<HeadType>("head");
    QTest::addColumn<double>("rate");
    for (double rate : {0.0, 0.25}) {
        QTest::addRow("flatten, dropout %g", rate) << HeadType::Flatten << rate;
        QTest::addRow("gap, dropout %g", rate) << HeadType::GlobalAveragePooling << rate;
        QTest::addRow("class token, dropout %g", rate) << HeadType::ClassToken << rate;
    }
}

void TestGradients::areThoseOfFiniteDifferences() {
    QFETCH(HeadType, head);
    QFETCH(double, rate);
    Config config;
    config.model = {.imageSize = 9, .patchSize = 3, .projectionDim = 12, .heads = 2, .keyDim = 5,
                    .mlpUnits = {20, 12}, .layers = 2, .attentionDropout = rate, .mlpDropout = rate};
    config.head = {.type = head, .units = {14}, .dropout = rate};
    VisionTransformer network(config.model, config.head, ModelInput{3, 6});
    network->initialize(1);
    network->to(torch::kFloat64);
    torch::manual_seed(2);
    const torch::Tensor images = torch::randn({4, 3, 9, 9}, torch::kFloat64);
    const torch::Tensor labels = torch::tensor({0, 3, 5, 1});
    const auto loss = [&] {
        return torch::cross_entropy_loss(network(images, ForwardMode{true, 8, 9}), labels);
    };
    loss().backward();

    constexpr double kStep = 1e-5;  // of the central difference: an error of about kStep² times a third derivative
    const torch::NoGradGuard noGrad;
    for (const auto& parameter : network->named_parameters()) {
        torch::Tensor value = parameter.value();
        const torch::Tensor direction = torch::randn_like(value);
        value.add_(direction, kStep);
        const double above = loss().item<double>();
        value.sub_(direction, 2 * kStep);
        const double below = loss().item<double>();
        value.add_(direction, kStep);
        const double expected = (above - below) / (2 * kStep);
        const double slope = (value.grad() * direction).sum().item<double>();
        QVERIFY2(std::abs(slope - expected) < 1e-6 * std::max(1.0, std::abs(expected)),
                 qPrintable(QString("%1: %2, by differences %3")
                                .arg(QString::fromStdString(parameter.key()))
                                .arg(slope)
                                .arg(expected)));
    }
}

QTEST_GUILESS_MAIN(TestGradients)
#include "test_gradients.moc"
