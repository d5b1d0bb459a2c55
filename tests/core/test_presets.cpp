// SPDX-License-Identifier: GPL-3.0-or-later
// The presets: each can be trained, and none changes its size by accident.
#include "core/config/derived.h"
#include "core/config/learning_plan.h"
#include "core/config/parameter_plan.h"
#include "core/config/presets.h"
#include "core/config/schema.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace vit;

class TestPresets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void parameterCounts();
    void areComplete();
    void kerasExampleIsThePublishedOne();
    void firstStepsTakesAnyNumberOfEpochs();
    void unknownNameListsTheKnown();
    void aNightIsFilled();
    void theStrongOneIsNoLargerThanThePublished();
    void menuIsSortedByAim();
    void tuningLeavesModelAndData_data();
    void tuningLeavesModelAndData();
    void linearProbeFreezesEveryBlock_data();
    void linearProbeFreezesEveryBlock();
    void fineTuningIsTheLadders();
    void patienceNeedsValidation();
    void tuningNeedsAModel_data();
    void tuningNeedsAModel();
    void weightsAreShared_data();
    void weightsAreShared();
};

void TestPresets::parameterCounts() {
    // A preset without a row here fails: its size has to be stated by whoever adds it.
    const std::map<std::string, std::int64_t> expected = {
        {"first-steps", 141'898},
        {"keras-example", 21'759'012},
        {"cifar-compact", 822'500},
        {"laptop-ten-minutes", 1'220'644},
        {"laptop-hour", 1'220'644},
        {"a-night", 3'842'436},
        {"cifar100-strong", 18'497'764},
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
        for (const PresetEntry* known : presetMenu()) {
            QVERIFY2(QString::fromUtf8(fault.what()).contains(QString::fromStdString(known->name)), fault.what());
        }
    }
}

// Eight hours, between the speeds that two cores which multiply bf16 were measured to have: with the model of laptop-hour 460
// to 920 images a second.
void TestPresets::aNightIsFilled() {
    constexpr double kTrain = 45'000, kValidation = 5'000, kHour = 3600;
    const DerivedFacts hours = derive(preset("laptop-hour").config, {3, 100});
    const Config& night = preset("a-night").config;
    const DerivedFacts facts = derive(night, {3, 100});
    const double all = double(night.run.epochs) *
                       (kTrain * facts.trainingFlopsPerImage + kValidation * facts.forwardFlopsPerImage);
    const double slow = all / (460 * hours.trainingFlopsPerImage), fast = all / (920 * hours.trainingFlopsPerImage);
    QVERIFY2(fast > 4 * kHour && fast < 8 * kHour, qPrintable(QString::number(fast / kHour)));
    QVERIFY2(slow > 8 * kHour && slow < 12 * kHour, qPrintable(QString::number(slow / kHour)));
    QVERIFY(night.run.epochs >= 100 && night.run.epochs <= 150);
}

void TestPresets::theStrongOneIsNoLargerThanThePublished() {
    const Preset& strong = preset("cifar100-strong");
    QVERIFY(derive(strong.config, {3, 100}).parameters <= 22'000'000);
    QCOMPARE(strong.config.run.epochs, std::int64_t{100});
    for (const char* name : {"a-night", "cifar100-strong"})
        QVERIFY2(preset(name).description.find("never trained to its end") != std::string::npos, name);
}

void TestPresets::menuIsSortedByAim() {
    const std::vector<const PresetEntry*> menu = presetMenu();
    QCOMPARE(menu.size(), presets().size() + tuningPresets().size());
    QVERIFY(std::ranges::is_sorted(menu, {}, [](const PresetEntry* entry) { return entry->aim; }));
    std::set<std::string> names, titles;
    for (const PresetEntry* entry : menu) {
        QVERIFY2(names.insert(entry->name).second, entry->name.c_str());
        QVERIFY2(titles.insert(entry->title).second, entry->title.c_str());
        QVERIFY(!entry->description.empty() && entry->description.back() == '.');
        QVERIFY(*aimTitle(entry->aim) != '\0');
        QCOMPARE(&presetEntry(entry->name), entry);
    }
}

void TestPresets::tuningLeavesModelAndData_data() {
    QTest::addColumn<QString>("tuning");
    QTest::addColumn<QString>("model");
    for (const TuningPreset& tuning : tuningPresets())
        for (const Preset& model : presets())
            QTest::addRow("%s of %s", tuning.name.c_str(), model.name.c_str())
                << QString::fromStdString(tuning.name) << QString::fromStdString(model.name);
}

// Of an imported model, too, whose data and head are its own.
void TestPresets::tuningLeavesModelAndData() {
    QFETCH(QString, tuning);
    QFETCH(QString, model);
    Config before = preset(model.toStdString()).config;
    before.data = {.name = "mine", .validationShare = 0.2, .validationSplit = ValidationSplit::Stratified, .trainLimit = 300,
                   .photoFit = PhotoFit::Squash, .photoShare = 0.9, .photoFilter = PhotoFilter::Bicubic};
    before.optimizer.loraRank = 8;
    before.run.seed = 7;
    before.run.threads = 3;
    before.run.accumulate = 4;
    const Config after = applied(tuning.toStdString(), before);
    QVERIFY(after.data == before.data);
    QVERIFY(after.model == before.model);
    QVERIFY(after.head == before.head);
    QCOMPARE(after.run.seed, before.run.seed);
    QCOMPARE(after.run.threads, before.run.threads);
    QCOMPARE(after.run.precision, before.run.precision);

    QCOMPARE(after.optimizer.type, OptimizerType::AdamW);
    QCOMPARE(after.optimizer.decayConvention, DecayConvention::PyTorch);
    QCOMPARE(after.optimizer.loraRank, std::int64_t{0});
    QCOMPARE(after.schedule.type, ScheduleType::Cosine);
    QVERIFY(after.schedule.warmupEpochs > 0);
    QVERIFY(after.run.patience > 0);
    QCOMPARE(after.run.accumulate, std::int64_t{1});
    QVERIFY(validate(after).empty());
    QVERIFY(applied(tuning.toStdString(), after) == after);
}

void TestPresets::linearProbeFreezesEveryBlock_data() {
    QTest::addColumn<qlonglong>("layers");
    for (const int layers : {1, 2, 12, 40}) QTest::addRow("%d", layers) << qlonglong(layers);
}

void TestPresets::linearProbeFreezesEveryBlock() {
    QFETCH(qlonglong, layers);
    Config config = preset("laptop-hour").config;
    config.model.layers = layers;
    config = applied("linear-probe", config);
    QCOMPARE(config.optimizer.frozenBlocks, std::int64_t{layers});
    int learning = 0;
    for (const ParameterRow& row : parameterPlan(config.model, config.head, {})) {
        QCOMPARE(everLearns(row, config.optimizer), row.depth > layers);
        learning += everLearns(row, config.optimizer) ? 1 : 0;
    }
    QVERIFY(learning > 0);
}

void TestPresets::fineTuningIsTheLadders() {
    const Config& model = preset("laptop-hour").config;
    const Config config = applied("fine-tune", model);
    QVERIFY(config.optimizer == tuned(Tuning::AllBlocks, model, 3).optimizer);
    QCOMPARE(config.optimizer.frozenBlocks, std::int64_t{0});
    QVERIFY(config.optimizer.layerDecay >= 0.65 && config.optimizer.layerDecay <= 0.75);
    QVERIFY(config.optimizer.learningRate < preset("cifar-compact").config.optimizer.learningRate);
}

void TestPresets::patienceNeedsValidation() {
    Config config = preset("testing").config;
    config.data.validationShare = 0;
    for (const TuningPreset& tuning : tuningPresets()) {
        const Config after = applied(tuning.name, config);
        QCOMPARE(after.run.patience, std::int64_t{0});
        QVERIFY2(validate(after).empty(), tuning.name.c_str());
    }
}

void TestPresets::tuningNeedsAModel_data() {
    QTest::addColumn<QString>("name");
    for (const TuningPreset& tuning : tuningPresets())
        QTest::newRow(tuning.name.c_str()) << QString::fromStdString(tuning.name);
}

void TestPresets::tuningNeedsAModel() {
    QFETCH(QString, name);
    QVERIFY(isTuningPreset(name.toStdString()));
    try {
        preset(name.toStdString());
        QFAIL("was taken for a whole configuration");
    } catch (const InvalidInput& fault) {
        QVERIFY2(QString::fromUtf8(fault.what()).contains("--preset " + name + " --start-from RUN"), fault.what());
    }
}

void TestPresets::weightsAreShared_data() {
    QTest::addColumn<QString>("assigned");
    QTest::addColumn<bool>("shared");
    QTest::newRow("nothing") << "run.epochs=3" << true;
    QTest::newRow("dropout") << "model.mlp_dropout=0.3" << true;
    QTest::newRow("hidden layers of the head") << "head.units=64" << true;
    QTest::newRow("fewer blocks") << "model.layers=2" << false;
    QTest::newRow("wider MLPs") << "model.mlp_units=512,192" << false;
    QTest::newRow("more patches") << "model.image_size=64" << false;
    QTest::newRow("a class token") << "head.type=class-token" << false;
    QTest::newRow("other norms of queries") << "model.qk_norm=false" << false;
}

void TestPresets::weightsAreShared() {
    QFETCH(QString, assigned);
    QFETCH(bool, shared);
    const Config& model = preset("laptop-hour").config;
    Config other = model;
    assign(other, assigned.toStdString());
    QCOMPARE(sharesWeights(model, other), shared);
    QCOMPARE(sharesWeights(other, model), shared);
}

QTEST_GUILESS_MAIN(TestPresets)
#include "test_presets.moc"
