// SPDX-License-Identifier: GPL-3.0-or-later
// The table of hyperparameters: its rows, their texts, and the rules that a configuration must keep.
#include "core/config/presets.h"
#include "core/config/schema.h"

#include <QRegularExpression>
#include <QScopeGuard>
#include <QTest>

#include <cmath>
#include <limits>
#include <locale>
#include <set>
#include <string_view>

using namespace vit;

namespace {

QString firstIssue(const InvalidInput& fault) {
    return fault.issues().empty() ? QString::fromUtf8(fault.what())
                                  : QString::fromStdString(fault.issues()[0].key + ": " + fault.issues()[0].message);
}

// A value of the field's kind that differs from `value` and is in range.
Value anotherValue(const Field& field, const Value& value) {
    switch (field.kind) {
        case FieldKind::Boolean: return !std::get<bool>(value);
        case FieldKind::Integer: return std::get<std::int64_t>(value) + 1;
        case FieldKind::Real: return (std::get<double>(value) + field.minimum) / 2 + field.maximum / 64;
        case FieldKind::Choice:
            for (const Choice& choice : field.choices) {
                if (choice.value != std::get<std::string>(value)) return choice.value;
            }
            return value;
        case FieldKind::Text: return std::get<std::string>(value) + "-2";
        case FieldKind::IntegerList: return std::vector<std::int64_t>{7, 8, 9};
    }
    return value;
}

const Field& fieldOf(std::string_view key) {
    const Field* field = findField(key);
    if (!field) throw std::runtime_error("no such field in the schema");
    return *field;
}

// Numbers written through streams would show themselves by this.
struct CommaForPoint : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

}  // namespace

class TestSchema : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyMemberHasARow();
    void rowsAreComplete();
    void everyRowReachesItsOwnMember();
    void textsRoundTrip();
    void numbersIgnoreTheLocale();
    void writesNumbersAsPeopleDo_data();
    void writesNumbersAsPeopleDo();
    void parsesText_data();
    void parsesText();
    void refusesText_data();
    void refusesText();
    void saysTheRange_data();
    void saysTheRange();
    void assigns();
    void refusesAssignments_data();
    void refusesAssignments();
    void acceptsUsableConfigurations();
    void reportsProblems_data();
    void reportsProblems();
    void reportsInTheOrderOfTheSchema();
    void suggestedSizesAreRight();
    void saysWhatMatters();
    void referenceNamesEverything();
};

void TestSchema::everyMemberHasARow() {
    // Each binding names all members: a new one does not compile here until it is counted, and then needs its row.
    const Config config;
    [[maybe_unused]] const auto& [name, share, split, splitSeed, limit, balanced, photoFit, photoShare, photoFilter] =
        config.data;
    [[maybe_unused]] const auto& [flip, rotation, height, width, shift, erasing, alternating, policy, operations,
                                  magnitude, brightness, contrast, saturation, cutout, repeats] = config.augmentation;
    [[maybe_unused]] const auto& [image, across, patch, dim, heads, keyDim, mlp, layers, drop1, drop2, norm, eps, stem, pools,
                                  whitening, shifted, positions, qkvBias, qkNorm, attentionNorm, local, depthwise, layerScale,
                                  dropPath, activation, gated, mlpNorm, registers, registerPositions, preNorm, normPlace,
                                  lastGelu, initial, zeroOutputs] =
        config.model;
    [[maybe_unused]] const auto& [smoothing, mixup, cutmix, classWeights] = config.loss;
    [[maybe_unused]] const auto& [type, units, dropout] = config.head;
    [[maybe_unused]] const auto& [optimizer, rate, decay, convention, all, beta1, beta2, epsilon, momentum, nesterov,
                                  matrixRate, clip, ema, layerDecay, frozen, thaw, thawEpochs, loraRank, loraAlpha] =
        config.optimizer;
    [[maybe_unused]] const auto& [schedule, warmup, factor, power, drops, decayShare, planned] = config.schedule;
    [[maybe_unused]] const auto& [epochs, batch, seed, device, precision, threads, kernels, minutes, steps, keep,
                                  patience, measured, board, map, pinnedSteps, parts, views, bestBy] = config.run;
    QCOMPARE(schema().size(), std::size_t{9 + 15 + 34 + 3 + 4 + 19 + 7 + 18});
}

void TestSchema::rowsAreComplete() {
    std::set<std::string> keys;
    std::vector<std::string> groups;
    for (const Field& field : schema()) {
        QVERIFY2(keys.insert(field.key).second, field.key.c_str());
        QCOMPARE(findField(field.key), &field);
        QVERIFY2(!field.label.empty() && field.help.size() > 10 && field.help.back() == '.', field.key.c_str());
        QCOMPARE(QString::fromStdString(field.key).section('.', 0, 0),
                 QString::fromStdString(field.group).toLower());
        if (groups.empty() || groups.back() != field.group) groups.push_back(field.group);
        const bool ranged = field.kind == FieldKind::Integer || field.kind == FieldKind::Real ||
                            field.kind == FieldKind::IntegerList;
        if (ranged) QVERIFY2(field.minimum < field.maximum && field.step > 0, field.key.c_str());
        QCOMPARE(field.kind == FieldKind::Choice || field.kind == FieldKind::Text, !field.choices.empty());
        for (const Choice& choice : field.choices) {
            QVERIFY2(!choice.value.empty() && !choice.label.empty() && !choice.help.empty(), field.key.c_str());
        }
    }
    QCOMPARE(groups, schemaGroups());
    for (const Field& field : schema()) {
        if (field.only.key.empty()) continue;
        const Field* other = findField(field.only.key);
        QVERIFY2(other != nullptr, field.key.c_str());
        if (other->kind == FieldKind::Boolean) {
            const auto isOne = [&](const char* value) { return field.only.values == std::vector<std::string>{value}; };
            QVERIFY2(isOne("true") || isOne("false"), field.key.c_str());
            continue;
        }
        if (other->kind == FieldKind::Integer) {
            QVERIFY2(field.only.values.empty() && other->minimum == 0, field.key.c_str());
            continue;
        }
        QVERIFY2(other->kind == FieldKind::Choice, field.key.c_str());
        QVERIFY2(!field.only.values.empty() && field.only.values.size() < other->choices.size(), field.key.c_str());
        for (const std::string& value : field.only.values)
            QVERIFY2(std::ranges::count(other->choices, value, &Choice::value) == 1, field.key.c_str());
    }
    QVERIFY(findField("model.nothing") == nullptr);
    QVERIFY(findField("") == nullptr);
}

void TestSchema::everyRowReachesItsOwnMember() {
    for (const Field& field : schema()) {
        Config config;
        const Value value = anotherValue(field, field.get(config));
        field.set(config, value);
        QVERIFY2(field.get(config) == value, field.key.c_str());
        for (const Field& other : schema()) {
            if (&other != &field) QVERIFY2(other.get(config) == other.get(Config{}), other.key.c_str());
        }
    }
    // Every choice reaches a value of its own.
    for (const Field& field : schema()) {
        if (field.kind != FieldKind::Choice) continue;
        for (const Choice& choice : field.choices) {
            Config config;
            field.set(config, choice.value);
            QVERIFY2(field.get(config) == Value(choice.value), choice.value.c_str());
        }
        Config config;
        QVERIFY_EXCEPTION_THROWN(field.set(config, Value(std::string("nothing"))), InvalidInput);
    }
}

void TestSchema::textsRoundTrip() {
    for (const Field& field : schema()) {
        const Value first = field.get(Config{});
        for (const Value& value : {first, anotherValue(field, first)}) {
            QVERIFY2(parseText(field, toText(field, value)) == value, field.key.c_str());
        }
    }
}

void TestSchema::numbersIgnoreTheLocale() {
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaForPoint));
    const auto restore = qScopeGuard([&] { std::locale::global(before); });
    const Field& rate = fieldOf("optimizer.learning_rate");
    QCOMPARE(toText(rate, 0.5), std::string("0.5"));
    QVERIFY(parseText(rate, "0.5") == Value(0.5));
    QCOMPARE(toText(fieldOf("run.seed"), std::int64_t{1234567}), std::string("1234567"));
    QVERIFY(toJson(Config{}).find("\"learning_rate\": 0.001") != std::string::npos);
}

void TestSchema::writesNumbersAsPeopleDo_data() {
    QTest::addColumn<double>("number");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << 0.0 << "0";
    QTest::newRow("whole") << 3.0 << "3";
    QTest::newRow("thousandth") << 0.001 << "0.001";
    QTest::newRow("ten-thousandth") << 0.0001 << "0.0001";
    QTest::newRow("smaller") << 1e-5 << "1e-05";
    QTest::newRow("all digits") << 0.1 + 0.2 << "0.30000000000000004";
    QTest::newRow("negative") << -0.25 << "-0.25";
}

void TestSchema::writesNumbersAsPeopleDo() {
    QFETCH(double, number);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(toText(fieldOf("optimizer.learning_rate"), number)), text);
}

void TestSchema::parsesText_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("blanks around") << "run.epochs" << " 12 \n" << "12";
    QTest::newRow("plus") << "run.epochs" << "+12" << "12";
    QTest::newRow("least") << "run.epochs" << "1" << "1";
    QTest::newRow("most") << "run.epochs" << "100000" << "100000";
    QTest::newRow("exponent") << "optimizer.learning_rate" << "5e-4" << "0.0005";
    QTest::newRow("whole real") << "optimizer.learning_rate" << "1" << "1";
    QTest::newRow("no digit before the point") << "head.dropout" << ".5" << "0.5";
    QTest::newRow("yes") << "optimizer.decay_all" << "yes" << "true";
    QTest::newRow("off") << "optimizer.decay_all" << "off" << "false";
    QTest::newRow("choice") << "head.type" << "class-token" << "class-token";
    QTest::newRow("list") << "model.mlp_units" << "256,128" << "256, 128";
    QTest::newRow("list with blanks") << "model.mlp_units" << "256 128" << "256, 128";
    QTest::newRow("list as JSON") << "model.mlp_units" << "[256, 128]" << "256, 128";
    QTest::newRow("list of one") << "model.mlp_units" << "64" << "64";
    QTest::newRow("empty list") << "head.units" << "" << "";
    QTest::newRow("empty list as JSON") << "head.units" << "[]" << "";
    QTest::newRow("name of one's own") << "data.name" << "my birds" << "my birds";
}

void TestSchema::parsesText() {
    QFETCH(QString, key);
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const Field& field = fieldOf(key.toStdString());
    QCOMPARE(QString::fromStdString(toText(field, parseText(field, text.toStdString()))), expected);
}

void TestSchema::refusesText_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("no number") << "run.epochs" << "many" << "not a whole number: use 1 to 100,000 epochs";
    QTest::newRow("fraction") << "run.epochs" << "1.5" << "not a whole number";
    QTest::newRow("empty") << "run.epochs" << "" << "not a whole number";
    QTest::newRow("two signs") << "run.epochs" << "+-3" << "not a whole number";
    QTest::newRow("trailing letters") << "run.epochs" << "10x" << "not a whole number";
    QTest::newRow("beyond 64 bits") << "run.epochs" << "99999999999999999999" << "not a whole number";
    QTest::newRow("too small") << "run.epochs" << "0" << "out of range: use 1 to 100,000 epochs";
    QTest::newRow("too large") << "run.epochs" << "100001" << "100,001 is out of range";
    QTest::newRow("decimal comma") << "optimizer.learning_rate" << "0,001" << "not a number";
    QTest::newRow("nan") << "optimizer.learning_rate" << "nan" << "not a number";
    QTest::newRow("infinity") << "optimizer.learning_rate" << "inf" << "not a number";
    QTest::newRow("overflow") << "optimizer.learning_rate" << "1e999" << "not a number";
    QTest::newRow("all dropped") << "head.dropout" << "1" << "out of range: use 0 to 0.95";
    QTest::newRow("no boolean") << "optimizer.decay_all" << "maybe" << "not true or false";
    QTest::newRow("no choice") << "head.type" << "flaten" << "use flatten, gap, class-token, gap-norm";
    QTest::newRow("list with a gap") << "model.mlp_units" << "128,,64" << "not a list of whole numbers";
    QTest::newRow("list not ended") << "model.mlp_units" << "128," << "not a list of whole numbers";
    QTest::newRow("list with a letter") << "model.mlp_units" << "128, x" << "not a list of whole numbers";
    QTest::newRow("list with a zero") << "model.mlp_units" << "128, 0" << "0 is out of range";
    QTest::newRow("list too long") << "model.mlp_units" << QString("1 ").repeated(17) << "too many";
    QTest::newRow("no name") << "data.name" << "  " << "empty";
}

void TestSchema::refusesText() {
    QFETCH(QString, key);
    QFETCH(QString, text);
    QFETCH(QString, says);
    try {
        parseText(fieldOf(key.toStdString()), text.toStdString());
        QFAIL("was accepted");
    } catch (const InvalidInput& fault) {
        QCOMPARE(fault.issues().size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(fault.issues()[0].key), key);
        QVERIFY2(firstIssue(fault).contains(says), qPrintable(firstIssue(fault)));
    }
}

void TestSchema::saysTheRange_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("expected");
    QTest::newRow("integer") << "model.image_size" << "8 to 1,024 px";
    QTest::newRow("real") << "head.dropout" << "0 to 0.95";
    QTest::newRow("small real") << "model.norm_epsilon" << "1e-12 to 0.1";
    QTest::newRow("choice") << "model.positions" << "learned, sine-cosine, rotary, learned-rotary, relative or none";
    QTest::newRow("boolean") << "optimizer.decay_all" << "true or false";
    QTest::newRow("list") << "model.mlp_units" << "up to 16 whole numbers, each 1 to 65,536";
    QTest::newRow("text") << "data.name"
                          << "synthetic-shapes, cifar-10, cifar-100, mnist, fashion-mnist or one of your own";
}

void TestSchema::saysTheRange() {
    QFETCH(QString, key);
    QFETCH(QString, expected);
    QCOMPARE(QString::fromStdString(rangeText(fieldOf(key.toStdString()))), expected);
}

void TestSchema::saysWhatMatters() {
    Config config;
    QVERIFY(matters(fieldOf("optimizer.beta1"), config));
    QVERIFY(!matters(fieldOf("optimizer.momentum"), config));
    QVERIFY(!matters(fieldOf("schedule.final_factor"), config));
    assign(config, "optimizer.type=sgd");
    QVERIFY(!matters(fieldOf("optimizer.beta1"), config));
    QVERIFY(matters(fieldOf("optimizer.momentum"), config));
    QCOMPARE(QString::fromStdString(onlyText(fieldOf("optimizer.momentum"))), "Only with Optimizer: SGD or Muon.");
    QCOMPARE(onlyText(fieldOf("run.epochs")), std::string());

    const Field& alternating = fieldOf("augmentation.alternating_flip");
    QVERIFY(matters(alternating, config));
    assign(config, "augmentation.horizontal_flip=off");
    QVERIFY(!matters(alternating, config));
    QCOMPARE(onlyText(alternating), std::string("Only with Horizontal flip on."));

    const Field& thaw = fieldOf("optimizer.thaw");
    const Field& thawEpochs = fieldOf("optimizer.thaw_epochs");
    assign(config, "optimizer.thaw=block");
    QVERIFY(!matters(thaw, config));
    QVERIFY(!matters(thawEpochs, config));  // what it depends on has no effect itself
    assign(config, "optimizer.frozen_blocks=1");
    QVERIFY(matters(thaw, config));
    QVERIFY(matters(thawEpochs, config));
    QCOMPARE(onlyText(thawEpochs), std::string("Only with Thawing: Block by block or All at once."));
    assign(config, "optimizer.thaw=never");
    QVERIFY(matters(thaw, config));
    QVERIFY(!matters(thawEpochs, config));

    const Field& alpha = fieldOf("optimizer.lora_alpha");
    QVERIFY(!matters(alpha, config));
    assign(config, "optimizer.lora_rank=1");
    QVERIFY(matters(alpha, config));
    QCOMPARE(onlyText(alpha), std::string("Only with LoRA rank above 0."));
}

void TestSchema::assigns() {
    Config config;
    assign(config, "model.layers=3");
    assign(config, " head.units = ");
    assign(config, "data.name=a=b");
    QCOMPARE(config.model.layers, std::int64_t{3});
    QVERIFY(config.head.units.empty());
    QCOMPARE(config.data.name, std::string("a=b"));
}

void TestSchema::refusesAssignments_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("no equals sign") << "model.layers" << "write key=value";
    QTest::newRow("empty") << "" << "write key=value";
    QTest::newRow("near miss") << "model.layer=3" << "did you mean \"model.layers\"?";
    QTest::newRow("group left out") << "learning_rate=1" << "did you mean \"optimizer.learning_rate\"?";
    QTest::newRow("wrong group") << "optimizer.warmup_epochs=1" << "did you mean \"schedule.warmup_epochs\"?";
    QTest::newRow("nothing like it") << "qqq=1" << "reference";
    QTest::newRow("no key") << "=1" << "no such hyperparameter";
    QTest::newRow("bad value") << "model.layers=0" << "model.layers: 0 is out of range";
}

void TestSchema::refusesAssignments() {
    QFETCH(QString, text);
    QFETCH(QString, says);
    Config config;
    try {
        assign(config, text.toStdString());
        QFAIL("was accepted");
    } catch (const InvalidInput& fault) {
        QVERIFY2(firstIssue(fault).contains(says), qPrintable(firstIssue(fault)));
    }
    QVERIFY(config == Config{});
}

void TestSchema::acceptsUsableConfigurations() {
    QVERIFY(validate(Config{}).empty());
    Config config;
    config.head.units.clear();
    config.head.type = HeadType::ClassToken;
    config.data.validationShare = 0;
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = 99.5, .finalFactor = 0.1};
    config.model.mlpUnits = {64};
    QVERIFY(validate(config).empty());
    config.run.patience = 3;
    QVERIFY(!validate(config).empty());
    config.data.validationSplit = ValidationSplit::Folder;  // of which the share says nothing
    QVERIFY(validate(config).empty());
    config.optimizer.loraRank = 8;
    config.optimizer.frozenBlocks = config.model.layers;  // whose adapters begin to learn later
    config.optimizer.thaw = Thaw::AllAtOnce;
    config.optimizer.thawEpochs = config.run.epochs - 1;
    QVERIFY(validate(config).empty());
    config.optimizer = {};
    config.optimizer.thaw = Thaw::AllAtOnce;
    config.optimizer.thawEpochs = config.run.epochs;  // without effect, as nothing is frozen
    QVERIFY(validate(config).empty());
}

void TestSchema::reportsProblems_data() {
    using Change = std::function<void(Config&)>;
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const Change& change, const char* key, const char* says) {
        QTest::newRow(name) << change << key << says;
    };
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();

    row("patch", [](Config& c) { c.model.patchSize = 7; }, 
        "model.patch_size", "use patches of 6 or 8 px, or an image size of 70 or 77 px");
    row("patch above image", [](Config& c) { c.model.patchSize = 100; }, 
        "model.patch_size", "an image size of 100 px");
    row("prime image", [](Config& c) { c.model.imageSize = 71; }, 
        "model.patch_size", "use patches of 1 px, or an image size of 66 or 72 px");
    row("width", [](Config& c) { c.model.imageWidth = 100; },
        "model.patch_size",
        "An image of 100 px cannot be cut into patches of 6 px: use patches of 4 px, or an image width of 96 or 102 px");
    row("narrow", [](Config& c) { c.model.imageWidth = 6; }, "model.image_width", "at least 8 px; 0 is as wide as high");
    row("too many patches in rows", [](Config& c) {
        c.model.imageWidth = 1024;
        c.model.patchSize = 1;
        c.head.type = HeadType::GlobalAveragePooling;
    }, "model.patch_size", "73,728 patches");
    row("shift as far as the shorter side", [](Config& c) {
        c.model.imageWidth = 24;
        c.augmentation.shift = 24;
    }, "augmentation.shift", "Nothing of an image of 72 × 24 px would be left");
    row("too many patches", [](Config& c) {
        c.model.imageSize = 1024;
        c.model.patchSize = 1;
        c.head.type = HeadType::GlobalAveragePooling;
    }, "model.patch_size", "1,048,576 patches");
    row("zero patch", [](Config& c) { c.model.patchSize = 0; }, "model.patch_size", "0 is out of range");
    row("huge image", [](Config& c) { c.model.imageSize = kHuge; }, "model.image_size", "out of range");
    row("negative heads", [](Config& c) { c.model.heads = -1; }, "model.heads", "-1 is out of range");
    row("no MLP", [](Config& c) { c.model.mlpUnits.clear(); }, "model.mlp_units", "at least one dense layer: use 64");
    row("MLP end", [](Config& c) { c.model.mlpUnits = {64, 128}; }, 
        "model.mlp_units", "end with 64, or set the projection dimension to 128");
    row("MLP entry", [](Config& c) { c.model.mlpUnits = {0, 64}; }, "model.mlp_units", "0 is out of range");
    row("head entry", [](Config& c) { c.head.units = {100, -5}; }, "head.units", "-5 is out of range");
    row("too large", [](Config& c) { c.head.units = {60'000, 60'000}; }, 
        "model.projection_dim", "use smaller dimensions or fewer blocks, fewer head units or the gap head");
    row("NaN rate", [](Config& c) { c.optimizer.learningRate = kNan; }, 
        "optimizer.learning_rate", "nan is out of range");
    row("infinite decay", [](Config& c) { c.optimizer.weightDecay = kInfinity; }, 
        "optimizer.weight_decay", "inf is out of range");
    row("rate zero", [](Config& c) { c.optimizer.learningRate = 0; }, "optimizer.learning_rate", "out of range");
    row("decay takes all", [](Config& c) { c.optimizer.weightDecay = 1; }, 
        "optimizer.weight_decay", "use less than 1, or");
    row("decay takes all by the rate", [](Config& c) {
        c.optimizer = {.learningRate = 0.5, .weightDecay = 2, .decayConvention = DecayConvention::Keras};
    }, "optimizer.weight_decay", "use less than 2.");
    row("all held back", [](Config& c) { c.data.validationShare = 1; }, 
        "data.validation_share", "1 is out of range: use 0 to 0.95");
    row("path as name", [](Config& c) { c.data.name = "../birds"; }, "data.name", "not a path");
    row("hidden name", [](Config& c) { c.data.name = ".birds"; }, "data.name", "not a path");
    row("newline in name", [](Config& c) { c.data.name = "a\nb"; }, "data.name", "not a path");
    row("no name", [](Config& c) { c.data.name.clear(); }, "data.name", "empty");
    row("beta", [](Config& c) { c.optimizer.beta2 = 1; }, "optimizer.beta2", "out of range");
    row("warm-up", [](Config& c) { c.schedule.warmupEpochs = 100; }, 
        "schedule.warmup_epochs", "100 epochs is over before");
    row("matrix decay takes all", [](Config& c) {
        c.optimizer = {.type = OptimizerType::Muon, .weightDecay = 2, .decayConvention = DecayConvention::PyTorch,
                       .matrixRate = 0.5};
    }, "optimizer.weight_decay", "use less than 2.");
    row("shift", [](Config& c) { c.augmentation.shift = 72; }, "augmentation.shift", "use a smaller shift");
    row("cutout", [](Config& c) { c.augmentation.cutout = 72; }, "augmentation.cutout", "use a smaller square");
    row("more operations than there are sites for", [](Config& c) { c.augmentation.randomOperations = 5; },
        "augmentation.random_operations", "5 is out of range: use 1 to 4");
    row("magnitude", [](Config& c) { c.augmentation.randomMagnitude = 31; }, "augmentation.random_magnitude",
        "use 0 to 30");
    row("brightness", [](Config& c) { c.augmentation.brightness = 1.5; }, "augmentation.brightness", "use 0 to 1");
    row("no repeat", [](Config& c) { c.augmentation.repeats = 0; }, "augmentation.repeats", "use 1 to 10");
    row("repeats", [](Config& c) { c.augmentation.repeats = 11; }, "augmentation.repeats", "use 1 to 10");
    row("mixup", [](Config& c) { c.loss.mixup = -0.1; }, "loss.mixup", "use 0 to 10");
    row("more frozen blocks than there are", [](Config& c) { c.optimizer.frozenBlocks = c.model.layers + 1; },
        "optimizer.frozen_blocks", "freeze no more than those");
    row("nothing thaws in time", [](Config& c) {
        c.optimizer.frozenBlocks = 2;
        c.optimizer.thaw = Thaw::BlockByBlock;
        c.optimizer.thawEpochs = c.run.epochs = 5;
    }, "optimizer.thaw_epochs", "The run of 5 epochs is over before anything thaws: thaw earlier");
    row("no epoch between thaws", [](Config& c) { c.optimizer.thawEpochs = 0; }, "optimizer.thaw_epochs",
        "0 is out of range: use 1 to 100,000 epochs");
    row("a rank without end", [](Config& c) { c.optimizer.loraRank = 257; }, "optimizer.lora_rank", "use 0 to 256");
    row("adapters that add nothing", [](Config& c) { c.optimizer.loraAlpha = 0; }, "optimizer.lora_alpha",
        "out of range");
    row("adapters of frozen blocks", [](Config& c) {
        c.optimizer.loraRank = 8;
        c.optimizer.frozenBlocks = c.model.layers;
    }, "optimizer.lora_rank", "none is left for adapters");
    row("a layer decay that grows", [](Config& c) { c.optimizer.layerDecay = 1.1; }, "optimizer.layer_decay",
        "is out of range");
    row("an average that never moves", [](Config& c) { c.optimizer.emaDecay = 1; }, "optimizer.ema_decay",
        "use 0 to 0.999999");
    row("more parts than images",
        [](Config& c) {
            c.run.batchSize = 8;
            c.run.accumulate = 9;
        },
        "run.accumulate", "A batch of 8 images cannot be taken in 9 parts");
    row("no part", [](Config& c) { c.run.accumulate = 0; }, "run.accumulate", "0 is out of range");
    row("steps to nothing", [](Config& c) { c.schedule.type = ScheduleType::Steps; }, 
        "schedule.final_factor", "such as 0.01");
    row("epochs", [](Config& c) { c.run.epochs = 0; }, "run.epochs", "0 is out of range");
    row("seed", [](Config& c) { c.run.seed = -1; }, "run.seed", "-1 is out of range");
    row("fused kernels on a graphics card",
        [](Config& c) {
            c.run.kernels = KernelChoice::Fused;
            c.run.device = DeviceChoice::Cuda;
        },
        "run.kernels", "for the CPU");
    row("no such choice", [](Config& c) { c.head.type = static_cast<HeadType>(9); }, 
        "head.type", "none of its choices");
}

void TestSchema::reportsProblems() {
    QFETCH(std::function<void(Config&)>, change);
    QFETCH(QString, key);
    QFETCH(QString, says);
    Config config;
    change(config);
    const Issues issues = validate(config);
    QCOMPARE(issues.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(issues[0].key), key);
    const auto message = QString::fromStdString(issues[0].message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(message.endsWith('.'), qPrintable(message));
}

void TestSchema::reportsInTheOrderOfTheSchema() {
    Config config;
    config.run.epochs = 0;
    config.data.name.clear();
    config.model.patchSize = 7;
    config.model.mlpUnits = {1};
    std::vector<std::string> keys;
    for (const Issue& issue : validate(config)) keys.push_back(issue.key);
    QCOMPARE(keys, (std::vector<std::string>{"data.name", "model.patch_size", "model.mlp_units", "run.epochs"}));
}

void TestSchema::suggestedSizesAreRight() {
    // Whatever the sizes, following the advice must help.
    for (std::int64_t image = 8; image <= 100; ++image) {
        for (std::int64_t patch = 1; patch <= 40; ++patch) {
            Config config;
            config.model.imageSize = image;
            config.model.patchSize = patch;
            const Issues issues = validate(config);
            QCOMPARE(issues.empty(), image % patch == 0);
            if (issues.empty()) continue;
            const QString advice = QString::fromStdString(issues[0].message).section("use ", 1);
            const auto numbers = [](QString text) {
                return text.remove(QRegularExpression("[^0-9 ]")).simplified().split(' ');
            };
            for (const QString& number : numbers(advice.section(", or an image", 0, 0))) {
                QVERIFY2(image % number.toLongLong() == 0, qPrintable(advice));
            }
            for (const QString& number : numbers(advice.section(", or an image", 1))) {
                QVERIFY2(number.toLongLong() % patch == 0, qPrintable(advice));
                QVERIFY2(number.toLongLong() >= 8, qPrintable(advice));
            }
        }
    }
}

void TestSchema::referenceNamesEverything() {
    const auto text = QString::fromStdString(referenceText());
    for (const Field& field : schema()) {
        QVERIFY2(text.contains(QString::fromStdString("  " + field.key + " = ")), field.key.c_str());
        for (const Choice& choice : field.choices) QVERIFY(text.contains(QString::fromStdString(choice.value)));
    }
    for (const QString& line : text.split('\n')) QVERIFY2(line.size() <= 110, qPrintable(line));
}

QTEST_GUILESS_MAIN(TestSchema)
#include "test_schema.moc"
