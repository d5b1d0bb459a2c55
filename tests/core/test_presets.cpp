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
    void unknownNameListsTheKnown();
};

void TestPresets::parameterCounts() {
    // A preset without a row here fails: its size has to be stated by whoever adds it.
    const std::map<std::string, std::int64_t> expected = {
        {"first-steps", 141'898},
        {"keras-example", 21'759'012},
        {"cifar-compact", 822'500},
        {"testing", 14'074},
    };
    QCOMPARE(presets().size(), expected.size());
    for (const Preset& preset : presets()) {
        QVERIFY2(expected.count(preset.name) == 1, preset.name.c_str());
        QCOMPARE(derive(preset.config, {3, preset.classes}).parameters, expected.at(preset.name));
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
    QVERIFY((config.augmentation == AugmentationConfig{true, 0.02, 0.2, 0.2}));
    QVERIFY((config.model == ModelConfig{72, 6, 64, 4, 64, {128, 64}, 8, 0.1, 0.1, 1e-6}));
    QVERIFY((config.head == HeadConfig{HeadType::Flatten, {2048, 1024}, 0.5}));
    QVERIFY((config.optimizer == OptimizerConfig{0.001, 0.0001, DecayConvention::Decoupled, true, 0.9, 0.999, 1e-7}));
    QVERIFY(config.schedule == ScheduleConfig{});
    QCOMPARE(config.run.epochs, std::int64_t{100});
    QCOMPARE(config.run.batchSize, std::int64_t{256});
    QCOMPARE(config.run.precision, Precision::Float32);
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
