// SPDX-License-Identifier: GPL-3.0-or-later
// Neighbours and the linear probe against scikit-learn (tests/parity/golden_finetune.py), and the features they stand on.
#include "core/base/error.h"
#include "core/finetune/features.h"
#include "core/finetune/k_nearest.h"
#include "core/finetune/lbfgs.h"
#include "core/finetune/learning_curve.h"
#include "core/finetune/linear_probe.h"
#include "core/inspect/neighbours.h"
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "core/model/weights.h"
#include "core/runs/run_files.h"
#include "tests/support/made_images.h"
#include "tests/support/made_model.h"
#include "tests/support/made_run.h"
#include "tests/support/thrown.h"

#include <torch/utils.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace vit;

namespace fs = std::filesystem;

namespace {

class Golden {
public:
    explicit Golden(int classes)
        : m_file(readSafetensors(std::string(VIT_GOLDEN_FOLDER) + "/finetune.safetensors")),
          m_prefix(std::to_string(classes) + ".") {}

    torch::Tensor at(const std::string& name) const { return toTensor(m_file.tensors.at(m_prefix + name)); }
    OwnRows rows(const std::string& values, const std::string& labels) const {
        const torch::Tensor table = at(values).contiguous(), classes = at(labels).to(torch::kInt).contiguous();
        return {{table.const_data_ptr<float>(), table.const_data_ptr<float>() + table.numel()}, table.size(1),
                {classes.const_data_ptr<int>(), classes.const_data_ptr<int>() + classes.numel()}};
    }

private:
    TensorFile m_file;
    std::string m_prefix;
};

double largestDifference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }

torch::Tensor tensorOf(const std::vector<double>& numbers, std::vector<std::int64_t> shape) {
    return torch::tensor(numbers, torch::kDouble).view(shape);
}

void classesOfGoldens() {
    QTest::addColumn<int>("classes");
    QTest::newRow("two classes") << 2;
    QTest::newRow("four classes") << 4;
}

// `count` rows around a centre for each class, of which half of the features tell nothing.
OwnRows drawnRows(std::int64_t count, std::int64_t width, std::int64_t classes, std::uint64_t seed, double apart) {
    torch::manual_seed(3);
    const torch::Tensor centres = torch::randn({classes, width}) * apart;
    torch::manual_seed(seed);
    const torch::Tensor labels = torch::arange(count).remainder(classes);
    const torch::Tensor table = (centres.index_select(0, labels) + torch::randn({count, width})).contiguous();
    OwnRows rows{{table.const_data_ptr<float>(), table.const_data_ptr<float>() + table.numel()}, width, {}};
    for (std::int64_t i = 0; i < count; ++i) rows.labels.push_back(static_cast<std::int32_t>(i % classes));
    return rows;
}

}  // namespace

class TestFinetune : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void neighboursAreScikitLearns_data() { classesOfGoldens(); }
    void neighboursAreScikitLearns();
    void equalVotesGoToTheLowerClass();
    void kIsChosenByLeavingOneOut();
    void oneRowHasNoNeighbours();
    void probeIsScikitLearns_data() { classesOfGoldens(); }
    void probeIsScikitLearns();
    void lbfgsFindsTheLeast();
    void strengthIsChosenOnWhatWasLeftOut();
    void aClassOfOnePhotoIsNeverLeftOut();
    void tenThousandRowsTakeSeconds();
    void whoCancelsGetsNothing();
    void curveIsNestedAndRises();
    void adviceFollowsTheLastPoints_data();
    void adviceFollowsTheLastPoints();
    void featuresAreThoseOfEachPhoto_data();
    void featuresAreThoseOfEachPhoto();
    void featuresAreKeptAndKnownAgain();
    void aDamagedOrForeignFileIsMadeAnew_data();
    void aDamagedOrForeignFileIsMadeAnew();
    void featuresThatCannotBeKeptAreSaid();
};

void TestFinetune::neighboursAreScikitLearns() {
    QFETCH(int, classes);
    const Golden golden(classes);
    const OwnRows train = golden.rows("train", "labels"), test = golden.rows("test", "test_labels");
    const ChosenK chosen = chooseK(train.view(), classes);
    for (const auto& [k, accuracy] : chosen.tried) {
        if (k == 15) continue;  // not in the file
        const NearestVotes votes = nearestVotes(train.view(), classes, test.view(), k);
        const torch::Tensor expected = golden.at("neighbours." + std::to_string(k));
        for (std::int64_t i = 0; i < expected.numel(); ++i)
            QCOMPARE(std::int64_t{votes.predicted[static_cast<std::size_t>(i)]}, expected[i].item<std::int64_t>());
        QVERIFY(std::abs(accuracy - golden.at("left_one_out." + std::to_string(k)).item<double>()) < 1e-12);
    }
    QCOMPARE(chosen.tried.size(), std::size_t{5});
}

void TestFinetune::equalVotesGoToTheLowerClass() {
    const std::vector<float> values = {1, 0, 0, 1, 1, 1};
    const std::vector<std::int32_t> labels = {2, 1, 0};
    const std::vector<float> asked = {1, 0.999F};
    const std::vector<std::int32_t> truth = {0};
    const LabelledRows rows{values, 2, labels};
    QCOMPARE(nearestVotes(rows, 3, {asked, 2, truth}, 1).predicted[0], 0);
    QCOMPARE(nearestVotes(rows, 3, {asked, 2, truth}, 2).votes, (std::vector<std::int32_t>{1, 0, 1}));
    QCOMPARE(nearestVotes(rows, 3, {asked, 2, truth}, 2).predicted[0], 0);
    const std::vector<std::int32_t> others = {2, 1, 1};
    QCOMPARE(nearestVotes({values, 2, others}, 3, {asked, 2, truth}, 2).predicted[0], 1);
}

// Pairs of the same class beside each other: the nearest is right, five cannot be.
void TestFinetune::kIsChosenByLeavingOneOut() {
    OwnRows rows{{}, 2, {}};
    for (int i = 0; i < 20; ++i) {
        const double angle = (i / 2) * 0.15 + (i % 2) * 0.01;
        rows.values.push_back(static_cast<float>(std::cos(angle)));
        rows.values.push_back(static_cast<float>(std::sin(angle)));
        rows.labels.push_back(i / 2 % 2);
    }
    const ChosenK chosen = chooseK(rows.view(), 2);
    QCOMPARE(chosen.k, 1);
    QCOMPARE(chosen.leaveOneOut, 1.0);
    QVERIFY(chosen.tried[2].second < 1);
}

void TestFinetune::oneRowHasNoNeighbours() {
    const OwnRows row{{1, 2}, 2, {0}};
    QVERIFY(test::thrown<InvalidInput>([&] { chooseK(row.view(), 1); }).contains("two training photos"));
}

void TestFinetune::probeIsScikitLearns() {
    QFETCH(int, classes);
    const Golden golden(classes);
    const OwnRows train = golden.rows("train", "labels"), test = golden.rows("test", "test_labels");
    for (const std::string c : {"0.01", "1", "10"}) {
        const LinearProbe probe = fitProbe(train.view(), classes, std::stod(c));
        const std::string name = "probe." + c + ".";
        const torch::Tensor weight = golden.at(name + "weight");
        QVERIFY(largestDifference(tensorOf(probe.weight, weight.sizes().vec()), weight) < 1e-3);
        QVERIFY(largestDifference(tensorOf(probe.bias, {classes}), golden.at(name + "bias")) < 1e-3);
        const torch::Tensor probabilities =
            torch::tensor(probe.logits(test.values)).view({-1, classes}).to(torch::kDouble).softmax(1);
        QVERIFY(largestDifference(probabilities, golden.at(name + "probabilities")) < 1e-4);
        // The quick one is near enough for accuracies.
        const LinearProbe rough = roughProbe(train.view(), classes, std::stod(c));
        const torch::Tensor roughly =
            torch::tensor(rough.logits(test.values)).view({-1, classes}).to(torch::kDouble).softmax(1);
        QVERIFY(largestDifference(roughly, probabilities) < 0.05);
    }
}

// A long narrow valley, whose least is known.
void TestFinetune::lbfgsFindsTheLeast() {
    const torch::Tensor scales = torch::logspace(-1, 1, 30, 10, torch::kDouble);
    const torch::Tensor least = torch::linspace(-1, 1, 30, torch::kDouble);
    torch::Tensor x = torch::zeros({30}, torch::kDouble);
    const std::int64_t iterations = minimize(
        x,
        [&](const torch::Tensor& at, torch::Tensor& gradient) {
            gradient = scales * (at - least);
            return 0.5 * (gradient * (at - least)).sum().item<double>();
        },
        {1e-9, 500});
    QVERIFY(iterations < 200);
    QVERIFY(largestDifference(x, least) < 1e-6);
}

// Few photos of many features: with hardly any regularisation it learns noise by heart.
void TestFinetune::strengthIsChosenOnWhatWasLeftOut() {
    const OwnRows rows = drawnRows(60, 80, 3, 1, 0.35);
    const ChosenStrength chosen = chooseStrength(rows.view(), 3);
    QCOMPARE(chosen.folds, 5);
    QCOMPARE(chosen.tried.size(), std::size_t{5});
    for (const auto& [c, accuracy] : chosen.tried) QVERIFY(accuracy <= chosen.accuracy);
    QCOMPARE(accuracyOf(fitProbe(rows.view(), 3, 10), rows.view()), 1.0);  // on what it has seen
    QVERIFY(chosen.accuracy < 1);                                          // on what it has not
    QVERIFY(chosen.accuracy > 0.6);
}

void TestFinetune::aClassOfOnePhotoIsNeverLeftOut() {
    const OwnRows rows = drawnRows(3, 4, 3, 1, 2);
    const ChosenStrength none = chooseStrength(rows.view(), 3);
    QVERIFY(std::isnan(none.accuracy));
    QCOMPARE(none.c, 1.0);
    QVERIFY(none.tried.empty());
    const OwnRows four = drawnRows(4, 4, 3, 1, 2);  // two of class 0
    QVERIFY(std::isfinite(chooseStrength(four.view(), 3).accuracy));
}

// The aim is 10 s on two cores; a busy or slower machine may take several times as long.
void TestFinetune::tenThousandRowsTakeSeconds() {
    if (qEnvironmentVariableIsEmpty("VIT_MEASURE")) QSKIP("set VIT_MEASURE to measure");
    const OwnRows rows = drawnRows(10'000, 384, 100, 1, 0.2);
    QElapsedTimer timer;
    timer.start();
    const ChosenStrength chosen = chooseStrength(rows.view(), 100);
    const qint64 choosing = timer.restart();
    fitProbe(rows.view(), 100, chosen.c);
    qInfo() << "choosing" << choosing << "ms, fitting" << timer.elapsed() << "ms, C" << chosen.c << chosen.accuracy;
    timer.restart();
    chooseK(rows.view(), 100);
    qInfo() << "neighbours" << timer.elapsed() << "ms";
}

void TestFinetune::whoCancelsGetsNothing() {
    const OwnRows rows = drawnRows(40, 8, 2, 1, 1);
    const Progress never = [](const std::string&, std::int64_t, std::int64_t) { return false; };
    QVERIFY(!test::thrown<Cancelled>([&] { chooseK(rows.view(), 2, never); }).isEmpty());
    QVERIFY(!test::thrown<Cancelled>([&] { chooseStrength(rows.view(), 2, never); }).isEmpty());
    QVERIFY(!test::thrown<Cancelled>([&] { fitProbe(rows.view(), 2, 1, never); }).isEmpty());
    QVERIFY(!test::thrown<Cancelled>([&] { learningCurve(rows.view(), rows.view(), 2, 1, never); }).isEmpty());
}

void TestFinetune::curveIsNestedAndRises() {
    const OwnRows train = drawnRows(90, 20, 3, 1, 0.5), tests = drawnRows(300, 20, 3, 2, 0.5);
    const LearningCurve curve = learningCurve(train.view(), tests.view(), 3, 0.1);
    std::vector<std::int64_t> perClass, photos;
    for (const LearningPoint& point : curve.points) {
        perClass.push_back(point.perClass);
        photos.push_back(point.photos);
    }
    QCOMPARE(perClass, (std::vector<std::int64_t>{1, 2, 5, 10, 20, 30}));
    QCOMPARE(photos, (std::vector<std::int64_t>{3, 6, 15, 30, 60, 90}));
    QVERIFY(curve.points.back().accuracy > curve.points.front().accuracy + 0.1);
    const double whole = accuracyOf(roughProbe(train.view(), 3, 0.1), tests.view());
    QVERIFY(std::abs(curve.points.back().accuracy - whole) < 0.011);  // the rows come in another order
    QVERIFY(!curve.advice.empty());
}

void TestFinetune::adviceFollowsTheLastPoints_data() {
    QTest::addColumn<double>("before");
    QTest::addColumn<double>("last");
    QTest::addColumn<int>("tested");
    QTest::addColumn<QString>("said");
    QTest::newRow("still rising") << 0.6 << 0.7 << 1000 << "more photos would help, about 10.0 points";
    QTest::newRow("flat") << 0.7 << 0.702 << 1000 << "would help little";
    QTest::newRow("falling") << 0.7 << 0.65 << 1000 << "would help little";
    QTest::newRow("chance") << 0.6 << 0.65 << 20 << "chance alone";
    QTest::newRow("all right") << 1.0 << 1.0 << 20 << "would help little";
}

void TestFinetune::adviceFollowsTheLastPoints() {
    QFETCH(double, before);
    QFETCH(double, last);
    QFETCH(int, tested);
    QFETCH(QString, said);
    const std::string advice = learningAdvice({{10, 40, before}, {20, 80, last}}, tested);
    QVERIFY2(QString::fromStdString(advice).contains(said), advice.c_str());
    QVERIFY(learningAdvice({{1, 4, last}}, tested).find("too few") != std::string::npos);
}

void TestFinetune::featuresAreThoseOfEachPhoto_data() {
    QTest::addColumn<HeadConfig>("head");
    QTest::newRow("flatten") << HeadConfig{HeadType::Flatten, {}, 0};
    QTest::newRow("pooling") << HeadConfig{HeadType::GlobalAveragePooling, {}, 0};
    QTest::newRow("class token") << HeadConfig{HeadType::ClassToken, {}, 0};
    QTest::newRow("hidden layers") << HeadConfig{HeadType::Flatten, {12, 7}, 0.5};
}

// A run of classes that the photos have not.
void TestFinetune::featuresAreThoseOfEachPhoto() {
    QFETCH(HeadConfig, head);
    const QTemporaryDir home;
    const fs::path run = test::madeRun(home.path().toStdString(), head);
    const auto photos = test::countingDataset(70, 9, 3, {16, 16, 3});
    const PhotoFeatures features =
        photoFeatures(run, photos, fingerprintsOf(*photos), fs::path(home.path().toStdString()) / "cache");
    LoadedModel model = LoadedModel::open(run);
    QCOMPARE(features.train.width, featureCount(model.config()));
    QCOMPARE(features.train.view().count(), 70);
    QCOMPARE(features.test.view().count(), 9);
    for (const std::int64_t place : {0, 33, 69}) {
        const std::vector<float> alone = featuresOf(model, DatasetView(photos, Split::Train, 0).image(place));
        for (std::int64_t i = 0; i < features.train.width; ++i) {
            const float ours = features.train.values[static_cast<std::size_t>(place * features.train.width + i)];
            QVERIFY(std::abs(ours - alone[static_cast<std::size_t>(i)]) < 1e-4F);
        }
        QCOMPARE(features.train.labels[static_cast<std::size_t>(place)], static_cast<std::int32_t>(place % 3));
    }
}

void TestFinetune::featuresAreKeptAndKnownAgain() {
    const QTemporaryDir home;
    const fs::path folder = home.path().toStdString(), cache = folder / "cache";
    const fs::path run = test::madeRun(folder, {HeadType::GlobalAveragePooling, {}, 0});
    const auto photos = test::countingDataset(30, 6, 3, {16, 16, 3});
    const Fingerprints prints = fingerprintsOf(*photos);
    const PhotoFeatures first = photoFeatures(run, photos, prints, cache);
    QVERIFY(!first.kept);
    const PhotoFeatures second = photoFeatures(run, photos, prints, cache);
    QVERIFY(second.kept);
    QCOMPARE(second.train.values, first.train.values);
    QCOMPARE(second.test.values, first.test.values);
    QCOMPARE(second.test.labels, first.test.labels);
    // Other photos, other weights.
    const auto more = test::countingDataset(31, 6, 3, {16, 16, 3});
    QVERIFY(!photoFeatures(run, more, fingerprintsOf(*more), cache).kept);
    TensorFile weights = readSafetensors(run / run_files::kBestWeights);
    weights.tensors.at("norm.bias").bytes[0] ^= std::byte{1};
    writeSafetensors(run / run_files::kBestWeights, weights);
    QVERIFY(!photoFeatures(run, photos, prints, cache).kept);
    const double pace = secondsPerPhoto(run, photos);
    QVERIFY(pace > 0 && pace < 1);
    const Progress never = [](const std::string&, std::int64_t, std::int64_t) { return false; };
    QVERIFY(!test::thrown<Cancelled>([&] { photoFeatures(run, photos, prints, folder / "none", never); }).isEmpty());
    QVERIFY(!fs::exists(folder / "none"));
}

void TestFinetune::aDamagedOrForeignFileIsMadeAnew_data() {
    using Spoil = std::function<void(const fs::path&)>;
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, const Spoil& spoil) { QTest::newRow(name) << spoil; };
    row("cut off", [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); });
    row("one bit", [](const fs::path& file) {
        std::string bytes = readTextFile(file);
        bytes[bytes.size() - 5] ^= 1;
        writeFileAtomically(file, bytes);
    });
    row("of something else", [](const fs::path& file) {
        TensorFile content = readSafetensors(file);
        content.metadata["key"] = "another";
        writeSafetensors(file, content, Checksum::Crc32c);
    });
    row("of another shape", [](const fs::path& file) {
        TensorFile content = readSafetensors(file);
        content.tensors["test"] = content.tensors["train"];
        writeSafetensors(file, content, Checksum::Crc32c);
    });
    row("no file of this kind", [](const fs::path& file) { writeFileAtomically(file, "hello"); });
}

void TestFinetune::aDamagedOrForeignFileIsMadeAnew() {
    using Spoil = std::function<void(const fs::path&)>;
    QFETCH(Spoil, spoil);
    const QTemporaryDir home;
    const fs::path folder = home.path().toStdString(), cache = folder / "cache";
    const fs::path run = test::madeRun(folder, {HeadType::GlobalAveragePooling, {}, 0});
    const auto photos = test::countingDataset(20, 4, 2, {16, 16, 3});
    const Fingerprints prints = fingerprintsOf(*photos);
    const PhotoFeatures first = photoFeatures(run, photos, prints, cache);
    for (const auto& entry : fs::directory_iterator(cache)) spoil(entry.path());
    const PhotoFeatures again = photoFeatures(run, photos, prints, cache);
    QVERIFY(!again.kept);
    QCOMPARE(again.train.values, first.train.values);
    QVERIFY(photoFeatures(run, photos, prints, cache).kept);
}

void TestFinetune::featuresThatCannotBeKeptAreSaid() {
    const QTemporaryDir home;
    const fs::path folder = home.path().toStdString();
    const fs::path run = test::madeRun(folder, {HeadType::GlobalAveragePooling, {}, 0});
    const auto photos = test::countingDataset(20, 4, 2, {16, 16, 3});
    writeFileAtomically(folder / "cache", "a file where the folder would be");
    const PhotoFeatures features = photoFeatures(run, photos, fingerprintsOf(*photos), folder / "cache");
    QVERIFY(!features.trouble.empty());
    QCOMPARE(features.train.view().count(), 20);
    QVERIFY(!features.train.values.empty());
}

QTEST_GUILESS_MAIN(TestFinetune)
#include "test_finetune.moc"
