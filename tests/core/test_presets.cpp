// SPDX-License-Identifier: GPL-3.0-or-later
// The presets: each can be trained, and none changes its size by accident.
#include "core/config/derived.h"
#include "core/config/presets.h"
#include "core/config/schema.h"

#include <QTest>

#include <map>
#include <set>

using namespace vit;

class TestPresets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void parameterCounts();
    void areComplete();
    void kerasExampleIsThePublishedOne();
    void firstStepsTakesAnyNumberOfEpochs();
    void unknownNameListsTheKnown();
};

void TestPresets::parameterCounts() {
    // A preset without a row here fails: its size has to be stated by whoever adds it.
    const std::map<std::string, std::int64_t> expected = {
        {"first-steps", 141'898},
        {"keras-example", 21'759'012},
        {"cifar-compact", 822'500},
        {"laptop-ten-minutes", 1'220'644},
        {"laptop-hour", 1'220'644},
        {"testing", 14'074},
    };
    QCOMPARE(presets().size(), expected.size());
    for (const Preset& preset : presets()) {
        QVERIFY2(expected.count(preset.name) == 1, preset.name.c_str());
        const ModelInput input{.channels = 3, .classes = preset.classes};
        QCOMPARE(derive(preset.config, input).parameters, expected.at(preset.name));
    }
}

void TestPresets::areComplete() {
    std::set<std::string> names;
    for (const Preset& preset : presets()) {
        QVERIFY2(names.insert(preset.name).second, preset.name.c_str());
        QVERIFY2(validate(preset.config).empty(), preset.name.c_str());
        QVERIFY(!preset.title.empty());
        QVERIFY(!preset.description.empty() && preset.description.back() == '.');
        QVERIFY(preset.classes > 1);
        QCOMPARE(&vit::preset(preset.name), &preset);
    }
}

void TestPresets::kerasExampleIsThePublishedOne() {
    const Preset& published = preset("keras-example");
    QCOMPARE(published.classes, std::int64_t{100});
    const Config& config = published.config;
    QCOMPARE(config.data.name, std::string("cifar-100"));
    QCOMPARE(config.data.validationShare, 0.1);
    QVERIFY((config.augmentation ==
             AugmentationConfig{.horizontalFlip = true, .rotation = 0.02, .zoomHeight = 0.2, .zoomWidth = 0.2}));
    QVERIFY((config.model == ModelConfig{.imageSize = 72, .patchSize = 6, .projectionDim = 64, .heads = 4, .keyDim = 64,
                                         .mlpUnits = {128, 64}, .layers = 8, .attentionDropout = 0.1,
                                         .mlpDropout = 0.1, .normEpsilon = 1e-6}));
    QVERIFY((config.head == HeadConfig{.type = HeadType::Flatten, .units = {2048, 1024}, .dropout = 0.5}));
    QVERIFY((config.optimizer ==
             OptimizerConfig{.learningRate = 0.001, .weightDecay = 0.0001,
                             .decayConvention = DecayConvention::Decoupled, .decayAll = true,
                             .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7}));
    QVERIFY(config.schedule == ScheduleConfig{});
    QCOMPARE(config.run.epochs, std::int64_t{100});
    QCOMPARE(config.run.batchSize, std::int64_t{256});
    QCOMPARE(config.run.precision, Precision::Float32);
}

// Whoever tries it with fewer epochs need not know of its schedule.
void TestPresets::firstStepsTakesAnyNumberOfEpochs() {
    Config config = preset("first-steps").config;
    QCOMPARE(config.schedule.type, ScheduleType::Cosine);
    for (const std::int64_t epochs : {1, 2, 100}) {
        config.run.epochs = epochs;
        QVERIFY(validate(config).empty());
    }
}

void TestPresets::unknownNameListsTheKnown() {
    try {
        preset("keras");
        QFAIL("was accepted");
    } catch (const InvalidInput& fault) {
        for (const Preset& known : presets()) {
            QVERIFY2(QString::fromUtf8(fault.what()).contains(QString::fromStdString(known.name)), fault.what());
        }
    }
}

QTEST_GUILESS_MAIN(TestPresets)
#include "test_presets.moc"
