// SPDX-License-Identifier: GPL-3.0-or-later
// Which depths learn in which epoch, and what is told of it.
#include "core/config/learning_plan.h"

#include <QTest>

#include <string>

using namespace vit;

namespace {

// Of a model of three blocks: the embedding, a matrix of each block, and the head, one a depth.
std::vector<ParameterRow> rows() {
    std::vector<ParameterRow> all = {{"pos_embed", {4, 6}, ParameterRole::Position, 0}};
    for (std::int64_t block = 0; block < 3; ++block)
        all.push_back({"blocks." + std::to_string(block) + ".mlp.fc1.weight", {7, 6}, ParameterRole::Kernel, block + 1});
    all.push_back({"head.0.weight", {10, 6}, ParameterRole::Kernel, 4});
    return all;
}

// "E123H": the embedding, blocks and head; a point stands for what does not learn.
QString learningIn(std::int64_t epoch, const OptimizerConfig& config) {
    QString text;
    for (const ParameterRow& row : rows()) text += QChar::fromLatin1(learns(row, config, epoch) ? "E123H"[row.depth] : '.');
    return text;
}

OptimizerConfig frozen(std::int64_t blocks, Thaw thaw, std::int64_t epochs, std::int64_t rank = 0) {
    OptimizerConfig config;
    config.frozenBlocks = blocks;
    config.thaw = thaw;
    config.thawEpochs = epochs;
    config.loraRank = rank;
    return config;
}

}  // namespace

class TestLearningPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void depthsThawByEpoch_data();
    void depthsThawByEpoch();
    void whatEverLearnsIsWhatLearnsInTheEnd();
};

void TestLearningPlan::depthsThawByEpoch_data() {
    QTest::addColumn<OptimizerConfig>("config");
    QTest::addColumn<QStringList>("learning");  // from the first epoch on
    QTest::addColumn<QStringList>("told");      // what is not empty, of these epochs
    const auto row = [](const char* name, const OptimizerConfig& config, const QStringList& learning,
                        const QStringList& told = {}) { QTest::newRow(name) << config << learning << told; };
    using enum Thaw;
    row("nothing is frozen", frozen(0, Never, 1), {"E123H", "E123H"});
    row("nothing is there to thaw", frozen(0, BlockByBlock, 1), {"E123H", "E123H"});
    row("never", frozen(2, Never, 1), {"...3H", "...3H", "...3H", "...3H"});
    row("block by block", frozen(2, BlockByBlock, 1), {"...3H", "..23H", ".123H", "E123H", "E123H"},
        {"Block 2 learns from epoch 2 on.", "Block 1 learns from epoch 3 on.", "The embedding learns from epoch 4 on."});
    row("every second epoch", frozen(1, BlockByBlock, 2), {"..23H", "..23H", ".123H", ".123H", "E123H"},
        {"Block 1 learns from epoch 3 on.", "The embedding learns from epoch 5 on."});
    row("all", frozen(3, AllAtOnce, 2), {"....H", "....H", "E123H", "E123H"},
        {"The embedding and blocks 1 to 3 learn from epoch 3 on."});
    row("all of one block", frozen(1, AllAtOnce, 1), {"..23H", "E123H"},
        {"The embedding and block 1 learn from epoch 2 on."});
    row("adapters block by block", frozen(2, BlockByBlock, 1, 4), {"...3H", "..23H", ".123H", ".123H", ".123H"},
        {"Block 2 learns from epoch 2 on.", "Block 1 learns from epoch 3 on."});
    row("adapters of all", frozen(3, AllAtOnce, 1, 4), {"....H", ".123H"}, {"Blocks 1 to 3 learn from epoch 2 on."});
    row("adapters of one", frozen(1, AllAtOnce, 1, 4), {"..23H", ".123H"}, {"Block 1 learns from epoch 2 on."});
}

void TestLearningPlan::depthsThawByEpoch() {
    QFETCH(OptimizerConfig, config);
    QFETCH(QStringList, learning);
    QFETCH(QStringList, told);
    QStringList found, said;
    for (std::int64_t epoch = 1; epoch <= learning.size(); ++epoch) {
        found << learningIn(epoch, config);
        const std::string text = thawText(config, epoch);
        if (!text.empty()) said << QString::fromStdString(text);
    }
    QCOMPARE(found, learning);
    QCOMPARE(said, told);
}

void TestLearningPlan::whatEverLearnsIsWhatLearnsInTheEnd() {
    for (const Thaw thaw : {Thaw::Never, Thaw::BlockByBlock, Thaw::AllAtOnce})
        for (const std::int64_t rank : {0, 4})
            for (std::int64_t blocks = 0; blocks <= 3; ++blocks) {
                const OptimizerConfig config = frozen(blocks, thaw, 5, rank);
                for (const ParameterRow& row : rows()) {
                    QCOMPARE(everLearns(row, config), learns(row, config, 1'000));
                    QCOMPARE(isAdapted(row, config), rank > 0 && row.name.starts_with("blocks.") && everLearns(row, config));
                }
            }
}

QTEST_GUILESS_MAIN(TestLearningPlan)
#include "test_learning_plan.moc"
