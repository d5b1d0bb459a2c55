// SPDX-License-Identifier: GPL-3.0-or-later
// Configurations as JSON: exact round trips, and everything wrong in a file named at once.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/io/atomic_file.h"

#include <QTemporaryDir>
#include <QTest>

using namespace vit;

class TestConfigJson : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrips();
    void keepsEveryBitOfANumber();
    void missingKeysKeepTheBase();
    void acceptsWholeNumbersForReals();
    void refuses_data();
    void refuses();
    void listsAllOffenders();
    void namesTheFile();
};

void TestConfigJson::roundTrips() {
    for (const Preset& preset : presets()) {
        Config other;  // nothing may come from the base
        other.run.seed = 99;
        other.head.units = {5};
        QVERIFY2(fromJson(toJson(preset.config), other) == preset.config, preset.name.c_str());
    }
}

void TestConfigJson::keepsEveryBitOfANumber() {
    Config config;
    config.optimizer.learningRate = 0.1 + 0.2;
    config.optimizer.epsilon = 4.9406564584124654e-16;
    config.run.seed = 4294967295;
    QVERIFY(fromJson(toJson(config)) == config);
}

void TestConfigJson::missingKeysKeepTheBase() {
    Config base;
    base.model.layers = 3;
    base.run.epochs = 7;
    Config expected = base;
    expected.model.heads = 2;
    QVERIFY(fromJson(R"({"model": {"heads": 2}, "run": {}})", base) == expected);
    QVERIFY(fromJson("{}", base) == base);
}

void TestConfigJson::acceptsWholeNumbersForReals() {
    QCOMPARE(fromJson(R"({"schedule": {"warmup_epochs": 5}})").schedule.warmupEpochs, 5.0);
}

void TestConfigJson::refuses_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* json, const char* says) {
        QTest::newRow(name) << QByteArray(json) << says;
    };
    row("empty", "", "line 1, column 1");
    row("comment", "{\n  // none\n}", "line 2, column 3");
    row("trailing garbage", "{} x", "line 1, column 4");
    row("trailing comma", R"({"run": {"epochs": 1,}})", "column 22");
    row("torn", R"({"run": {"epo)", "line 1");
    row("NaN", R"({"head": {"dropout": NaN}})", "column 22");
    row("number overflow", R"({"head": {"dropout": 1e999}})", "1e999");
    row("no UTF-8", "{\"data\": {\"name\": \"\xff\"}}", "UTF-8");
    row("doubled key", R"({"run": {"epochs": 1, "epochs": 2}})", "\"epochs\" is given twice");
    row("doubled group", R"({"run": {}, "run": {}})", "\"run\" is given twice");
    row("no object", "[1]", "must be a JSON object");
    row("unknown group", R"({"modle": {}})", "there are: data, augmentation, model, head, loss, optimizer, schedule, run");
    row("unknown key", R"({"model": {"patchsize": 6}})", "did you mean \"model.patch_size\"?");
    row("flat key", R"({"model.layers": 6})", "no such group");
    row("group no object", R"({"run": 3})", "must be an object");
    row("text for integer", R"({"run": {"epochs": "3"}})", "\"3\" is not a whole number");
    row("real for integer", R"({"run": {"epochs": 3.0}})", "3.0 is not a whole number");
    row("null", R"({"run": {"epochs": null}})", "null is not a whole number");
    row("beyond 63 bits", R"({"run": {"seed": 18446744073709551615}})", "not a whole number");
    row("boolean for real", R"({"head": {"dropout": true}})", "true is not a number");
    row("integer for boolean", R"({"optimizer": {"decay_all": 1}})", "1 is not true or false");
    row("integer for choice", R"({"head": {"type": 1}})", "1 is not one of its choices: use flatten");
    row("integer for list", R"({"model": {"mlp_units": 64}})", "64 is not a list of whole numbers");
    row("real in list", R"({"model": {"mlp_units": [64.5]}})", "not a list of whole numbers");
    row("out of range", R"({"run": {"epochs": 0}})", "run.epochs: 0 is out of range");
    row("negative", R"({"run": {"seed": -1}})", "-1 is out of range");
    row("unknown choice", R"({"head": {"type": "mean"}})", "\"mean\" is none of its choices");
    row("entry out of range", R"({"model": {"mlp_units": [0, 64]}})", "0 is out of range");
}

void TestConfigJson::refuses() {
    QFETCH(QByteArray, json);
    QFETCH(QString, says);
    try {
        fromJson(json.toStdString());
        QFAIL("was accepted");
    } catch (const InvalidInput& fault) {
        QVERIFY2(QString::fromUtf8(fault.what()).contains(says), fault.what());
    }
}

void TestConfigJson::listsAllOffenders() {
    try {
        fromJson(R"({"run": {"epochs": 0, "sed": 1}, "nothing": {}, "head": {"dropout": "x", "type": "gap"}})");
        QFAIL("was accepted");
    } catch (const InvalidInput& fault) {
        std::vector<std::string> keys;
        for (const Issue& issue : fault.issues()) keys.push_back(issue.key);
        QCOMPARE(keys, (std::vector<std::string>{"run.epochs", "run.sed", "nothing", "head.dropout"}));
    }
}

void TestConfigJson::namesTheFile() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("config.json").toStdString();
    QVERIFY_EXCEPTION_THROWN(loadConfig(path), Error);

    writeFileAtomically(path, std::string_view(R"({"model": {"layers": 2}})"));
    QCOMPARE(loadConfig(path).model.layers, std::int64_t{2});

    for (const char* wrong : {R"({"model": {"layers": 0}})", "{"}) {
        writeFileAtomically(path, std::string_view(wrong));
        try {
            loadConfig(path);
            QFAIL("was accepted");
        } catch (const InvalidInput& fault) {
            QVERIFY2(QString::fromUtf8(fault.what()).contains(QString::fromStdString(path)), fault.what());
        }
    }
}

QTEST_GUILESS_MAIN(TestConfigJson)
#include "test_config_json.moc"
