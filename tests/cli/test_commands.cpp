// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli, run as a person or a script runs it: exit codes, output, and what it leaves on the disk.
#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/data/images/image.h"
#include "core/device/device.h"
#include "core/inspect/patches.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_lock.h"
#include "tests/support/files.h"
#include "tests/support/photo_folder.h"

#include <QtTest>

#include <csignal>
#include <filesystem>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

// What a line of `--json` says; fails the test if it is no JSON object.
QJsonObject parsedObject(const QString& text) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8(), &error);
    if (!document.isObject()) qWarning() << "no JSON object:" << text << error.errorString();
    return document.object();
}

QList<QJsonObject> parsedLines(const QString& text) {
    QList<QJsonObject> objects;
    for (const QString& line : text.split('\n', Qt::SkipEmptyParts)) objects << parsedObject(line);
    return objects;
}

QStringList eventNames(const QList<QJsonObject>& events) {
    QStringList names;
    for (const QJsonObject& event : events) names << event["event"].toString();
    return names;
}

// Left half red, right half blue.
vit::Image twoColours(int width, int height) {
    vit::Image image{width, height, 3, {}};
    for (int i = 0; i < width * height; ++i) {
        const bool left = i % width < width / 2;
        image.pixels.insert(image.pixels.end(), {std::uint8_t(left ? 255 : 0), 0, std::uint8_t(left ? 0 : 255)});
    }
    return image;
}

}  // namespace

class TestCommands : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;
    QString m_picture;

    QString path(const QString& name) const { return m_home.filePath(name); }

    bool write(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
    }

    QProcessEnvironment environment() const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", path("data"));
        return environment;
    }

    Finished run(const QStringList& arguments) const {
        QProcess process;
        process.setProcessEnvironment(environment());
        process.setWorkingDirectory(m_home.path());
        process.start(VIT_CLI_PATH, arguments);
        if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
    }

private Q_SLOTS:
    void initTestCase();
    void wrongUseEndsWithTwo_data();
    void wrongUseEndsWithTwo();
    void predictsBeforeAnyTraining();
    void helpEndsWithZero();
    void failureEndsWithOne();
    void presetsAreListed();
    void referenceNamesEveryHyperparameter();
    void configurationSurvivesItsFile();
    void dataAreListedAndDescribed();
    void imageOfADataSetIsWritten();
    void ownValidationImagesAreTakenUnlessToldOtherwise();
    void patchesAreDrawnAndCounted();
    void trainingTellsEventsAsJson();
    void trainedRunIsListedAndShown();
    void trainedRunIsNamedAndFound();
    void trainedRunIsEvaluated();
    void reportSaysWhatIsPrinted();
    void reportIsRefusedInWords();
    void trainedRunPredicts();
    void imageNamesMayBeOfAnyEncoding();
    void oneBadImageDoesNotHideTheOthers();
    void runFolderIsNeverOverwritten();
    void tuningTakesUpTheModel();
    void tuningWantsToKnowTheModel();
    void stoppedRunGoesOn();
    void runOfAGraphicsCardGoesOn();
    void numbersSayHowTheyCameAbout();
    void plainOutputHasNoControlCharacters();
    void pictureIsWatchedMeanwhile();
    void interruptStopsAndKeeps();
    void deletedRunLiesInTheTrash();
};

void TestCommands::initTestCase() {
    QVERIFY(m_home.isValid());
    m_picture = path("picture.png");
    vit::saveImage(twoColours(40, 30), m_picture.toStdString());
    QVERIFY(write("words.png", "These are words.\n"));
    QVERIFY(write("broken.json", R"({"model": {"layres": 3}})"));
}

void TestCommands::wrongUseEndsWithTwo_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("says");
    QTest::newRow("no command") << "" << "subcommand";
    QTest::newRow("unknown command") << "fly" << "fly";
    QTest::newRow("unknown command of a group") << "data fly" << "fly";
    QTest::newRow("unknown option") << "train --fast" << "--fast";
    QTest::newRow("unknown preset") << "train --preset nonsense" << "keras-example";
    QTest::newRow("unknown key names the nearest") << "train --set model.pach_size=6" << "model.patch_size";
    QTest::newRow("unknown key in a file") << "config --config broken.json" << "layres";
    QTest::newRow("more parts than images")
        << "train --preset testing --set run.accumulate=64" << "cannot be taken in 64 parts";
    QTest::newRow("value out of range") << "train --preset testing --set model.layers=-1" << "model.layers";
    QTest::newRow("no number") << "train --preset testing --set run.epochs=many" << "run.epochs";
    QTest::newRow("fields that do not fit") << "train --preset testing --set model.image_size=70" << "model.patch_size";
    QTest::newRow("no validation images of its own")
        << "train --preset testing --set data.validation_split=folder" << "sets no images aside for validation";
    QTest::newRow("unknown data set") << "train --preset testing --set data.name=nonsense" << "nonsense";
    QTest::newRow("data set that is not here") << "train --preset keras-example" << "vit-cli data download cifar-100";
    QTest::newRow("probe that is no picture") << "train --preset testing --probe words.png" << "words.png";
    QTest::newRow("no steps") << "train --preset testing --max-steps 0" << "--max-steps";
    QTest::newRow("unknown column to sort by") << "runs list --sort nonsense" << "vit-cli runs columns";
    QTest::newRow("filter with an unknown column") << "runs list --filter nonsense>3" << "nonsense";
    QTest::newRow("rename an unknown run") << "runs rename nonsense x" << "vit-cli runs list";
    QTest::newRow("delete an unknown run") << "runs delete nonsense" << "vit-cli runs list";
    QTest::newRow("resume with another configuration") << "train --resume x --preset testing" << "--resume";
    QTest::newRow("resume an unknown run") << "train --resume nonsense" << "nonsense";
    QTest::newRow("resume with other weights") << "train --resume x --start-from y" << "--start-from";
    QTest::newRow("start from an unknown run") << "train --preset testing --start-from nonsense" << "nonsense";
    QTest::newRow("tuning without weights")
        << "train --preset fine-tune" << "vit-cli train --preset fine-tune --start-from RUN";
    QTest::newRow("tuning that is no model") << "bench --preset linear-probe" << "not which one";
    QTest::newRow("tuning that is no configuration") << "config --preset fine-tune" << "--start-from RUN";
    QTest::newRow("start from a file that is not there")
        << "train --preset testing --start-from /nowhere/x.safetensors" << "/nowhere/x.safetensors is not there";
    QTest::newRow("evaluate an unknown run") << "evaluate nonsense" << "vit-cli runs list";
    QTest::newRow("evaluate before any training") << "evaluate" << "vit-cli train";
    QTest::newRow("patches of a missing file") << "patches missing.png --out grid.png" << "missing.png";
    QTest::newRow("patches of what is no image") << "patches words.png --out grid.png" << "words.png";
    QTest::newRow("patches to an unknown format") << "patches picture.png --out grid.xyz" << "grid.xyz";
    QTest::newRow("patches that do not fit") << "patches picture.png --out grid.png --patch-size 7" << "7";
    QTest::newRow("info of an unknown data set") << "data info nonsense" << "nonsense";
    QTest::newRow("add what does not exist") << "data add mine --from missing" << "missing";
    QTest::newRow("download an unknown data set") << "data download nonsense" << "nonsense";
    QTest::newRow("index beyond the end") << "data image synthetic-shapes --index 99999999 --out x.png" << "--index";
    QTest::newRow("export to an unknown format") << "export --format pdf --out x" << "--format";
    QTest::newRow("export an unknown run") << "export nonsense --format csv --out x.csv" << "nonsense";
    QTest::newRow("export all runs as a model") << "export --all-runs --format onnx --out x.onnx" << "--format csv";
    QTest::newRow("report that replaces without a report") << "evaluate --force" << "--report";
    QTest::newRow("unknown split") << "evaluate --split half" << "--split";
}

void TestCommands::wrongUseEndsWithTwo() {
    QFETCH(QString, arguments);
    QFETCH(QString, says);
    const Finished finished = run(arguments.split(' ', Qt::SkipEmptyParts));
    QVERIFY2(finished.code == 2, qPrintable(QString::number(finished.code) + ": " + finished.err));
    QVERIFY2(finished.err.contains(says), qPrintable(finished.err));
    QCOMPARE(finished.out, QString());
}

void TestCommands::predictsBeforeAnyTraining() {
    const Finished finished = run({"predict", "picture.png", "--json"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    QVERIFY2(finished.out.contains("came with the program"), qPrintable(finished.out));
    QCOMPARE(finished.out.count("\"probability\""), 5);
}

void TestCommands::helpEndsWithZero() {
    const Finished help = run({"train", "--help"});
    QCOMPARE(help.code, 0);
    QVERIFY(help.out.contains("--max-steps"));
    const Finished version = run({"--version"});
    QCOMPARE(version.code, 0);
    QVERIFY2(version.out.contains("libtorch"), qPrintable(version.out));
}

void TestCommands::failureEndsWithOne() {
    // The picture is right, but it cannot be written: the folder of the output is a file.
    const Finished finished = run({"patches", m_picture, "--out", m_picture + "/grid.png"});
    QVERIFY2(finished.code == 1, qPrintable(QString::number(finished.code) + ": " + finished.err));
    QVERIFY2(finished.err.contains("grid.png"), qPrintable(finished.err));
}

void TestCommands::presetsAreListed() {
    const Finished json = run({"presets", "--json"});
    QCOMPARE(json.code, 0);
    QHash<QString, QJsonObject> byName;
    for (const QJsonValue& value : QJsonDocument::fromJson(json.out.toUtf8()).array()) {
        const QJsonObject preset = value.toObject();
        byName.insert(preset["name"].toString(), preset);
        QVERIFY(!preset["description"].toString().isEmpty());
        QVERIFY(!preset["for"].toString().isEmpty());
        const bool whole = !preset["starts_from_weights"].toBool();
        QCOMPARE(preset.contains("config"), whole);
        QCOMPARE(preset["parameters"].toInteger() > 0, whole);
    }
    QVERIFY(byName["fine-tune"]["starts_from_weights"].toBool());
    QVERIFY(byName.contains("first-steps") && byName.contains("testing"));
    QCOMPARE(byName["keras-example"]["parameters"].toInteger(), 21759012);

    const Finished text = run({"presets"});
    QCOMPARE(text.code, 0);
    QVERIFY2(text.out.contains("21,759,012 parameters"), qPrintable(text.out));
    QVERIFY2(text.out.contains("My own photos:\n") && text.out.contains("needs --start-from RUN"), qPrintable(text.out));
}

void TestCommands::referenceNamesEveryHyperparameter() {
    const Finished finished = run({"config"});
    QCOMPARE(finished.code, 0);
    for (const vit::Field& field : vit::schema()) {
        QVERIFY2(finished.out.contains(QString::fromStdString(field.key)), field.key.c_str());
    }
}

void TestCommands::configurationSurvivesItsFile() {
    const Finished first =
        run({"config", "--preset", "testing", "--set", "run.epochs=3", "--set", "model.mlp_units=8,16"});
    QCOMPARE(first.code, 0);
    const QJsonObject config = parsedObject(first.out);
    QCOMPARE(config["run"]["epochs"].toInt(), 3);
    QCOMPARE(config["model"]["mlp_units"].toArray(), (QJsonArray{8, 16}));

    QVERIFY(write("config.json", first.out.toUtf8()));
    QCOMPARE(run({"config", "--config", path("config.json")}).out, first.out);
}

void TestCommands::dataAreListedAndDescribed() {
    const Finished list = run({"data", "list"});
    QCOMPARE(list.code, 0);
    QVERIFY2(list.out.contains("synthetic-shapes") && list.out.contains("cifar-100"), qPrintable(list.out));
    const Finished info = run({"data", "info", "synthetic-shapes"});
    QCOMPARE(info.code, 0);
    QVERIFY2(info.out.contains("built in") && info.out.contains("Classes"), qPrintable(info.out));
}

void TestCommands::imageOfADataSetIsWritten() {
    const QString out = path("shape.png");
    const Finished finished = run({"data", "image", "synthetic-shapes", "--index", "3", "--out", out});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    QVERIFY2(finished.out.contains("label: "), qPrintable(finished.out));
    QVERIFY(vit::loadImage(out.toStdString()).width > 0);
}

void TestCommands::ownValidationImagesAreTakenUnlessToldOtherwise() {
    using vit::test::writePhotos;
    const std::filesystem::path photos = path("photos").toStdString();
    writePhotos(photos / "train", 8, 2);
    writePhotos(photos / "valid", 3, 2, 100);
    writePhotos(photos / "test", 2, 2, 200);
    const Finished added = run({"data", "add", "own", "--from", path("photos")});
    QVERIFY2(added.code == 0 && added.out.contains("its own 6 validation images"), qPrintable(added.out + added.err));
    const Finished info = run({"data", "info", "own"});
    QVERIFY2(info.out.contains("16 for training, 6 for validation (its own), 4 for the test"), qPrintable(info.out));
    QVERIFY2(info.out.contains("16 images to train, 6 to validate, 4 to test."), qPrintable(info.out));
    QVERIFY(run({"data", "image", "own", "--split", "validation", "--index", "5", "--out", path("own.png")}).code == 0);
    QCOMPARE(run({"data", "image", "own", "--split", "validation", "--index", "6", "--out", path("own.png")}).code, 2);

    const auto trained = [&](const char* name, const QStringList& told) {
        QStringList arguments = {"train", "--preset", "testing", "--set", "data.name=own", "--max-steps", "1",
                                 "--run-dir", path(name), "--json"};
        const Finished finished = run(arguments + told);
        const QJsonObject config = QJsonDocument::fromJson(vit::test::readFile(path(name) + "/config.json")).object();
        return finished.code == 0 ? config["data"].toObject()["validation_split"].toString() : finished.err;
    };
    QCOMPARE(trained("as ever", {}), "folder");
    QCOMPARE(trained("told the split", {"--set", "data.validation_split=end"}), "end");
    QCOMPARE(trained("told the share", {"--set", "data.validation_share=0.3"}), "end");
    QVERIFY(write("told.json", run({"config", "--preset", "testing", "--set", "data.name=own"}).out.toUtf8()));
    QCOMPARE(trained("of a file", {"--config", path("told.json")}), "end");
}

void TestCommands::patchesAreDrawnAndCounted() {
    const QString out = path("grid.png");
    const Finished finished = run({"patches", m_picture, "--out", out, "--spacing", "3", "--scale", "2"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    QCOMPARE(finished.out,
             QString("Image size: 72 X 72\nPatch size: 6 X 6\nPatches per image: 144\nElements per patch: 108\n"));

    const vit::PatchGrid grid = vit::cutPatches(twoColours(30, 30), 72, 6);
    const vit::Image drawn = vit::loadImage(out.toStdString());
    QCOMPARE(drawn.width, vit::drawPatchGrid(grid, 3, 2, {255, 255, 255}).width);
    QCOMPARE(drawn.height, drawn.width);

    const Finished oblong = run({"patches", m_picture, "--out", out, "--image-size", "24", "--image-width", "42"});
    QVERIFY2(oblong.code == 0, qPrintable(oblong.err));
    QVERIFY2(oblong.out.startsWith("Image size: 24 X 42\n") && oblong.out.contains("Patches per image: 28\n"),
             qPrintable(oblong.out));
    const vit::Image rows = vit::loadImage(out.toStdString());
    QCOMPARE(QSize(rows.width, rows.height), QSize(42 * 4 + 6 * 2, 24 * 4 + 3 * 2));
}

void TestCommands::trainingTellsEventsAsJson() {
    const Finished finished = run({"train", "--preset", "testing", "--name", "first", "--json"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QList<QJsonObject> events = parsedLines(finished.out);
    const QStringList names = eventNames(events);
    QVERIFY2(names.contains("run_started"), qPrintable(names.join(' ')));
    QCOMPARE(names.count("epoch"), 2);
    QCOMPARE(names.last(), QString("run_finished"));
    QVERIFY(names.indexOf("run_started") < names.indexOf("step"));

    const QJsonObject& result = events.last();
    QCOMPARE(result["tested"].toBool(), true);
    const QDir folder(result["run_folder"].toString());
    QVERIFY2(folder.path().startsWith(m_home.path()), qPrintable(folder.path()));
    for (const char* file : {"config.json", "environment.json", "steps.jsonl", "epochs.jsonl", "log.txt",
                             "best.safetensors", "last.safetensors", "result.json"}) {
        QVERIFY2(folder.exists(file), file);
    }
}

void TestCommands::trainedRunIsListedAndShown() {
    const Finished list = run({"runs", "list"});
    QCOMPARE(list.code, 0);
    QVERIFY2(list.out.contains("first") && list.out.contains("finished"), qPrintable(list.out));
    const Finished json = run({"runs", "list", "--json"});
    QCOMPARE(QJsonDocument::fromJson(json.out.toUtf8()).array().size(), 1);
    const Finished shown = run({"runs", "show"});
    QCOMPARE(shown.code, 0);
    QVERIFY2(shown.out.contains("Loss") && shown.out.contains("validation"), qPrintable(shown.out));
}

void TestCommands::trainedRunIsNamedAndFound() {
    const QJsonArray all = QJsonDocument::fromJson(run({"runs", "list", "--json"}).out.toUtf8()).array();
    const QString name = all[0].toObject()["name"].toString();
    QCOMPARE(run({"runs", "rename", name, "my first"}).code, 0);
    QCOMPARE(run({"runs", "tag", "my first", "baseline", "small"}).code, 0);
    QCOMPARE(run({"runs", "tag", "my first", "small", "--remove"}).code, 0);
    QCOMPARE(run({"runs", "note", "my first", "one line"}).code, 0);
    const Finished shown = run({"runs", "show", "my first"});
    QVERIFY2(shown.out.contains("baseline") && shown.out.contains("one line"), qPrintable(shown.out));
    const QString listed = run({"runs", "list", "--filter", "baseline epochs_done=2", "--columns", "name,layers",
                                "--sort", "best_accuracy", "--ascending"}).out;
    QVERIFY2(listed.contains("my first") && listed.contains("Transformer blocks"), qPrintable(listed));
    QVERIFY(!run({"runs", "list", "--filter", "small"}).out.contains("my first"));
    QVERIFY(run({"runs", "columns"}).out.contains("optimizer.learning_rate"));
    QCOMPARE(run({"runs", "rename", "my first", name}).code, 0);
}

void TestCommands::trainedRunIsEvaluated() {
    const Finished test = run({"evaluate", "--json"});
    QVERIFY2(test.code == 0, qPrintable(test.err));
    const QJsonObject result = parsedObject(test.out);
    QCOMPARE(result["split"].toString(), QString("test"));
    QVERIFY(result["images"].toInt() > 0);
    QVERIFY(result["accuracy"].toDouble() >= 0 && result["accuracy"].toDouble() <= result["top5_accuracy"].toDouble());

    // The same as the training itself measured at its end: the best weights on the test images.
    const QJsonArray runs = QJsonDocument::fromJson(run({"runs", "list", "--json"}).out.toUtf8()).array();
    const QString folder = runs.first().toObject()["folder"].toString();
    QFile file(folder + "/result.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject own = QJsonDocument::fromJson(file.readAll()).object();
    QVERIFY(qAbs(result["accuracy"].toDouble() - own["test"]["accuracy"].toDouble()) < 1e-6);

    const Finished validation = run({"evaluate", "--split", "validation", folder});
    QCOMPARE(validation.code, 0);
    QVERIFY2(validation.out.contains("validation"), qPrintable(validation.out));

    // Its own data by their name are no others.
    const QString data = result["data"].toString();
    QCOMPARE(parsedObject(run({"evaluate", "--data", data, "--json"}).out)["loss"], result["loss"]);
    const Finished unknown = run({"evaluate", "--data", "nonsense"});
    QCOMPARE(unknown.code, 2);
    QVERIFY2(unknown.err.contains("nonsense"), qPrintable(unknown.err));
}

void TestCommands::reportSaysWhatIsPrinted() {
    const Finished plain = run({"evaluate", "--json"});
    const Finished inDepth = run({"evaluate", "--report", path("report"), "--json"});
    QVERIFY2(inDepth.code == 0, qPrintable(inDepth.err));
    const QJsonObject printed = parsedObject(inDepth.out);
    const QJsonObject summary = parsedObject(QString::fromUtf8(vit::test::readFile(path("report/summary.json"))));
    for (const char* key : {"run", "data", "split", "images", "accuracy", "top5_accuracy", "loss", "precision"})
        QCOMPARE(summary[key], printed[key]);
    for (const char* key : {"accuracy", "top5_accuracy", "images"})
        QCOMPARE(parsedObject(plain.out)[key], printed[key]);
    QVERIFY(qAbs(parsedObject(plain.out)["loss"].toDouble() - printed["loss"].toDouble()) < 1e-5);

    // The same once more, from the row of each image.
    const QStringList rows = QString::fromUtf8(vit::test::readFile(path("report/predictions.csv"))).split('\n');
    int images = 0, right = 0, amongFive = 0;
    for (const QString& row : rows.mid(1)) {
        if (row.isEmpty()) continue;
        const QStringList cells = row.split(',');
        QCOMPARE(cells[0].toInt(), images++);
        QCOMPARE(cells[2], cells[4]);
        right += cells[1] == cells[2];
        amongFive += cells.mid(4).contains(cells[1]);
    }
    QCOMPARE(images, printed["images"].toInt());
    QCOMPARE(double(right) / images, printed["accuracy"].toDouble());
    QCOMPARE(double(amongFive) / images, printed["top5_accuracy"].toDouble());

    // Kept with the run, and so in its report.
    const QJsonArray runs = QJsonDocument::fromJson(run({"runs", "list", "--json"}).out.toUtf8()).array();
    const QString folder = runs.first().toObject()["folder"].toString();
    const QJsonObject kept = parsedObject(QString::fromUtf8(vit::test::readFile(folder + "/evaluation-test.json")));
    for (const QString& key : summary.keys()) QCOMPARE(kept[key], summary[key]);
    QVERIFY(kept.contains("confusion"));
    QCOMPARE(run({"export", "--format", "report", "--out", path("run.html")}).code, 0);
    const QString percent = QString::fromStdString(vit::percentText(printed["accuracy"].toDouble()));
    QVERIFY(QString::fromUtf8(vit::test::readFile(path("run.html"))).contains("<td>" + percent + " ("));

    const Finished text = run({"evaluate", "--split", "validation", "--report", path("report"), "--force"});
    QVERIFY2(text.code == 0, qPrintable(text.err));
    for (const char* part : {"validation", "Top-5 accuracy", "Calibration error", "Temperature", "report.html"})
        QVERIFY2(text.out.contains(part), qPrintable(QString(part) + " is not in\n" + text.out));
}

void TestCommands::reportIsRefusedInWords() {
    const Finished taken = run({"evaluate", "--report", path("report")});
    QCOMPARE(taken.code, 2);
    QVERIFY2(taken.err.contains("is there already"), qPrintable(taken.err));
    const Finished file = run({"evaluate", "--report", m_picture});
    QCOMPARE(file.code, 2);
    QVERIFY2(file.err.contains("is a file: name a folder"), qPrintable(file.err));
    const Finished below = run({"evaluate", "--report", m_picture + "/below"});
    QCOMPARE(below.code, 1);
    QVERIFY2(below.err.contains("Cannot make the folder"), qPrintable(below.err));
}

void TestCommands::trainedRunPredicts() {
    const Finished finished = run({"predict", m_picture, "--top", "5", "--json"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QJsonArray top = parsedObject(finished.out)["top"].toArray();
    QCOMPARE(top.size(), 5);
    double sum = 0;
    double last = 1;
    for (const QJsonValue& entry : top) {
        QVERIFY(!entry["name"].toString().isEmpty());
        QVERIFY(entry["probability"].toDouble() <= last);
        last = entry["probability"].toDouble();
        sum += last;
    }
    QVERIFY(sum > 0 && sum <= 1 + 1e-6);

    const Finished half = run({"predict", m_picture, "--top", "5", "--precision", "bf16", "--json"});
    QVERIFY2(half.code == 0, qPrintable(half.err));
    const QJsonArray rounded = parsedObject(half.out)["top"].toArray();
    QVERIFY(rounded != top);
    QVERIFY(std::abs(rounded[0]["probability"].toDouble() - top[0]["probability"].toDouble()) < 0.02);
    const Finished other = run({"predict", m_picture, "--precision", "half"});
    QCOMPARE(other.code, 2);
    QVERIFY2(other.err.contains("bf16"), qPrintable(other.err));

    const Finished text = run({"predict", m_picture, "--top", "2"});
    QCOMPARE(text.out.count('\n'), 3);
}

void TestCommands::imageNamesMayBeOfAnyEncoding() {
    const std::filesystem::path latin = m_home.path().toStdString() + "/caf\xE9.png";
    std::filesystem::copy_file(m_picture.toStdString(), latin);
    QProcess shell;  // which can say what no QString can
    shell.setProcessEnvironment(environment());
    shell.setWorkingDirectory(m_home.path());
    shell.start("/bin/sh", {"-c", QString("'%1' predict --json caf*.png").arg(VIT_CLI_PATH)});
    QVERIFY(shell.waitForFinished(120000));
    std::filesystem::remove(latin);  // QTemporaryDir cannot
    const QByteArray problem = shell.readAllStandardError();
    QVERIFY2(shell.exitCode() == 0, problem.constData());
    QCOMPARE(parsedObject(QString::fromUtf8(shell.readAllStandardOutput()))["image"].toString(),
             QString("caf\uFFFD.png"));
}

void TestCommands::oneBadImageDoesNotHideTheOthers() {
    const Finished finished = run({"predict", "missing.png", m_picture, "--json"});
    QCOMPARE(finished.code, 2);
    QVERIFY2(finished.err.contains("missing.png"), qPrintable(finished.err));
    QCOMPARE(parsedLines(finished.out).size(), 1);
}

void TestCommands::runFolderIsNeverOverwritten() {
    const QString folder = path("own-run");
    const QStringList train = {"train", "--preset", "testing", "--max-steps", "2", "--run-dir", folder};
    QCOMPARE(run(train).code, 0);
    QVERIFY(QFile::exists(folder + "/config.json"));
    const Finished again = run(train);
    QCOMPARE(again.code, 2);
    QVERIFY2(again.err.contains("own-run"), qPrintable(again.err));
}

// From a run, from its own file of weights and from an exported one.
void TestCommands::tuningTakesUpTheModel() {
    const QString base = path("tuned-from");
    QCOMPARE(run({"train", "--preset", "testing", "--set", "model.layers=3", "--max-steps", "2", "--run-dir", base}).code, 0);
    QCOMPARE(run({"export", base, "--format", "safetensors", "--out", path("exported.safetensors")}).code, 0);
    const vit::Config model = vit::loadConfig((base + "/config.json").toStdString());
    const QStringList origins = {base, base + "/best.safetensors", path("exported.safetensors")};
    for (const QString& origin : origins) {
        const QString folder = path("tuned-%1").arg(origins.indexOf(origin));
        const Finished tuned = run({"train", "--preset", "linear-probe", "--start-from", origin, "--set", "run.seed=9",
                                    "--max-steps", "1", "--run-dir", folder});
        QVERIFY2(tuned.code == 0, qPrintable(origin + ": " + tuned.err));
        const vit::Config config = vit::loadConfig((folder + "/config.json").toStdString());
        QVERIFY2(config.model == model.model && config.head == model.head && config.data == model.data, qPrintable(origin));
        QCOMPARE(config.optimizer.frozenBlocks, std::int64_t{3});
        QCOMPARE(config.run.seed, std::int64_t{9});
    }
}

void TestCommands::tuningWantsToKnowTheModel() {
    const QString base = path("moved-from");
    QCOMPARE(run({"train", "--preset", "testing", "--max-steps", "2", "--run-dir", base}).code, 0);
    QVERIFY(QFile::copy(base + "/best.safetensors", path("loose.safetensors")));
    const Finished refused = run({"train", "--preset", "fine-tune", "--start-from", path("loose.safetensors")});
    QCOMPARE(refused.code, 2);
    QVERIFY2(refused.err.contains("does not say which model it is of") && refused.err.contains("vit-cli import"),
             qPrintable(refused.err));
}

void TestCommands::stoppedRunGoesOn() {
    // testing has 2 epochs of 8 steps: stopped in the second one.
    const Finished stopped = run({"train", "--preset", "testing", "--name", "stopped", "--max-steps", "10", "--json"});
    QVERIFY2(stopped.code == 0, qPrintable(stopped.err));
    const QJsonObject end = parsedLines(stopped.out).last();
    QCOMPARE(end["reason"].toString(), QString("stopped"));
    QCOMPARE(end["epochs_done"].toInt(), 1);

    const Finished resumed = run({"train", "--resume", end["run_name"].toString(), "--json"});
    QVERIFY2(resumed.code == 0, qPrintable(resumed.err));
    const QList<QJsonObject> events = parsedLines(resumed.out);
    QCOMPARE(eventNames(events).count("epoch"), 1);
    QCOMPARE(events.last()["reason"].toString(), QString("completed"));
    QCOMPARE(events.last()["epochs_done"].toInt(), 2);
    QCOMPARE(events.last()["run_folder"].toString(), end["run_folder"].toString());
}

void TestCommands::runOfAGraphicsCardGoesOn() {
    if (vit::cudaProblem().empty()) QSKIP("There is a graphics card.");
    const QString folder = path("from-elsewhere");
    QCOMPARE(run({"train", "--preset", "testing", "--max-steps", "3", "--run-dir", folder}).code, 0);
    vit::Config config = vit::loadConfig((folder + "/config.json").toStdString());
    config.run.device = vit::DeviceChoice::Cuda;
    vit::writeFileAtomically((folder + "/config.json").toStdString(), vit::toJson(config));

    const Finished refused = run({"train", "--resume", folder});
    QCOMPARE(refused.code, 2);
    const QString way = "--resume " + folder + " --device cpu";
    QVERIFY2(refused.err.contains(way), qPrintable(refused.err));
    const Finished resumed = run(QStringList{"train", "--max-steps", "5"} + way.split(' '));
    QVERIFY2(resumed.code == 0, qPrintable(resumed.err));
    const Finished evaluated = run({"evaluate", folder});
    QVERIFY2(evaluated.code == 0 && evaluated.out.contains("Device"), qPrintable(evaluated.err));
    QCOMPARE(run({"train", "--preset", "testing", "--device", "cpu"}).code, 2);  // that is --set run.device=cpu
}

// Mirror images in the test, and averaged weights in the validation.
void TestCommands::numbersSayHowTheyCameAbout() {
    const QString folder = path("mirrored"), views = "of each image and its mirror image";
    const Finished trained = run({"train", "--preset", "testing", "--set", "run.test_views=mirrored", "--set",
                                  "optimizer.ema_decay=0.9", "--set", "run.epochs=1", "--run-dir", folder});
    QVERIFY2(trained.code == 0 && trained.out.contains("Test views") && trained.out.contains(views),
             qPrintable(trained.out + trained.err));
    QVERIFY(trained.out.contains("Validation of the plain weights, without averaging: loss"));
    const Finished evaluated = run({"evaluate", folder});
    QVERIFY2(evaluated.code == 0 && evaluated.out.contains(views), qPrintable(evaluated.out));
    QVERIFY(!run({"evaluate", folder, "--split", "validation"}).out.contains(views));
    const QJsonObject test = parsedObject(run({"evaluate", folder, "--json"}).out);
    QCOMPARE(test["views"].toString(), views);
    QFile file(folder + "/result.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject own = QJsonDocument::fromJson(file.readAll()).object();
    QCOMPARE(own["test_views"].toString(), views);
    QVERIFY(qAbs(test["loss"].toDouble() - own["test"]["loss"].toDouble()) < 1e-6);
    QFile log(folder + "/log.txt");
    QVERIFY(log.open(QIODevice::ReadOnly));
    QVERIFY(QString::fromUtf8(log.readAll()).contains("without averaging"));
}

void TestCommands::plainOutputHasNoControlCharacters() {
    const Finished finished = run({"train", "--preset", "testing", "--max-steps", "9", "--test", "--chart"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    QVERIFY(!finished.out.contains('\x1b') && !finished.out.contains('\r'));
    for (const char* part : {"parameters", "Device", "Kernels", "step 9", "Test accuracy", "Test top-5",
                             "images/s (median)", "Peak memory", "Loss", "Accuracy"}) {
        QVERIFY2(finished.out.contains(part), qPrintable(QString(part) + " is not in\n" + finished.out));
    }
}

void TestCommands::pictureIsWatchedMeanwhile() {
    const QString folder = path("watched");
    const Finished trained = run(
        {"train", "--preset", "testing", "--set", "run.epochs=2", "--probe", m_picture, "--run-dir", folder, "--json"});
    QVERIFY2(trained.code == 0, qPrintable(trained.err));
    const QList<QJsonObject> events = parsedLines(trained.out);
    QCOMPARE(eventNames(events).count("probe_predicted"), 2);
    for (const QJsonObject& event : events) {
        if (event["event"].toString() == "probe_predicted") QCOMPARE(event["image"].toString(), QString("probe.png"));
    }
    QVERIFY(vit::loadImage((folder + "/probe.png").toStdString()) == twoColours(40, 30));
}

void TestCommands::interruptStopsAndKeeps() {
    QProcess process;
    process.setProcessEnvironment(environment());
    process.start(VIT_CLI_PATH, {"train", "--preset", "testing", "--set", "run.epochs=1000", "--json"});
    QByteArray out;
    while (!out.contains("\"epoch_done\"") && !out.contains("\"epoch\"")) {
        QVERIFY2(process.waitForReadyRead(60000), process.readAllStandardError().constData());
        out += process.readAllStandardOutput();
    }
    QElapsedTimer sinceInterrupt;
    sinceInterrupt.start();
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
    out += process.readAllStandardOutput();

    const QJsonObject end = parsedLines(QString::fromUtf8(out)).last();
    QCOMPARE(end["event"].toString(), QString("run_finished"));
    QCOMPARE(end["reason"].toString(), QString("stopped"));
    QVERIFY(end["epochs_done"].toInt() < 1000);
    QVERIFY(QFile::exists(end["run_folder"].toString() + "/result.json"));
    QVERIFY(QFile::exists(end["run_folder"].toString() + "/best.safetensors"));
}

void TestCommands::deletedRunLiesInTheTrash() {
    QCOMPARE(run({"train", "--preset", "testing", "--name", "unwanted", "--max-steps", "2"}).code, 0);
    const QString listed = run({"runs", "list", "--filter", "unwanted", "--json"}).out;
    const QJsonArray before = QJsonDocument::fromJson(listed.toUtf8()).array();
    QCOMPARE(before.size(), 1);
    const QString folder = before[0].toObject()["folder"].toString();
    const QString name = before[0].toObject()["name"].toString();
    {
        const vit::RunLock trainsIt(folder.toStdString());
        const Finished refused = run({"runs", "delete", name});
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.err.contains('"' + name + "\" is being trained by process"), qPrintable(refused.err));
        QVERIFY(QFile::exists(folder + "/config.json"));
    }
    const Finished deleted = run({"runs", "delete", name});
    QVERIFY2(deleted.code == 0, qPrintable(deleted.err));
    QVERIFY(!QFile::exists(folder));
    const QString kept = deleted.out.section(": ", -1).trimmed();
    QVERIFY2(QFile::exists(kept + "/config.json"), qPrintable(deleted.out));
}

QTEST_GUILESS_MAIN(TestCommands)
#include "test_commands.moc"
