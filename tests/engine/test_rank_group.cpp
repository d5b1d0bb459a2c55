// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks as threads of one process, with sockets between them: what each has after they have talked.
#include "core/base/error.h"
#include "core/ranks/rank_group.h"
#include "core/train/checkpoints/shared_state.h"
#include "core/train/class_tally.h"
#include "core/train/gradients/rank_sum.h"
#include "tests/support/free_port.h"
#include "tests/support/thrown.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <QtTest>

#include <functional>
#include <string>
#include <thread>

using namespace vit;

namespace {

// Calls `work` for each rank on a thread of its own; what a rank threw comes back as a line.
QStringList together(int ranks, const std::function<void(RankGroup&)>& work, std::chrono::seconds patience) {
    const std::uint16_t port = test::freePort();
    std::vector<std::thread> threads;
    std::vector<QString> faults(static_cast<std::size_t>(ranks));
    for (int rank = 0; rank < ranks; ++rank) {
        threads.emplace_back([&, rank] {
            try {
                Launch launch;
                launch.by = "test";
                launch.rank = launch.localRank = rank;
                launch.ranks = launch.localRanks = ranks;
                launch.address = "127.0.0.1";
                launch.port = port;
                RankGroup group(launch, patience);
                work(group);
                group.meet();
            } catch (const std::exception& fault) {
                faults[static_cast<std::size_t>(rank)] = fault.what();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    return QStringList(faults.begin(), faults.end()).filter(QRegularExpression("."));
}

QStringList together(int ranks, const std::function<void(RankGroup&)>& work) {
    return together(ranks, work, std::chrono::seconds(60));
}

}  // namespace

class TestRankGroup : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allHaveTheSame_data();
    void allHaveTheSame();
    void cardsAreChosenTogether_data();
    void cardsAreChosenTogether();
    void gradientsAreThoseOfTheBatch_data();
    void gradientsAreThoseOfTheBatch();
    void classesAreCountedTogether_data();
    void classesAreCountedTogether();
    void differencesAreFound();
    void aLostRankEndsAll();
    void aSilentRankEndsAll();
};

void TestRankGroup::allHaveTheSame_data() {
    QTest::addColumn<int>("ranks");
    for (const int ranks : {2, 3, 8}) QTest::addRow("%d ranks", ranks) << ranks;
}

void TestRankGroup::allHaveTheSame() {
    QFETCH(int, ranks);
    std::vector<torch::Tensor> sums(static_cast<std::size_t>(ranks));
    const QStringList faults = together(ranks, [&](RankGroup& group) {
        torch::Tensor own = torch::rand({10'007}, at::make_generator<at::CPUGeneratorImpl>(group.rank())) - 0.3;
        group.sum(own);
        sums[static_cast<std::size_t>(group.rank())] = own;
        torch::Tensor shared = torch::full({3}, group.rank() + 7, torch::kInt64);
        group.share(shared);
        if (!shared.equal(torch::full({3}, 7, torch::kInt64))) throw Error("a tensor is not that of rank 0");
        if (group.share(group.leads() ? "größer" : "") != "größer") throw Error("a text is not that of rank 0");
        if (!group.share(std::string(group.leads() ? "" : "x")).empty()) throw Error("an empty text");
        if (group.least(5 - group.rank()) != 6 - group.ranks()) throw Error("the least");
    });
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join('\n')));
    torch::Tensor expected = torch::zeros({10'007}, torch::kFloat64);
    for (int rank = 0; rank < ranks; ++rank)
        expected += torch::rand({10'007}, at::make_generator<at::CPUGeneratorImpl>(rank)) - 0.3;
    for (const torch::Tensor& sum : sums) QVERIFY(sum.equal(sums[0]));
    QVERIFY((sums[0] - expected).abs().max().item<double>() < 1e-5);
}

void TestRankGroup::cardsAreChosenTogether_data() {
    QTest::addColumn<std::vector<std::string>>("cards");
    QTest::addColumn<QString>("reason");
    const std::string one(16, '1'), two(16, '2'), three = std::string(15, '2') + '3';
    const QString unknown = "not each of them has", shared = "share a graphics card", noNccl = "NCCL";
    QTest::newRow("none") << std::vector<std::string>{"", "", ""} << unknown;
    QTest::newRow("one without") << std::vector<std::string>{one, two, ""} << unknown;
    QTest::newRow("shared") << std::vector<std::string>{one, two, one} << shared;
    // There are none in truth, so NCCL is refused by the build, or by itself.
    QTest::newRow("one each") << std::vector<std::string>{one, two, three} << noNccl;
}

// And what is summed and shared afterwards arrives as before.
void TestRankGroup::cardsAreChosenTogether() {
    if (at::hasCUDA()) QSKIP("Cards that are made up are taken for real ones where there is one");
    QFETCH(std::vector<std::string>, cards);
    QFETCH(QString, reason);
    const QStringList faults = together(3, [&](RankGroup& group) {
        const std::string way = group.useCard(cards[static_cast<std::size_t>(group.rank())]);
        const std::string expected = "Gloo, through the computer's memory: ";
        if (!way.starts_with(expected) || !QString::fromStdString(way.substr(expected.size())).contains(reason))
            throw Error(way);
        torch::Tensor own = torch::arange(1, 1001, torch::kFloat64) * (group.rank() + 1);
        group.sum(own);
        if (!own.equal(torch::arange(1, 1001, torch::kFloat64) * 6)) throw Error("a sum");
        torch::Tensor every = torch::arange(8).view({4, 2}).t();
        group.sum(every);
        if (!every.equal(torch::arange(8).view({4, 2}).t() * 3)) throw Error("a sum of what does not lie in one piece");
        torch::Tensor shared = torch::full({3}, group.rank() + 7, torch::kInt64);
        group.share(shared);
        if (!shared.equal(torch::full({3}, 7, torch::kInt64))) throw Error("a tensor is not that of rank 0");
    });
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join('\n')));
}

void TestRankGroup::gradientsAreThoseOfTheBatch_data() {
    QTest::addColumn<int>("ranks");
    QTest::addColumn<int>("images");
    for (const int ranks : {2, 3, 8})
        for (const int images : {1, 7, 16}) QTest::addRow("%d ranks, %d images", ranks, images) << ranks << images;
}

// Of a linear model: parts of different sizes, and ranks that have no image at all.
void TestRankGroup::gradientsAreThoseOfTheBatch() {
    QFETCH(int, ranks);
    QFETCH(int, images);
    torch::manual_seed(1);
    const torch::Tensor inputs = torch::randn({images, 5}), targets = torch::randn({images, 2});
    const torch::Tensor start = torch::randn({5, 2});
    const auto gradientOf = [&](const torch::Tensor& weight, std::int64_t first, std::int64_t count) {
        (inputs.narrow(0, first, count).mm(weight) - targets.narrow(0, first, count)).square().sum(1).mean().backward();
    };
    const torch::Tensor whole = start.clone().requires_grad_();
    gradientOf(whole, 0, images);
    std::vector<torch::Tensor> found(static_cast<std::size_t>(ranks));
    const QStringList faults = together(ranks, [&](RankGroup& group) {
        const torch::Tensor weight = start.clone().requires_grad_();
        const torch::Tensor fixed = torch::ones({4});
        const RankSlice::Part part = group.slice().of(images);
        if (part.count > 0) gradientOf(weight, part.first, part.count);
        const std::vector<torch::Tensor> parameters = {weight, fixed};
        sumOverRanks(group, parameters, static_cast<double>(part.count) / images);
        if (fixed.grad().defined()) throw Error("what is not trained has no gradient");
        found[static_cast<std::size_t>(group.rank())] = weight.grad();
    });
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join('\n')));
    for (const torch::Tensor& gradient : found) {
        QVERIFY(gradient.equal(found[0]));
        QVERIFY((gradient - whole.grad()).norm().item<double>() < 1e-6 * whole.grad().norm().item<double>());
    }
}

void TestRankGroup::classesAreCountedTogether_data() { allHaveTheSame_data(); }

// To the bit that of one rank; with eight of them some have no image of a class, or none at all.
void TestRankGroup::classesAreCountedTogether() {
    QFETCH(int, ranks);
    const torch::Tensor logits = torch::rand({7, 4}), labels = torch::randint(4, {7}, torch::kInt64);
    ClassTally whole(4, torch::kCPU);
    whole.add(logits, labels);
    const QStringList faults = together(ranks, [&](RankGroup& group) {
        const RankSlice::Part part = group.slice().of(7);
        ClassTally tally(4, torch::kCPU);
        if (part.count > 0)
            tally.add(logits.narrow(0, part.first, part.count), labels.narrow(0, part.first, part.count));
        tally.sumOver(group);
        if (tally.macroF1() != whole.macroF1()) throw Error("the macro F1 of all");
    });
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join('\n')));
}

void TestRankGroup::differencesAreFound() {
    const QStringList faults =
        together(3, [](RankGroup& group) { requireSame(group, group.rank() == 2 ? "b" : "a", "data sets"); });
    QCOMPARE(faults.size(), 3);
    for (const QString& fault : faults) QVERIFY2(fault.contains("data sets of the ranks differ"), qPrintable(fault));
}

void TestRankGroup::aLostRankEndsAll() {
    const QStringList faults = together(3, [](RankGroup& group) {
        if (group.rank() == 1) throw Error("gone");
        torch::Tensor own = torch::ones({1000});
        group.sum(own);
    });
    QCOMPARE(faults.size(), 3);
    for (int i = 0; i < 3; ++i)
        QVERIFY2(faults[i].contains(i == 1 ? "gone" : "ends too"), qPrintable(faults[i]));
}

void TestRankGroup::aSilentRankEndsAll() {
    const QStringList faults = together(
        2,
        [](RankGroup& group) {
            if (group.rank() == 1) std::this_thread::sleep_for(std::chrono::seconds(7));
            torch::Tensor own = torch::ones({1000});
            group.sum(own);
        },
        std::chrono::seconds(5));  // which a busy computer may need until the two have met
    QCOMPARE(faults.size(), 2);
    for (const QString& fault : faults) QVERIFY2(fault.contains("ends too"), qPrintable(fault));
}

QTEST_GUILESS_MAIN(TestRankGroup)
#include "test_rank_group.moc"
