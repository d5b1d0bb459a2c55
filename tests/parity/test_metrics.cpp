// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy, top-5 with ties, running averages and the validation split, against Keras's own functions.
#include "core/model/classifier.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"
#include "tests/support/memory_dataset.h"

#include <QtTest>

using namespace vit;
using parity::Golden;

namespace {

torch::Tensor metricsOf(const torch::Tensor& logits, const torch::Tensor& labels) {
    return batchMetrics(logits, labels, torch::cross_entropy_loss(logits, labels));
}

std::shared_ptr<const Dataset> blankImages(std::int64_t count) {
    const auto n = static_cast<std::size_t>(count);
    return test::datasetInMemory("blank", {1, 1, 1}, {"any"},
                                 {std::vector<std::uint8_t>(n), std::vector<std::int32_t>(n)});
}

}  // namespace

class TestMetrics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsTiesAsKerasDoes();
    void averagesAsFitDoes();
    void splitsAsFitDoes();
    void cleanupTestCase() { m_comparison.print("Metrics"); }

private:
    parity::Comparison m_comparison;
};

void TestMetrics::countsTiesAsKerasDoes() {
    const Golden golden("metrics");
    const torch::Tensor logits = golden.at("ties/logits");
    const torch::Tensor labels = golden.at("ties/labels");
    torch::Tensor ours = torch::empty({logits.size(0), 2}, torch::kFloat64);
    for (std::int64_t i = 0; i < logits.size(0); ++i)
        ours[i] = metricsOf(logits.slice(0, i, i + 1), labels.slice(0, i, i + 1)).slice(0, 1, 3);
    // Counts: no difference is allowed.
    QVERIFY2(m_comparison.agrees("accuracy with ties", ours.select(1, 0), golden.at("ties/correct"), 0),
             m_comparison.problem());
    QVERIFY2(m_comparison.agrees("top-5 accuracy with ties", ours.select(1, 1), golden.at("ties/top5"), 0),
             m_comparison.problem());
}

void TestMetrics::averagesAsFitDoes() {
    const Golden golden("metrics");
    const torch::Tensor logits = golden.at("running/logits");
    const torch::Tensor labels = golden.at("running/labels");
    const auto batchSize = golden.about().at("batch_size").get<std::int64_t>();
    torch::Tensor sums = torch::zeros({3}, torch::kFloat64);
    for (std::int64_t begin = 0; begin < logits.size(0); begin += batchSize) {
        const std::int64_t end = std::min(begin + batchSize, logits.size(0));
        sums += metricsOf(logits.slice(0, begin, end), labels.slice(0, begin, end));
    }
    const MetricSums running{sums[0].item<double>(), sums[1].item<double>(), sums[2].item<double>(), logits.size(0)};
    const EpochMetrics mean = running.mean();
    // Keras keeps its sums in single precision.
    QVERIFY2(m_comparison.agrees("running loss, partial last batch", torch::tensor(mean.loss),
                                 golden.at("running/loss"), 1e-6),
             m_comparison.problem());
    QVERIFY2(m_comparison.agrees("running accuracy", torch::tensor(mean.accuracy), golden.at("running/accuracy"), 1e-6),
             m_comparison.problem());
    QVERIFY2(m_comparison.agrees("running top-5 accuracy", torch::tensor(mean.top5Accuracy), golden.at("running/top5"),
                                 1e-6),
             m_comparison.problem());
}

void TestMetrics::splitsAsFitDoes() {
    const Golden golden("metrics");
    const std::vector<std::string> cases = golden.namesUnder("split/");
    QVERIFY(cases.size() >= 8);
    for (const std::string& name : cases) {  // "50000/0.1": images, share
        const auto count = std::stoll(name);
        const double share = std::stod(name.substr(name.find('/') + 1));
        const auto dataset = blankImages(count);
        const DatasetView train(dataset, Split::Train, share);
        const DatasetView validation(dataset, Split::Validation, share);
        QVERIFY2(m_comparison.agrees("images to train on of " + name, torch::tensor(train.count()),
                                     golden.at("split/" + name), 0),
                 m_comparison.problem());
        QCOMPARE(validation.count(), count - train.count());
        QCOMPARE(validation.read(0, {}).data(), dataset->train().read(train.count(), {}).data());
    }
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "test_metrics.moc"
