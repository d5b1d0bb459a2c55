// SPDX-License-Identifier: GPL-3.0-or-later
// Which epoch is the best one, by each of the figures that it can go by; and the macro F1 as it is counted meanwhile.
#include "core/evaluation/class_scores.h"
#include "core/train/best_epoch.h"
#include "core/train/class_tally.h"

#include <torch/utils.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

using namespace vit;

using Classes = std::vector<std::int64_t>;
using Epochs = std::vector<int>;

namespace {

// Logits by which each image is taken for the class that is told.
torch::Tensor logitsOf(const Classes& told, std::int64_t classes) {
    return torch::one_hot(torch::tensor(told, torch::kInt64), classes).to(torch::kFloat32) * 3 - 1;
}

}  // namespace

class TestBestEpoch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void macroF1IsThatOfTheCounts_data();
    void macroF1IsThatOfTheCounts();
    void macroF1IsThatOfAnEvaluation();
    void eachGoesByItsOwn_data();
    void eachGoesByItsOwn();
    void withoutValidationTheLastIsTheBest();
    void whatIsNoNumberIsNeverTheBest();
};

void TestBestEpoch::macroF1IsThatOfTheCounts_data() {
    QTest::addColumn<Classes>("labels");
    QTest::addColumn<Classes>("told");
    QTest::addColumn<double>("expected");
    QTest::newRow("all right") << Classes{0, 1, 2} << Classes{0, 1, 2} << 1.0;
    QTest::newRow("all wrong") << Classes{0, 1, 2} << Classes{1, 2, 0} << 0.0;
    // Two thirds of the first two classes, and the whole of the third.
    QTest::newRow("one wrong") << Classes{0, 0, 1, 2} << Classes{0, 1, 1, 2} << 7.0 / 9;
    QTest::newRow("classes that are not there") << Classes{0, 0} << Classes{0, 0} << 1.0 / 3;
    // 18 of 19 for the frequent class; nine in ten are right.
    QTest::newRow("a rare class never told")
        << Classes{0, 0, 0, 0, 0, 0, 0, 0, 0, 1} << Classes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0} << 18.0 / 19 / 3;
}

void TestBestEpoch::macroF1IsThatOfTheCounts() {
    QFETCH(Classes, labels);
    QFETCH(Classes, told);
    QFETCH(double, expected);
    ClassTally tally(3, torch::kCPU);
    tally.add(logitsOf(told, 3), torch::tensor(labels, torch::kInt64));
    QVERIFY(std::abs(tally.macroF1() - expected) < 1e-15);
}

// To the bit, in whatever batches.
void TestBestEpoch::macroF1IsThatOfAnEvaluation() {
    constexpr std::int64_t kImages = 200, kClasses = 7;
    const torch::Tensor logits = torch::rand({kImages, kClasses});
    const torch::Tensor labels = torch::randint(kClasses - 1, {kImages}, torch::kInt64);  // one does not occur
    ClassTally tally(kClasses, torch::kCPU);
    for (std::int64_t first = 0; first < kImages; first += 13) {
        const std::int64_t count = std::min<std::int64_t>(13, kImages - first);
        tally.add(logits.narrow(0, first, count), labels.narrow(0, first, count));
    }
    std::vector<std::int64_t> images(kClasses * kClasses);
    const torch::Tensor told = logits.argmax(1);
    for (std::int64_t i = 0; i < kImages; ++i)
        ++images[static_cast<std::size_t>(labels[i].item<std::int64_t>() * kClasses + told[i].item<std::int64_t>())];
    const double expected = meanScores(classScores(ConfusionMatrix(kClasses, images))).f1;
    QVERIFY(expected > 0 && expected < 1);
    QVERIFY(tally.macroF1() == expected);
}

void TestBestEpoch::eachGoesByItsOwn_data() {
    QTest::addColumn<BestBy>("by");
    QTest::addColumn<Epochs>("better");
    QTest::addColumn<double>("accuracy");
    QTest::newRow("accuracy") << BestBy::Accuracy << Epochs{1, 2} << 0.6;
    QTest::newRow("loss") << BestBy::Loss << Epochs{1, 3} << 0.58;
    QTest::newRow("macro F1") << BestBy::MacroF1 << Epochs{1, 3, 4} << 0.55;
}

// Of two alike the earlier one; the accuracy that is told is that of the best epoch, however it was chosen.
void TestBestEpoch::eachGoesByItsOwn() {
    QFETCH(BestBy, by);
    QFETCH(Epochs, better);
    QFETCH(double, accuracy);
    struct Judged {
        double accuracy, loss, macroF1;
    };
    const Judged epochs[] = {{0.5, 1.0, 0.3}, {0.6, 1.2, 0.3}, {0.58, 0.9, 0.4}, {0.55, 0.9, 0.5}, {0.6, 0.95, 0.2}};
    TrainingPosition position;
    Epochs found;
    int number = 0;
    for (const Judged& epoch : epochs) {
        ++number;
        const EpochMetrics metrics{.loss = epoch.loss, .accuracy = epoch.accuracy};
        if (noteIfBest(position, by, number, metrics, epoch.macroF1)) found.push_back(number);
        QCOMPARE(position.bestEpoch, std::int64_t{found.back()});
    }
    QVERIFY(found == better);
    QCOMPARE(position.bestAccuracy, accuracy);
    QCOMPARE(position.bestValue.has_value(), by != BestBy::Accuracy);
}

void TestBestEpoch::withoutValidationTheLastIsTheBest() {
    for (const BestBy by : {BestBy::Accuracy, BestBy::Loss, BestBy::MacroF1}) {
        TrainingPosition position;
        for (const std::int64_t epoch : {1, 2, 3}) QVERIFY(noteIfBest(position, by, epoch, std::nullopt, 0));
        QCOMPARE(position.bestEpoch, std::int64_t{3});
        QCOMPARE(position.bestAccuracy, 0.0);
        QVERIFY(!position.bestValue);
    }
}

void TestBestEpoch::whatIsNoNumberIsNeverTheBest() {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    TrainingPosition position;
    QVERIFY(!noteIfBest(position, BestBy::Loss, 1, EpochMetrics{.loss = kNan, .accuracy = 0.5}, 0));
    QCOMPARE(position.bestEpoch, std::int64_t{0});
    QVERIFY(noteIfBest(position, BestBy::Loss, 2, EpochMetrics{.loss = 8, .accuracy = 0.1}, 0));
    QVERIFY(!noteIfBest(position, BestBy::Loss, 3, EpochMetrics{.loss = kNan, .accuracy = 0.5}, 0));
}

QTEST_GUILESS_MAIN(TestBestEpoch)
#include "test_best_epoch.moc"
