// SPDX-License-Identifier: GPL-3.0-or-later
// No option of a model changes what the plain layers compute without the fused kernels following or refusing.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/variants.h"
#include "core/model/fused/fused_obstacle.h"
#include "core/model/fused/kernel_choice.h"
#include "core/model/parts/fused_kernels.h"
#include "core/model/vision_transformer.h"
#include "tests/support/instruction_set.h"

#include <torch/utils.h>

#include <QtTest>

using namespace vit;

namespace {

// Small, and with every part of a block at work.
Config base() {
    Config config;
    config.model = {.imageSize = 16, .patchSize = 4, .projectionDim = 16, .heads = 2, .keyDim = 8,
                    .mlpUnits = {32, 16}, .layers = 2, .attentionDropout = 0.1, .mlpDropout = 0.1};
    config.head = {.type = HeadType::GlobalAveragePooling, .units = {}, .dropout = 0};
    return config;
}

}  // namespace

class TestFusedObstacle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { VIT_SKIP_WITHOUT_KERNELS(); }
    void everyOptionAgreesOrIsRefused_data();
    void everyOptionAgreesOrIsRefused();
    void whatKnowsPlacesKnowsThoseOfASquare();
    void thePublishedModelIsKnown();
};

void TestFusedObstacle::everyOptionAgreesOrIsRefused_data() {
    QTest::addColumn<QString>("key");
    for (const Field& field : schema())
        if (field.key.starts_with("model.")) QTest::newRow(field.key.c_str()) << QString::fromStdString(field.key);
}

void TestFusedObstacle::everyOptionAgreesOrIsRefused() {
    QFETCH(QString, key);
    const Field& field = *findField(key.toStdString());
    int tried = 0;
    for (const Config& config : variants(field, base())) {
        ++tried;
        if (const std::string obstacle = fusedObstacle(config.model); !obstacle.empty()) {
            QVERIFY2(obstacle.find(field.key) != std::string::npos || obstacle.find("weights") != std::string::npos,
                     obstacle.c_str());
            QVERIFY_THROWS_EXCEPTION(std::runtime_error, makeFusedKernels(config.model, 16));
            continue;
        }
        VisionTransformer plain(config.model, config.head, ModelInput{3, 10});
        VisionTransformer fused(config.model, config.head, ModelInput{3, 10});
        plain->initialize(7, config.model);
        fused->initialize(7, config.model);
        fused->useFusedKernels(makeFusedKernels(config.model, fused->tokens()));
        torch::manual_seed(5);
        const ImageSize size = config.model.inputSize();
        const torch::Tensor images = torch::randn({3, 3, size.height, size.width});
        const torch::Tensor weights = torch::randn({3, 10});
        const auto gradients = [&](VisionTransformer& network) {
            (network(images, ForwardMode{true, 1, 2}) * weights).sum().backward();
            std::vector<torch::Tensor> all;
            for (const torch::Tensor& parameter : network->parameters()) all.push_back(parameter.grad().flatten());
            return torch::cat(all);
        };
        const torch::Tensor expected = gradients(plain), found = gradients(fused);
        const double off = ((found - expected).abs().max() / expected.abs().max()).item<double>();
        QVERIFY2(off < 1e-5, qPrintable(QString("%1: %2").arg(key).arg(off)));
    }
    QVERIFY2(tried > 0, "no other value of this option makes a valid model: give variants() one");
}

// To attention tokens are a list; a convolution over their grid or the image goes by rows and columns.
void TestFusedObstacle::whatKnowsPlacesKnowsThoseOfASquare() {
    ModelConfig oblong = base().model;
    oblong.imageWidth = 24;
    QCOMPARE(fusedObstacle(oblong), std::string());
    ModelConfig convolved = oblong, stemmed = oblong;
    convolved.mlpDepthwise = true;
    stemmed.stemWidths = {8};
    for (ModelConfig model : {convolved, stemmed}) {
        const std::string obstacle = fusedObstacle(model);
        QVERIFY2(obstacle.find("model.image_width = 24") != std::string::npos, obstacle.c_str());
        model.imageWidth = model.imageSize;
        QCOMPARE(fusedObstacle(model), std::string());
    }
}

void TestFusedObstacle::thePublishedModelIsKnown() {
    for (const Preset& known : presets()) QCOMPARE(fusedObstacle(known.config.model), std::string());
}

QTEST_GUILESS_MAIN(TestFusedObstacle)
#include "test_fused_obstacle.moc"
