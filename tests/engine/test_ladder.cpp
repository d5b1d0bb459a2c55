// SPDX-License-Identifier: GPL-3.0-or-later
// From a folder of photos to classifiers: what is said of the folder, every rung, and what goes wrong on the way.
#include "core/base/error.h"
#include "core/device/device.h"
#include "core/finetune/ladder.h"
#include "core/finetune/photo_folder.h"
#include "core/inspect/loaded_model.h"
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "core/runs/run_files.h"
#include "core/session/session.h"
#include "tests/support/made_images.h"
#include "tests/support/made_run.h"
#include "tests/support/photo_folder.h"
#include "tests/support/recorder.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace vit;
using vit::test::thrown;

namespace fs = std::filesystem;

namespace {

// All in a temporary folder.
struct Bench {
    QTemporaryDir home;
    fs::path folder = home.path().toStdString();
    fs::path photos = folder / "My photos!";
    std::shared_ptr<DataStore> store = std::make_shared<DataStore>(folder / "data");
    RunStore runs{folder / "runs"};
    std::vector<Rung> begun;
    std::vector<std::size_t> results;  // how many there were each time something came in

    LadderRequest request(std::vector<Rung> rungs) {
        LadderRequest wanted;
        wanted.model = fs::exists(folder / "made") ? folder / "made"
                                                   : test::madeRun(folder, {HeadType::Flatten, {}, 0.0});
        wanted.data = photosOf(*store, photos).name;
        wanted.rungs = std::move(rungs);
        wanted.epochs = 2;
        wanted.cache = folder / "cache";
        return wanted;
    }
    LadderHost host() {
        LadderHost made;
        made.changed = [this](const LadderResult& result) { results.push_back(result.rungs.size()); };
        made.began = [this](Rung rung) { begun.push_back(rung); };
        made.train = [this](const TrainRequest& wanted) {
            test::Recorder recorder;
            Session session({folder / "data", runs.folder(), store, 0}, recorder.listener());
            session.train(wanted);
            session.wait();
            if (const auto failed = recorder.all<RunFailed>(); !failed.empty()) throw Error(failed.front().text);
            return recorder.all<RunFinished>().at(0);
        };
        return made;
    }
};

PhotoReport reportOf(Bench& bench, std::int64_t imageSize = 16) {
    const DataInfo info = photosOf(*bench.store, bench.photos);
    const auto data = bench.store->open(info.name, imageSize);
    return photoReport(info, *data, fingerprintsOf(*data), imageSize);
}

bool says(const PhotoReport& report, const std::string& words) {
    return std::ranges::any_of(report.warnings,
                               [&](const std::string& text) { return text.find(words) != std::string::npos; });
}

}  // namespace

class TestLadder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void aFolderBecomesADataSetOnce();
    void wrongFoldersAreRefused_data();
    void wrongFoldersAreRefused();
    void reportTellsWhatMatters_data();
    void reportTellsWhatMatters();
    void ownValidationPhotosAreToldOf();
    void everyRungHasItsResult();
    void aRungWithoutTheProbeBeginsWithTheModel();
    void whatIsCancelledLeavesTheRungsBefore();
    void aRungThatFailsLeavesTheOthers();
    void whatCannotBeBegunIsSaid();
    void everyRungHasAWord();
    void verdictKnowsChance_data();
    void verdictKnowsChance();
};

void TestLadder::aFolderBecomesADataSetOnce() {
    Bench bench;
    test::writePhotos(bench.photos, 5);
    QCOMPARE(photosOf(*bench.store, bench.photos).name, std::string("my-photos"));
    QCOMPARE(photosOf(*bench.store, bench.photos.string() + "/").name, std::string("my-photos"));
    QCOMPARE(bench.store->list().back().name, std::string("my-photos"));
    test::writePhoto(test::noisyPhoto(0, 99), bench.photos / "red" / "another.png");
    QCOMPARE(photosOf(*bench.store, bench.photos).name, std::string("my-photos-2"));
    QCOMPARE(photosOf(*bench.store, bench.photos).name, std::string("my-photos-2"));
    QCOMPARE(dataNameOf("/home/me/ÄÖ"), std::string("photos"));
}

void TestLadder::wrongFoldersAreRefused_data() {
    using Make = std::function<void(const fs::path&)>;
    QTest::addColumn<Make>("make");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const Make& make, const char* said) { QTest::newRow(name) << make << said; };
    row("not there", [](const fs::path&) {}, "is no folder");
    row("a file", [](const fs::path& path) { writeFileAtomically(path, "x"); }, "is no folder");
    row("empty", [](const fs::path& path) { fs::create_directories(path); }, "needs two or more classes");
    row("one class", [](const fs::path& path) { test::writePhotos(path, 3, 1); }, "needs two or more classes");
    row("mostly broken",
        [](const fs::path& path) {
            test::writePhotos(path, 3, 2);
            for (const char* name : {"a.png", "b.png"}) writeFileAtomically(path / "red" / name, "no picture");
        },
        "cannot be opened");
}

void TestLadder::wrongFoldersAreRefused() {
    using Make = std::function<void(const fs::path&)>;
    QFETCH(Make, make);
    QFETCH(QString, said);
    Bench bench;
    make(bench.photos);
    const QString problem = thrown<InvalidInput>([&] { photosOf(*bench.store, bench.photos); });
    QVERIFY2(problem.contains(said), qPrintable(problem));
}

void TestLadder::reportTellsWhatMatters_data() {
    using Make = std::function<void(const fs::path&)>;
    QTest::addColumn<Make>("make");
    QTest::addColumn<QString>("said");  // empty: nothing
    const auto row = [](const char* name, const Make& make, const char* said) { QTest::newRow(name) << make << said; };
    row("nothing", [](const fs::path&) {}, "");
    row("a small class", [](const fs::path& path) {
        fs::create_directories(path / "rare");
        for (int i = 0; i < 3; ++i)
            test::writePhoto(test::noisyPhoto(3, static_cast<std::uint64_t>(5000 + i)), path / "rare" / (std::to_string(i) + ".png"));
    }, "Fewer than 5 photos to train with in rare (2)");
    row("a large class", [](const fs::path& path) {
        for (int i = 0; i < 100; ++i)
            test::writePhoto(test::noisyPhoto(0, static_cast<std::uint64_t>(6000 + i)), path / "red" / ("m" + std::to_string(i) + ".png"));
    }, "a model prefers the class that it sees most");
    row("the same in two classes", [](const fs::path& path) {
        for (int i = 0; i < 8; ++i)
            fs::copy_file(path / "red" / ("photo" + std::to_string(i) + ".png"),
                          path / "green" / ("copy" + std::to_string(i) + ".png"));
    }, "in two classes (");
    // Of eight pairs one at least lies on both sides; the split is always the same.
    row("the same in both parts", [](const fs::path& path) {
        for (int i = 0; i < 8; ++i)
            fs::copy_file(path / "red" / ("photo" + std::to_string(i) + ".png"),
                          path / "red" / ("copy" + std::to_string(i) + ".png"));
    }, "in both the training and the test part (red/");
    row("an unreadable file", [](const fs::path& path) { writeFileAtomically(path / "red" / "torn.png", "no picture"); },
        "1 file could not be opened and was left out (red/torn.png): replace");
    row("a small photo", [](const fs::path& path) { test::writePhoto(test::noisyPhoto(0, 1, 9), path / "red" / "small.png"); },
        "1 photo is smaller than the model's input of 16 px (the smallest 9 px)");
    row("a huge photo", [](const fs::path& path) { test::writePhoto(test::noisyPhoto(0, 1, 201), path / "red" / "huge.png"); },
        "shorter sides are from 20 to 201 px");
}

void TestLadder::reportTellsWhatMatters() {
    using Make = std::function<void(const fs::path&)>;
    QFETCH(Make, make);
    QFETCH(QString, said);
    Bench bench;
    test::writePhotos(bench.photos, 10);
    make(bench.photos);
    const PhotoReport report = reportOf(bench);
    QString all;
    for (const std::string& warning : report.warnings) all += QString::fromStdString(warning) + "\n";
    if (said.isEmpty()) {
        QVERIFY2(report.warnings.empty(), qPrintable(all));
        QCOMPARE(report.train, 24);
        QCOMPARE(report.test, 6);
        QCOMPARE(report.classes.at(1).name, std::string("green"));
        QCOMPARE(report.classes.at(1).train, 8);
        QCOMPARE(report.classes.at(1).test, 2);
    } else {
        QVERIFY2(says(report, said.toStdString()), qPrintable(all));
        QCOMPARE(report.warnings.size(), std::size_t{1});
    }
}

// Which the ladder learns from too, and says so.
void TestLadder::ownValidationPhotosAreToldOf() {
    Bench bench;
    test::writePhotos(bench.photos / "train", 8);
    test::writePhotos(bench.photos / "val", 5, 3, 100);
    test::writePhotos(bench.photos / "test", 3, 3, 200);
    fs::copy_file(bench.photos / "train/red/photo0.png", bench.photos / "val/red/copy.png");
    const PhotoReport report = reportOf(bench);
    QCOMPARE(report.train, 40);
    QCOMPARE(report.validation, 16);
    QCOMPARE(report.test, 9);
    QCOMPARE(report.warnings.size(), std::size_t{1});
    QVERIFY(says(report, "1 photo is in both the training and the validation part (train/red/photo0.png = val/red/copy.png)"));
}

// Each with its numbers, and with a run that answers as the numbers say.
void TestLadder::everyRungHasItsResult() {
    Bench bench;
    test::writePhotos(bench.photos, 20);
    const LadderRequest request = bench.request(
        {Rung::AllBlocks, Rung::LowRank, Rung::LastBlocks, Rung::LinearProbe, Rung::Neighbours});
    const LadderResult result = climb(request, *bench.store, bench.runs, bench.host());
    QCOMPARE(bench.begun,
             (std::vector<Rung>{Rung::Neighbours, Rung::LinearProbe, Rung::LastBlocks, Rung::LowRank, Rung::AllBlocks}));
    QCOMPARE(bench.results, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 5}));  // with the report and the curve
    QVERIFY(!result.featuresKept);
    QVERIFY(result.notes.empty());
    const TensorFile before = readSafetensors(request.model / run_files::kBestWeights);
    for (const RungResult& rung : result.rungs) {
        QVERIFY2(rung.done(), rung.problem.c_str());
        QCOMPARE(rung.answers.images(), 12);
        QVERIFY(rung.figures.metrics.accuracy > 0.6);  // the colours tell them apart
        QVERIFY(rung.figures.macroF1 > 0.5 && rung.figures.macroF1 <= 1);
        QCOMPARE(rung.run.empty(), rung.rung == Rung::Neighbours);
        QCOMPARE(rung.estimate.has_value(), !rungRow(rung.rung).trains);
        if (rung.run.empty()) continue;
        LoadedModel model = LoadedModel::open(rung.run);
        QCOMPARE(model.classNames(), result.photos->classNames());
        const EvaluationResult measured = model.evaluate(DatasetView(result.photos, Split::Test, 0));
        QCOMPARE(measured.metrics.accuracy, rung.figures.metrics.accuracy);
        QVERIFY(std::abs(measured.metrics.loss - rung.figures.metrics.loss) < 1e-4);
        const RunSummary summary = readRun(rung.run);
        QVERIFY(summary.result && summary.result->tested && summary.hasModel);
        QCOMPARE(summary.result->test.accuracy, rung.figures.metrics.accuracy);
        QCOMPARE(summary.config.data.name, std::string("my-photos"));
        // What is frozen is the model's still.
        const TensorFile after = readSafetensors(rung.run / run_files::kBestWeights);
        const auto same = [&](const char* name) { return after.tensors.at(name).bytes == before.tensors.at(name).bytes; };
        QCOMPARE(same("patch_embed.proj.weight"), rung.rung != Rung::AllBlocks);
        QCOMPARE(same("blocks.0.attn.proj.weight"), rung.rung != Rung::AllBlocks);
        QCOMPARE(same("blocks.0.attn.qkv.weight"), rung.rung != Rung::AllBlocks && rung.rung != Rung::LowRank);
        QCOMPARE(rung.detail.find("rank 8, ") != std::string::npos, rung.rung == Rung::LowRank);
        QCOMPARE(same("blocks.1.attn.qkv.weight"), rung.rung == Rung::LinearProbe);
    }
    QVERIFY(result.curve);
    QCOMPARE(result.curve->points.back().photos, 48);
    QVERIFY(bestRung(result, true) != nullptr && !bestRung(result, true)->run.empty());
    QVERIFY(verdict(result).find("told right") != std::string::npos);

    const LadderResult again = climb(bench.request({Rung::LinearProbe}), *bench.store, bench.runs, bench.host());
    QVERIFY(again.featuresKept);
    QCOMPARE(again.rungs.at(0).answers.logits, result.rungs.at(1).answers.logits);
}

void TestLadder::aRungWithoutTheProbeBeginsWithTheModel() {
    Bench bench;
    test::writePhotos(bench.photos, 8);
    LadderRequest request = bench.request({Rung::LastBlocks});
    request.epochs = 1;
    const LadderResult result = climb(request, *bench.store, bench.runs, bench.host());
    QVERIFY2(result.rungs.at(0).done(), result.rungs.at(0).problem.c_str());
    QVERIFY(!result.curve);
    const auto from = run_files::readEnvironmentText(result.rungs.at(0).run, run_files::kStartedFromKey);
    QVERIFY(from && from->starts_with(request.model.string()));
    QVERIFY(!fs::exists(request.cache));
}

void TestLadder::whatIsCancelledLeavesTheRungsBefore() {
    Bench bench;
    test::writePhotos(bench.photos, 8);
    const LadderRequest request = bench.request({Rung::Neighbours, Rung::LinearProbe});
    LadderHost host = bench.host();
    host.progress = [&](const std::string&, std::int64_t, std::int64_t) {
        return bench.begun.empty() || bench.begun.back() != Rung::LinearProbe;
    };
    QVERIFY(!thrown<Cancelled>([&] { climb(request, *bench.store, bench.runs, host); }).isEmpty());
    QCOMPARE(bench.results, (std::vector<std::size_t>{0, 1}));
    QVERIFY(bench.runs.list().empty());

    bench.begun.clear();
    host = bench.host();
    host.train = [](const TrainRequest&) -> RunFinished { throw Cancelled(); };
    const LadderRequest training = bench.request({Rung::LastBlocks, Rung::AllBlocks});
    QVERIFY(!thrown<Cancelled>([&] { climb(training, *bench.store, bench.runs, host); }).isEmpty());
    QCOMPARE(bench.begun, std::vector<Rung>{Rung::LastBlocks});
}

void TestLadder::aRungThatFailsLeavesTheOthers() {
    Bench bench;
    test::writePhotos(bench.photos, 8);
    LadderHost host = bench.host();
    host.train = [](const TrainRequest&) -> RunFinished { throw Error("The disk is full."); };
    const LadderResult result =
        climb(bench.request({Rung::Neighbours, Rung::AllBlocks}), *bench.store, bench.runs, host);
    QVERIFY(result.rungs.at(0).done());
    QCOMPARE(result.rungs.at(1).problem, std::string("The disk is full."));
    QCOMPARE(bestRung(result, true), &result.rungs.at(0));
    LadderResult nothing;
    QCOMPARE(bestRung(nothing, false), nullptr);
    QCOMPARE(verdict(nothing), std::string("No way has a result."));
}

void TestLadder::whatCannotBeBegunIsSaid() {
    Bench bench;
    test::writePhotos(bench.photos, 8);
    const auto problem = [&](const LadderRequest& request) {
        return thrown<InvalidInput>([&] { climb(request, *bench.store, bench.runs, bench.host()); });
    };
    LadderRequest request = bench.request({});
    QVERIFY(problem(request).contains("No rung is chosen"));
    request.rungs = {Rung::Neighbours};
    request.data = "unknown";
    QVERIFY(problem(request).contains("unknown"));
    request.data = "my-photos";
    fs::remove(request.model / run_files::kBestWeights);
    QVERIFY(!problem(request).isEmpty());
    fs::remove_all(request.model);
    test::madeRun(bench.folder, {HeadType::Flatten, {}, 0.0}, 1);
    QVERIFY2(problem(request).contains("takes grey images"), qPrintable(problem(request)));
}

void TestLadder::everyRungHasAWord() {
    for (const RungRow& row : rungTable()) {
        QVERIFY(rungOf(row.key) == row.rung);
        QCOMPARE(rungRow(row.rung).label, row.label);
        const Config config = preset("testing").config;
        const double seconds = likelySeconds(row.rung, config, 0.01, 100, 20, 3, 5);
        if (!row.trains) QCOMPARE(seconds, 1.2);
        else QVERIFY(seconds > 5 * 100 * 0.01 && seconds < 3 * 5 * 100 * 0.01 + 0.21);
    }
    const Config config = preset("testing").config;
    QVERIFY(likelySeconds(Rung::LastBlocks, config, 0.01, 100, 20, 3, 5) <
            likelySeconds(Rung::AllBlocks, config, 0.01, 100, 20, 3, 5));
    QVERIFY(likelySeconds(Rung::LowRank, config, 0.01, 100, 20, 3, 5) <=
            likelySeconds(Rung::AllBlocks, config, 0.01, 100, 20, 3, 5));
    QVERIFY(thrown<InvalidInput>([] { rungOf("nothing"); })
                .contains("choose among neighbours, linear-probe, last-blocks, lora, all-blocks"));
}

void TestLadder::verdictKnowsChance_data() {
    QTest::addColumn<int>("probe");  // right of 100
    QTest::addColumn<int>("all");
    QTest::addColumn<QString>("begins");
    QTest::addColumn<bool>("doubt");
    QTest::newRow("far better") << 50 << 90 << "All blocks: best" << false;
    QTest::newRow("a little better") << 87 << 90 << "All blocks: best" << true;
    QTest::newRow("equal") << 90 << 90 << "Linear probe: best" << false;
    QTest::newRow("worse") << 90 << 70 << "Linear probe: best" << false;
}

void TestLadder::verdictKnowsChance() {
    QFETCH(int, probe);
    QFETCH(int, all);
    QFETCH(QString, begins);
    QFETCH(bool, doubt);
    LadderResult result;
    for (const auto& [rung, right] : {std::pair{Rung::LinearProbe, probe}, {Rung::AllBlocks, all}}) {
        RungResult one;
        one.rung = rung;
        one.figures.metrics.accuracy = right / 100.0;
        one.answers.labels.resize(100);
        result.rungs.push_back(one);
    }
    const QString said = QString::fromStdString(verdict(result));
    QVERIFY2(said.startsWith(begins), qPrintable(said));
    QVERIFY2(said.contains("may be as good") == doubt, qPrintable(said));
}

QTEST_GUILESS_MAIN(TestLadder)
#include "test_ladder.moc"
