// SPDX-License-Identifier: GPL-3.0-or-later
// The parts that the example has not, against timm and PyTorch: the loss and every gradient, by the plain layers and by the
// fused kernels.
#include "core/model/fused/kernel_choice.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"

#include <torch/utils.h>

#include <QtTest>

using namespace vit;
using parity::Golden;

namespace {

constexpr double kStage = 1e-5;     // as of the example's parts (test_model.cpp)
constexpr double kGradient = 1e-4;

}  // namespace

class TestParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithPyTorch_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<KernelChoice>("kernels");
        for (const char* name : {"parts_timm", "parts_waves", "parts_stem", "parts_rms", "parts_small", "parts_eva",
                                 "parts_after"}) {
            QTest::addRow("%s, plain", name) << name << KernelChoice::Plain;
            QTest::addRow("%s, as the program chooses", name) << name << KernelChoice::Auto;
        }
    }

    void agreesWithPyTorch() {
        QFETCH(QString, name);
        QFETCH(KernelChoice, kernels);
        const Golden golden(name.toStdString());
        const Config config = golden.config();
        VisionTransformer model(config.model, config.head, ModelInput{3, golden.classes()});
        loadWeights(*model, golden.file(), "weights/");
        model->useFusedKernels(selectKernels(kernels, config.model, model->tokens(), torch::kCPU, false).fused);
        const std::string row = QTest::currentDataTag();

        const torch::Tensor logits = model(golden.imagesAt("images"), ForwardMode{true, 1, 0});
        QVERIFY2(m_comparison.agrees(row + ": logits", logits, golden.at("logits"), kStage), m_comparison.problem());
        const torch::Tensor loss = torch::cross_entropy_loss(logits, golden.at("labels"));
        QVERIFY2(m_comparison.agrees(row + ": loss", loss, golden.at("loss"), kStage), m_comparison.problem());
        loss.backward();
        std::size_t compared = 0;
        for (const auto& parameter : model->named_parameters()) {
            const std::string& key = parameter.key();
            ++compared;
            const torch::Tensor expected = golden.at("gradients/" + key);
            // A shift of all keys changes nothing: what is there is rounding.
            if (key.ends_with("k_norm.bias")) {
                QVERIFY(parameter.value().grad().abs().max().item<double>() < kGradient);
                continue;
            }
            QVERIFY2(m_comparison.agrees(row + ": gradient, " + key, parameter.value().grad(), expected, kGradient),
                     (key + ", " + m_comparison.problem()).c_str());
        }
        QCOMPARE(compared, golden.namesUnder("gradients/").size());
    }

    // As looked at and as trained it is one model.
    void looksAsItAnswers_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"parts_timm", "parts_waves", "parts_stem", "parts_rms", "parts_small", "parts_eva",
                                 "parts_after"})
            QTest::newRow(name) << name;
    }

    void looksAsItAnswers() {
        QFETCH(QString, name);
        const Golden golden(name.toStdString());
        const Config config = golden.config();
        VisionTransformer model(config.model, config.head, ModelInput{3, golden.classes()});
        loadWeights(*model, golden.file(), "weights/");
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = golden.imagesAt("images");
        QVERIFY2(m_comparison.agrees(name.toStdString() + ": trace", model->trace(images).logits, golden.at("logits"),
                                     kStage),
                 m_comparison.problem());
        QVERIFY2(m_comparison.agrees(name.toStdString() + ": without nothing", model->without(images, {}),
                                     golden.at("logits"), kStage),
                 m_comparison.problem());
    }

    void cleanupTestCase() { m_comparison.print("Parts"); }

private:
    parity::Comparison m_comparison;
};

QTEST_GUILESS_MAIN(TestParts)
#include "test_parts.moc"
