// SPDX-License-Identifier: GPL-3.0-or-later
// Events as JSON lines: their keys, and the way back for those that a run's folder keeps.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/events/event_json.h"
#include "tests/support/thrown.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <limits>

using namespace vit;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

QJsonObject parsed(const Event& event) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(toJson(event))).object();
}

}  // namespace

class TestEventJson : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyEventIsOneNamedLine();
    void stepsRoundTrip();
    void layersRoundTrip();
    void epochsRoundTrip();
    void resultsRoundTrip();
    void numbersThatAreNotFinite();
    void nestedValues();
    void anyEventRoundTrips();
    void refusesWhatIsNoEvent();
    void mapsRoundTrip();
    void linesBeforeMapsAreRead();
    void refusesMaps_data();
    void refusesMaps();
    void oddBytesDoNotThrow();
    void missingKeysKeepTheDefault();
    void refuses_data();
    void refuses();
};

void TestEventJson::everyEventIsOneNamedLine() {
    const std::vector<std::pair<Event, QString>> events = {
        {RunStarted{}, "run_started"},         {StepDone{}, "step"},
        {EpochDone{}, "epoch"},                {CheckpointSaved{}, "checkpoint_saved"},
        {LayersMeasured{}, "layers"},
        {ProbePredicted{}, "probe_predicted"}, {PhaseChanged{}, "phase_changed"},
        {Message{{}, "a\nb"}, "message"},      {RunFinished{}, "run_finished"},
        {RunFailed{}, "run_failed"},
    };
    QCOMPARE(events.size(), std::variant_size_v<Event>);
    for (const auto& [event, name] : events) {
        QCOMPARE(parsed(event)["event"].toString(), name);
        QVERIFY(toJson(event).find('\n') == std::string::npos);
    }
}

void TestEventJson::stepsRoundTrip() {
    const StepDone step{{4.25, 0.1 + 0.2, 0.75}, 11, 2, 3, 8, 1e-3, 1234.5, 60, -1, 3e9};
    const StepDone read = stepDoneFromJson(toJson(Event(step)));
    QCOMPARE(read.step, step.step);
    QCOMPARE(read.epoch, step.epoch);
    QCOMPARE(read.stepInEpoch, step.stepInEpoch);
    QCOMPARE(read.stepsPerEpoch, step.stepsPerEpoch);
    // Exactly: QCOMPARE would let nearly equal numbers pass.
    for (const Metric& metric : kMetrics) QVERIFY2(read.*metric.value == step.*metric.value, metric.key);
    QVERIFY(read.learningRate == step.learningRate && read.imagesPerSecond == step.imagesPerSecond);
    QVERIFY(read.elapsedSeconds == step.elapsedSeconds && read.remainingSeconds == step.remainingSeconds);
    QVERIFY(read.memoryBytes == step.memoryBytes);
    // Scripts read these.
    QCOMPARE(QStringList(parsed(step).keys()),
             (QStringList{"accuracy", "elapsed_seconds", "epoch", "event", "images_per_second", "learning_rate", "loss",
                          "memory_bytes", "remaining_seconds", "step", "step_in_epoch", "steps_per_epoch",
                          "top5_accuracy"}));
}

void TestEventJson::layersRoundTrip() {
    const LayersMeasured measured{50, 2, {{0.1, 1e-3, -0.25, 1.5, kNan, kNan}, {0, 2e-3, 0.5, 2.5, 0.125, 0.75}}};
    const LayersMeasured read = layersMeasuredFromJson(toJson(Event(measured)));
    QCOMPARE(read.step, measured.step);
    QCOMPARE(read.epoch, measured.epoch);
    QCOMPARE(read.layers.size(), std::size_t{2});
    for (std::size_t i = 0; i < read.layers.size(); ++i) {
        for (const LayerStatistic& statistic : kLayerStatistics) {
            const double known = measured.layers[i].*statistic.value;
            const double found = read.layers[i].*statistic.value;
            QVERIFY2(found == known || (std::isnan(found) && std::isnan(known)), statistic.key);
        }
    }
    // Scripts read these: a list for each statistic, an entry for each layer.
    const QJsonObject lists = parsed(measured)["layers"].toObject();
    QCOMPARE(QStringList(lists.keys()),
             (QStringList{"attention_entropy", "dead_units", "gradient_norm", "output_deviation", "output_mean",
                          "update_ratio"}));
    QCOMPARE(lists["gradient_norm"].toArray(), (QJsonArray{0.1, 0}));
    QCOMPARE(lists["dead_units"].toArray(), (QJsonArray{QJsonValue(QJsonValue::Null), 0.125}));
}

void TestEventJson::epochsRoundTrip() {
    const EpochDone epoch{3, 10, 24, {1.5, 0.5, 0.9}, {1.75, 0.25, 0.8}, 5e-4, 12.5, 640, true};
    const EpochDone read = epochDoneFromJson(toJson(Event(epoch)));
    const auto& [number, epochs, step, train, validation, rate, seconds, speed, best] = read;
    QCOMPARE(number, epoch.epoch);
    QCOMPARE(epochs, epoch.epochs);
    QCOMPARE(step, epoch.step);
    QVERIFY(train.loss == 1.5 && train.accuracy == 0.5 && train.top5Accuracy == 0.9);
    QVERIFY(validation.loss == 1.75 && validation.accuracy == 0.25 && validation.top5Accuracy == 0.8);
    QVERIFY(rate == epoch.learningRate && seconds == epoch.seconds && speed == epoch.imagesPerSecond);
    QCOMPARE(QStringList(parsed(epoch)["train"].toObject().keys()),
             (QStringList{"accuracy", "loss", "top5_accuracy"}));
    QCOMPARE(best, true);
}

void TestEventJson::resultsRoundTrip() {
    const RunFinished result{StopReason::EarlyStopped, "a",  "/b/a",      3, 24, 2, 0.55, true,
                             {1.25, 0.5, 0.8},         99.5, "No better.", "bf16", "twice"};
    const RunFinished read = runFinishedFromJson(toJson(Event(result)));
    const auto& [reason, name, folder, epochs, steps, bestEpoch, bestAccuracy, tested, test, seconds, why, precision,
                 views] = read;
    QCOMPARE(precision, std::string("bf16"));
    QCOMPARE(views, std::string("twice"));
    QCOMPARE(reason, StopReason::EarlyStopped);
    QCOMPARE(why, std::string("No better."));
    QCOMPARE(name, result.runName);
    QCOMPARE(folder, result.runFolder);
    QCOMPARE(epochs, result.epochsDone);
    QCOMPARE(steps, result.stepsDone);
    QCOMPARE(bestEpoch, result.bestEpoch);
    QVERIFY(bestAccuracy == result.bestValidationAccuracy && seconds == result.seconds);
    QCOMPARE(tested, true);
    QVERIFY(test.loss == 1.25 && test.accuracy == 0.5 && test.top5Accuracy == 0.8);
    QCOMPARE(runFinishedFromJson(toJson(Event(RunFinished{}))).reason, StopReason::Completed);
}

void TestEventJson::numbersThatAreNotFinite() {
    EpochDone epoch;
    epoch.validation = {kNan, kNan, kNan};
    epoch.train.loss = std::numeric_limits<double>::infinity();
    QVERIFY(parsed(epoch)["validation"].toObject()["loss"].isNull());
    const EpochDone read = epochDoneFromJson(toJson(Event(epoch)));
    QVERIFY(std::isnan(read.validation.loss) && std::isnan(read.validation.accuracy));
    QVERIFY(std::isnan(read.train.loss));
    QCOMPARE(read.train.accuracy, 0.0);
}

void TestEventJson::nestedValues() {
    RunStarted run;
    run.config = preset("testing").config;
    run.classNames = {"cat", "dog"};
    QCOMPARE(parsed(run)["class_names"].toArray(), QJsonArray({"cat", "dog"}));
    const auto config = QJsonDocument(parsed(run)["config"].toObject()).toJson().toStdString();
    QVERIFY(fromJson(config) == run.config);

    ProbePredicted probe;
    probe.prediction.top = {{1, "dog", 0.75}, {0, "cat", 0.25}};
    probe.prediction.epoch = 4;
    probe.image = "probe.png";
    QCOMPARE(parsed(probe)["image"].toString(), QString("probe.png"));
    QCOMPARE(probePredictedFromJson(toJson(Event(probe))).image, probe.image);
    const QJsonObject prediction = parsed(probe)["prediction"].toObject();
    QCOMPARE(prediction["epoch"].toInt(), 4);
    QCOMPARE(prediction["top"].toArray()[0].toObject()["name"].toString(), QString("dog"));
    QCOMPARE(prediction["top"].toArray()[1].toObject()["probability"].toDouble(), 0.25);

    QCOMPARE(parsed(Message{Severity::Warning, "hot"})["severity"].toString(), QString("warning"));
    QCOMPARE(parsed(RunFailed{"", "no", {"run.device"}})["keys"].toArray(), QJsonArray({"run.device"}));
}

void TestEventJson::anyEventRoundTrips() {
    const Config config = preset("testing").config;
    RunStarted run{"a", "/b/a", config, "CPU", "fp32", "fused", 12'345, {"cat", "dog"}, 3, 2, 1, 4, 5, 6};
    run.config.optimizer.learningRate = 0.1 + 0.2;
    run.config.run.epochs = 77;
    ProbePredicted probe{{{{1, "dog", 0.75}, {0, "cat", 0.25}}, "a", 4, 16, true, 1.5}, "probe.png", {}};
    probe.map = KeptMap{"relevance", 2, 3, -0.1, 1.0 / 3, {0, 1, 127, 128, 254, 255}};
    const std::vector<Event> events = {
        run,
        StepDone{{4.25, 0.1 + 0.2, 0.75}, 11, 2, 3, 8, 1e-3, 1234.5, 60, -1, 3e9},
        LayersMeasured{50, 2, {{0.1, 1e-3, -0.25, 1.5, kNan, kNan}, {0, 2e-3, 0.5, 2.5, 0.125, 0.75}}},
        EpochDone{3, 10, 24, {1.5, 0.5, 0.9}, {kNan, kNan, kNan}, 5e-4, 12.5, 640, true},
        CheckpointSaved{"/b/a/best.safetensors", 3, true, 24},
        probe,
        PhaseChanged{"Reading", 3, 7},
        Message{Severity::Warning, "a\nb \"c\" \u2026"},
        RunFinished{StopReason::EarlyStopped, "a", "/b/a", 3, 24, 2, 0.55, true, {1.25, 0.5, 0.8}, 99.5, "No", "bf16",
                    "twice"},
        RunFailed{"a", "no", {"run.device", "run.threads"}}};
    QCOMPARE(events.size(), std::variant_size_v<Event>);
    for (std::size_t i = 0; i < events.size(); ++i) {
        QCOMPARE(events[i].index(), i);
        const Event read = eventFromJson(toJson(events[i]));
        QCOMPARE(read.index(), i);
        QCOMPARE(QString::fromStdString(toJson(read)), QString::fromStdString(toJson(events[i])));
    }
    const auto read = std::get<RunStarted>(eventFromJson(toJson(events[0])));
    QVERIFY(read.config == run.config && read.classNames == run.classNames && read.firstStep == run.firstStep);
    QVERIFY(std::get<Message>(eventFromJson(toJson(events[7]))).severity == Severity::Warning);
    QCOMPARE(std::get<RunFailed>(eventFromJson(toJson(events[9]))).keys.size(), std::size_t{2});
}

void TestEventJson::refusesWhatIsNoEvent() {
    for (const char* text : {"", "[]", "{}", R"({"event": "stepp"})", R"({"event": 1})"})
        QVERIFY2(!test::thrown<Error>([&] { eventFromJson(text); }).isEmpty(), text);
    const QString fault = test::thrown<Error>([] { eventFromJson(R"({"event": "run_failed", "keys": [1]})"); });
    QVERIFY2(fault.contains("\"keys\" has the wrong type"), qPrintable(fault));
    QVERIFY(!test::thrown<Error>([] { eventFromJson(R"({"event": "run_started", "config": {"no": 1}})"); }).isEmpty());
}

void TestEventJson::mapsRoundTrip() {
    ProbePredicted probe;
    probe.map = KeptMap{"relevance", 2, 3, -0.1, 1.0 / 3, {0, 1, 127, 128, 254, 255}};
    QVERIFY(probePredictedFromJson(toJson(Event(probe))).map == probe.map);
    const QJsonObject map = parsed(probe)["map"].toObject();
    QCOMPARE(map["levels"].toString(), QString("AAF/gP7/"));
    QCOMPARE(map["columns"].toInt(), 3);
    QVERIFY(!parsed(ProbePredicted{}).contains("map"));
    probe.map = KeptMap{"token-colours", 1, 2, 0, 1, {0, 1, 127, 128, 254, 255}};
    QVERIFY(probePredictedFromJson(toJson(Event(probe))).map == probe.map);
}

void TestEventJson::linesBeforeMapsAreRead() {
    const ProbePredicted probe =
        probePredictedFromJson(R"({"event": "probe_predicted", "prediction": {"top": [], "epoch": 3}})");
    QVERIFY(!probe.map);
    QCOMPARE(probe.prediction.epoch, std::int64_t{3});
}

void TestEventJson::refusesMaps_data() {
    QTest::addColumn<QByteArray>("map");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* map, const char* says) {
        QTest::newRow(name) << QByteArray(map) << says;
    };
    row("a list", "[]", "\"map\" has the wrong type");
    row("empty", "{}", "0 levels for 0 rows of 0");
    row("a level too few", R"({"rows": 2, "columns": 2, "low": 0, "high": 1, "levels": "AAAA"})",
        "3 levels for 2 rows of 2");
    row("two colours of three", R"({"rows": 2, "columns": 1, "low": 0, "high": 1, "levels": "AAAAAA=="})",
        "4 levels for 2 rows of 1");
    row("negative", R"({"rows": -1, "columns": -3, "low": 0, "high": 1, "levels": "AAAA"})", "rows of -3");
    row("a product that overflows",
        R"({"rows": 4294967296, "columns": 4294967297, "low": 0, "high": 1, "levels": "AAAA"})", "3 levels for");
    row("no base64", R"({"rows": 1, "columns": 3, "low": 0, "high": 1, "levels": "A!AA"})", "no base64 text");
    row("base64 with a blank", R"({"rows": 1, "columns": 3, "low": 0, "high": 1, "levels": "AAAA   \n"})",
        "no base64 text");
    row("padding at odd places", R"({"rows": 1, "columns": 1, "low": 0, "high": 1, "levels": "===="})",
        "no base64 text");
    row("levels are numbers", R"({"rows": 1, "columns": 1, "low": 0, "high": 1, "levels": [0]})",
        "\"levels\" has the wrong type");
    row("no scale", R"({"rows": 1, "columns": 3, "low": null, "high": 1, "levels": "AAAA"})", "from one number up");
    row("scale upside down", R"({"rows": 1, "columns": 3, "low": 2, "high": 1, "levels": "AAAA"})",
        "from one number up");
}

void TestEventJson::refusesMaps() {
    QFETCH(QByteArray, map);
    QFETCH(QString, says);
    const std::string line = R"({"event": "probe_predicted", "map": )" + map.toStdString() + "}";
    const QString fault = test::thrown<Error>([&] { probePredictedFromJson(line); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
}

void TestEventJson::oddBytesDoNotThrow() {
    const QJsonObject object = parsed(Message{Severity::Info, "a\xff" "b"});
    QCOMPARE(object["text"].toString(), QString("a\uFFFDb"));
}

void TestEventJson::missingKeysKeepTheDefault() {
    const StepDone step = stepDoneFromJson(R"({"event": "step", "step": 5, "of_a_later_version": 1})");
    QCOMPARE(step.step, std::int64_t{5});
    QCOMPARE(step.loss, 0.0);
}

void TestEventJson::refuses_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* line, const char* says) {
        QTest::newRow(name) << QByteArray(line) << says;
    };
    row("empty", "", "no JSON object");
    row("torn", R"({"event": "step", "ste)", "no JSON object");
    row("zeros", "\\u0000", "no JSON object");
    row("list", "[]", "no JSON object");
    row("no name", R"({"step": 1})", "no \"step\" event");
    row("another event", R"({"event": "epoch"})", "no \"step\" event");
    row("name no text", R"({"event": 1})", "no \"step\" event");
    row("text for integer", R"({"event": "step", "step": "1"})", "\"step\" has the wrong type");
    row("real for integer", R"({"event": "step", "step": 1.5})", "\"step\" has the wrong type");
    row("null for integer", R"({"event": "step", "step": null})", "\"step\" has the wrong type");
    row("text for real", R"({"event": "step", "loss": "1"})", "\"loss\" has the wrong type");
}

void TestEventJson::refuses() {
    QFETCH(QByteArray, line);
    QFETCH(QString, says);
    const QString fault = test::thrown<Error>([&] { stepDoneFromJson(line.toStdString()); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
}

QTEST_GUILESS_MAIN(TestEventJson)
#include "test_event_json.moc"
