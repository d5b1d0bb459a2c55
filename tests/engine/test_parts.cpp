// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts that are a choice do by chance, at first, and to tokens that are hidden.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/config/wave_positions.h"
#include "core/model/vision_transformer.h"
#include "core/ranks/rank_slice.h"
#include "core/train/optimizers/optimizer.h"

#include <torch/utils.h>

#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

using namespace vit;

namespace {

Config small() {
    Config config;
    config.model = {.imageSize = 16, .patchSize = 4, .projectionDim = 24, .heads = 3, .keyDim = 8, .mlpUnits = {48, 24},
                    .layers = 3, .attentionDropout = 0, .mlpDropout = 0};
    config.head = {.type = HeadType::GlobalAveragePooling, .units = {}, .dropout = 0};
    return config;
}

VisionTransformer made(const Config& config) {
    VisionTransformer network(config.model, config.head, ModelInput{3, 5});
    network->initialize(1, config.model);
    return network;
}

}  // namespace

class TestParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { torch::manual_seed(4); }

    // An image goes through a block's branch, made larger for those that are left out, or around it.
    void pathsAreDroppedByImage() {
        Config config = small();
        config.model.dropPath = 0.4;
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        constexpr std::int64_t kImages = 4000;
        const torch::Tensor tokens = torch::randn({1, 16, 24}).expand({kImages, 16, 24});
        const double rates[] = {0, 0.2, 0.4};  // grows evenly from the first block to the last
        for (std::size_t i = 0; i < 3; ++i) {
            Block& block = network->blocks[i];
            const torch::Tensor whole = block->attend(tokens.narrow(0, 0, 1), {}) - tokens.narrow(0, 0, 1);
            const torch::Tensor change = block->attend(tokens, ForwardMode{true, 7, 11}) - tokens;
            const torch::Tensor sizes = change.flatten(1).norm(2, {1}) / whole.norm();  // [B]
            const torch::Tensor gone = sizes.lt(1e-6);
            const double share = gone.to(torch::kDouble).mean().item<double>();
            QVERIFY2(std::abs(share - rates[i]) < 4 * std::sqrt(rates[i] * (1 - rates[i]) / kImages) + 1e-9,
                     qPrintable(QString::number(share)));
            const torch::Tensor kept = sizes.masked_select(gone.logical_not());
            QVERIFY((kept - 1 / (1 - rates[i])).abs().max().item<double>() < 1e-4);
        }
        // The MLP is left out of other images than the attention.
        Block& last = network->blocks[2];
        const auto goneOf = [&](const torch::Tensor& changed) { return (changed - tokens).flatten(1).norm(2, {1}).lt(1e-6); };
        const ForwardMode mode{true, 7, 11};
        const double both = goneOf(last->attend(tokens, mode))
                                .logical_and(goneOf(last->transform(tokens, mode)))
                                .to(torch::kDouble)
                                .mean()
                                .item<double>();
        QVERIFY2(std::abs(both - 0.16) < 0.03, qPrintable(QString::number(both)));
    }

    void ranksDropWhatOneWould() {
        Config config = small();
        config.model.dropPath = 0.5;
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        constexpr std::int64_t kImages = 11;
        const torch::Tensor images = torch::randn({kImages, 3, 16, 16});
        const torch::Tensor whole = network(images, ForwardMode{true, 3, 5});
        for (const int ranks : {2, 3, 8}) {
            for (int rank = 0; rank < ranks; ++rank) {
                const RankSlice::Part part = RankSlice{rank, ranks}.of(kImages);
                const torch::Tensor own =
                    network(images.narrow(0, part.first, part.count), ForwardMode{true, 3, 5, part.first});
                QVERIFY((own - whole.narrow(0, part.first, part.count)).abs().max().item<double>() < 1e-5);
            }
        }
    }

    // Without positions the answer does not depend on the order of the patches.
    void positionsAreAChoice() {
        using enum PositionType;
        for (const auto type : {Learned, SineCosine, LearnedRotary, None}) {
            Config config = small();
            config.model.positions = type;
            VisionTransformer network = made(config);
            const torch::NoGradGuard noGrad;
            const torch::Tensor images = torch::randn({2, 3, 16, 16});
            const double off = (network(images) - network(images.flip(3).roll(4, 2))).abs().max().item<double>();
            const torch::Tensor turned = torch::cat({images.slice(2, 4), images.slice(2, 0, 4)}, 2);  // a row of patches
            const double moved = (network(images) - network(turned)).abs().max().item<double>();
            QVERIFY(off > 1e-3);
            QVERIFY2((moved < 1e-5) == (type == PositionType::None), qPrintable(QString::number(moved)));
            QCOMPARE(network->tokens(), std::int64_t{16});
        }
    }

    void layerScaleBeginsAsChosen() {
        Config config = small();
        VisionTransformer plain = made(config);
        config.model.layerScale = 0.25;
        VisionTransformer scaled = made(config);
        const torch::NoGradGuard noGrad;
        for (const Weight& weight : scaled->weights())
            if (weight.row.role == ParameterRole::LayerScale)
                QVERIFY(weight.tensor.eq(0.25).all().item<bool>());
        // The other weights are drawn as without it, so the branches are the same but for the factor.
        const torch::Tensor tokens = torch::randn({2, 16, 24});
        const torch::Tensor change = plain->blocks[0]->attend(tokens, {}) - tokens;
        QVERIFY((scaled->blocks[0]->attend(tokens, {}) - tokens - 0.25 * change).abs().max().item<double>() < 1e-6);
    }

    void convolutionOfTokensBeginsAsTheIdentity() {
        Config config = small();
        VisionTransformer plain = made(config);
        config.model.mlpDepthwise = true;
        VisionTransformer convolved = made(config);
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = torch::randn({3, 3, 16, 16});
        QVERIFY((plain(images) - convolved(images)).abs().max().item<double>() < 1e-6);
    }

    // A token's neighbours are those beside it in its row and those above and below, whatever the rows' length.
    void convolutionGoesByRowsAndColumns() {
        Depthwise convolution(GridSize{2, 5}, 1);
        const torch::NoGradGuard noGrad;
        convolution->weight.copy_(torch::arange(1, 10).view({3, 3, 1}));
        const torch::Tensor tokens = torch::randn({1, 11, 1});  // a class token before them
        const torch::Tensor found = convolution(tokens);
        QCOMPARE(found[0][0][0].item<float>(), tokens[0][0][0].item<float>());
        for (int row = 0; row < 2; ++row) {
            for (int column = 0; column < 5; ++column) {
                double sum = 0;
                for (int y = std::max(row - 1, 0); y <= std::min(row + 1, 1); ++y)
                    for (int x = std::max(column - 1, 0); x <= std::min(column + 1, 4); ++x)
                        sum += (3 * (y - row + 1) + x - column + 2) * tokens[0][1 + 5 * y + x][0].item<double>();
                QVERIFY(std::abs(found[0][1 + 5 * row + column][0].item<double>() - sum) < 1e-4);
            }
        }
    }

    // A place's waves tell its row and column and not how long the rows are; two pairs of places share a way exactly if
    // they are as far apart.
    void positionsGoByRowsAndColumns() {
        const auto oblong = wavePositions({3, 4}, 8, 1), square = wavePositions({4, 4}, 8, 1);
        QVERIFY(oblong == std::vector<float>(square.begin(), square.begin() + 13 * 8));
        const GridSize grid{3, 4};
        const auto places = relativePlacesOf(grid, 1);
        std::map<std::int64_t, std::pair<int, int>> ways;
        for (int a = 0; a < 12; ++a) {
            for (int b = 0; b < 12; ++b) {
                const std::pair apart(a / 4 - b / 4, a % 4 - b % 4);
                QVERIFY(ways.emplace(places[static_cast<std::size_t>(13 * (a + 1) + b + 1)], apart).first->second == apart);
            }
        }
        QCOMPARE(ways.size(), std::size_t{5 * 7});
        QCOMPARE(ways.begin()->first, std::int64_t{0});
        QCOMPARE(ways.rbegin()->first, relativePlaces(grid) - 4);
        QCOMPARE(*std::max_element(places.begin(), places.end()), relativePlaces(grid) - 1);

        Config config = small();
        config.model.imageSize = 12;
        config.model.imageWidth = 20;
        config.model.positions = PositionType::Rotary;
        const auto angles = rotaryAngles(config.model);  // [3 * 5, 8]: rows, columns, and again
        QCOMPARE(angles.size(), std::size_t{15 * 8});
        for (int place = 0; place < 15; ++place) {
            const double row = 2 * std::numbers::pi * ((place / 5 + 0.5) / 3 * 2 - 1);
            const double column = 2 * std::numbers::pi * ((place % 5 + 0.5) / 5 * 2 - 1);
            QVERIFY(std::abs(angles[static_cast<std::size_t>(8 * place)] - row) < 1e-5);
            QVERIFY(std::abs(angles[static_cast<std::size_t>(8 * place + 2)] - column) < 1e-5);
        }
    }

    // What is hidden reaches nobody, by the convolution neither.
    void hiddenTokensAreNotSeenByNeighbours() {
        Config config = small();
        config.model.mlpDepthwise = true;
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        for (torch::Tensor& parameter : network->parameters()) parameter += 0.1 * torch::randn_like(parameter);
        torch::Tensor images = torch::randn({1, 3, 16, 16});
        torch::Tensor hidden = torch::zeros({1, 16}, torch::kBool);
        hidden[0][5] = true;
        const torch::Tensor before = network->without(images, {hidden, {}, {}});
        images.slice(2, 4, 8).slice(3, 4, 8).add_(5);  // the pixels of patch 5
        QVERIFY((network->without(images, {hidden, {}, {}}) - before).abs().max().item<double>() < 1e-5);
        QVERIFY((network->without(images, {}) - before).abs().max().item<double>() > 1e-3);
    }

    void normalisedQueriesAndKeysKnowNoSize() {
        Config config = small();
        config.model.qkNorm = true;
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        const torch::Tensor tokens = torch::randn({2, 16, 24});
        Attention& attention = network->blocks[0]->attn;
        const torch::Tensor weights = attention->open(tokens).weights;
        attention->qkv->weight.narrow(0, 0, 48).mul_(1000);  // queries and keys, not values
        QVERIFY((attention->open(tokens).weights - weights).abs().max().item<double>() < 1e-4);
    }

    // What is added has no mean and the size that a norm gives, however large the weights before it are.
    void normsAfterABranchBoundIt() {
        Config config = small();
        config.model.normPlace = NormPlace::After;
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        const torch::Tensor tokens = torch::randn({2, 16, 24});
        Block& block = network->blocks[0];
        block->norm1->weight.fill_(1);
        block->norm1->bias.zero_();
        const torch::Tensor added = block->attend(tokens, {}) - tokens;
        QVERIFY(added.mean(-1).abs().max().item<double>() < 1e-5);
        block->attn->proj->weight.mul_(1000);
        block->attn->proj->bias.mul_(1000);
        QVERIFY((block->attend(tokens, {}) - tokens - added).abs().max().item<double>() < 1e-2);
        const torch::Tensor whole = block->transform(block->attend(tokens, {}), {});
        QVERIFY((block->open(tokens).output - whole).abs().max().item<double>() < 1e-5);
    }

    void locallyNoTokenAttendsToItself() {
        Config config = small();
        VisionTransformer plain = made(config);
        config.model.localAttention = true;
        VisionTransformer local = made(config);
        const torch::NoGradGuard noGrad;
        const torch::Tensor tokens = torch::randn({2, 16, 24});
        Attention& attention = local->blocks[0]->attn;
        const torch::Tensor weights = attention->open(tokens).weights;
        QCOMPARE(weights.diagonal(0, 2, 3).abs().max().item<double>(), 0.0);
        // It begins as the plain one does, but for what each token would have kept for itself.
        torch::Tensor others = plain->blocks[0]->attn->open(tokens).weights.clone();
        others.diagonal(0, 2, 3).zero_();
        QVERIFY((weights - others / others.sum(-1, true)).abs().max().item<double>() < 1e-6);
        attention->scale.fill_(1e4);  // as sharp as can be
        QVERIFY(attention->open(tokens).weights.amax(-1).min().item<double>() > 0.99);
    }

    void theMeanSquareKnowsNoSizeAndTakesNoMean() {
        Config config = small();
        config.model.norm = NormType::RmsNorm;
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        const torch::Tensor tokens = torch::randn({2, 16, 24}) + 3;
        const torch::Tensor normed = network->norm(tokens);
        QVERIFY((normed.square().mean(-1) - 1).abs().max().item<double>() < 1e-5);
        QVERIFY(normed.mean(-1).min().item<double>() > 0.5);
        QVERIFY((network->norm(1000 * tokens) - normed).abs().max().item<double>() < 1e-5);
    }

    // A picture of one bright pixel: each copy shows it half a patch away.
    void copiesAreMovedByHalfAPatch() {
        torch::Tensor image = torch::zeros({1, 1, 8, 8});
        image[0][0][3][4] = 1;
        const torch::Tensor all = withShifted(image, 2);
        QCOMPARE(all.size(1), std::int64_t{5});
        const std::array<std::array<std::int64_t, 2>, 5> places = {{{3, 4}, {1, 2}, {1, 6}, {5, 2}, {5, 6}}};
        for (std::size_t i = 0; i < places.size(); ++i) {
            const torch::Tensor copy = all[0][static_cast<std::int64_t>(i)];
            QCOMPARE(copy.sum().item<double>(), 1.0);
            QCOMPARE(copy[places[i][0]][places[i][1]].item<double>(), 1.0);
        }
        QCOMPARE(withShifted(torch::zeros({1, 2, 4, 8}), 1).sizes().vec(), (std::vector<std::int64_t>{1, 10, 4, 8}));
    }

    void mimeticAttentionBeginsAsTrainedOnesLook() {
        Config config = small();
        config.model.initialWeights = InitialWeights::Mimetic;
        config.model.heads = 1;
        config.model.keyDim = 24;  // as wide as the tokens: nothing is lost
        VisionTransformer network = made(config), again = made(config);
        const torch::NoGradGuard noGrad;
        const Attention& attention = network->blocks[1]->attn;
        const std::vector<torch::Tensor> parts = attention->qkv->weight.chunk(3);
        const auto diagonal = [](const torch::Tensor& matrix) { return matrix.diagonal().mean().item<double>(); };
        const auto beside = [](const torch::Tensor& matrix) {
            return (matrix - matrix.diagonal().diag()).square().mean().sqrt().item<double>();
        };
        const torch::Tensor compared = parts[0].t().matmul(parts[1]);                        // [D, D]
        const torch::Tensor passed = parts[2].t().matmul(attention->proj->weight.t());
        QVERIFY(std::abs(diagonal(compared) - 0.7) < 0.1);
        QVERIFY(std::abs(beside(compared) - 0.7 / std::sqrt(24.0)) < 0.03);
        QVERIFY(std::abs(diagonal(passed) + 0.4) < 0.1);
        QVERIFY(std::abs(beside(passed) - 0.4 / std::sqrt(24.0)) < 0.02);
        for (std::size_t i = 0; i < network->parameters().size(); ++i)
            QVERIFY(network->parameters()[i].equal(again->parameters()[i]));
    }

    // Muon takes the stem's convolutions as matrices, and leaves those of single channels to AdamW.
    void muonTakesTheStem() {
        Config config = small();
        config.model.stemWidths = {8, 12};
        config.model.stemPools = {1};
        config.model.mlpDepthwise = true;
        config.optimizer.type = OptimizerType::Muon;
        QVERIFY(validate(config).empty());
        VisionTransformer network = made(config);
        const auto optimizer = makeOptimizer(network->weights(), config.optimizer);
        TensorFile state;
        optimizer->store(state);
        const auto has = [&](const std::string& name) { return state.tensors.contains("optimizer." + name); };
        for (const char* name : {"stem.conv1.weight", "stem.conv2.weight", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight"})
            QVERIFY2(has(std::string("momentum.") + name), name);
        for (const char* name : {"blocks.0.mlp.dw.weight", "stem.norm1.weight", "pos_embed", "head.0.weight"})
            QVERIFY2(!has(std::string("momentum.") + name), name);
    }

    // All paths through the network are one function, and without its patches there still is an answer.
    void pathsAgree_data() {
        QTest::addColumn<QStringList>("settings");
        const Field& head = *findField("head.type");
        for (const Choice& choice : head.choices) {
            const QString type = "head.type=" + QString::fromStdString(choice.value);
            QTest::addRow("%s", choice.value.c_str()) << QStringList{type};
            QTest::addRow("%s, registers", choice.value.c_str()) << QStringList{type, "model.registers=3"};
            QTest::addRow("%s, placed registers, norm, gate", choice.value.c_str())
                << QStringList{type, "model.registers=2", "model.register_positions=true", "model.pre_norm=true",
                               "model.mlp_gated=true", "model.activation=silu"};
            QTest::addRow("%s, rotary", choice.value.c_str())
                << QStringList{type, "model.registers=1", "model.positions=rotary", "model.activation=quick-gelu"};
            QTest::addRow("%s, learned and rotary, with norms within", choice.value.c_str())
                << QStringList{type, "model.registers=1", "model.positions=learned-rotary", "model.attention_norm=true",
                               "model.mlp_norm=true", "model.mlp_gated=true", "model.activation=silu"};
            QTest::addRow("%s, relative", choice.value.c_str()) << QStringList{type, "model.positions=relative"};
            QTest::addRow("%s, norms after the branches", choice.value.c_str())
                << QStringList{type, "model.norm_place=after", "model.registers=1", "model.layer_scale=0.3",
                               "model.mlp_gated=true"};
            QTest::addRow("%s, local, shifted, by mean square", choice.value.c_str())
                << QStringList{type, "model.local_attention=true", "model.shifted_patches=true", "model.norm=rms"};
        }
    }

    void pathsAgree() {
        QFETCH(QStringList, settings);
        Config config = small();
        for (const QString& setting : settings) assign(config, setting.toStdString());
        QVERIFY(validate(config).empty());
        VisionTransformer network = made(config);
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = torch::randn({2, 3, 16, 16});
        const torch::Tensor logits = network(images);
        const auto same = [&](const torch::Tensor& other) { return (other - logits).abs().max().item<double>() < 1e-5; };
        const ForwardTrace trace = network->trace(images);
        QVERIFY(same(trace.logits));
        QVERIFY(same(network->answer(trace.tokens.back())));
        QVERIFY(same(network->without(images, {})));
        QCOMPARE(trace.tokens.back().size(1), tokenCount(config.model, config.head));
        if (config.head.type == HeadType::Flatten) return;
        const auto hidden = [&](bool patches) {
            torch::Tensor tokens = torch::zeros({2, network->tokens()}, torch::kBool);
            if (patches) tokens.slice(1, prefixCount(config.model, config.head)).fill_(true);
            return network->without(images, {tokens, {}, {}});
        };
        QVERIFY(same(hidden(false)));
        const torch::Tensor blind = hidden(true);
        QVERIFY(blind.isfinite().all().item<bool>() && !same(blind));
        QVERIFY((blind[0] - blind[1]).abs().max().item<double>() < 1e-5);  // of pictures that it does not see
    }

    void saysWhatDoesNotFit_data() {
        QTest::addColumn<QStringList>("settings");
        QTest::addColumn<QString>("problem");
        QTest::newRow("halves without a stem") << QStringList{"model.stem_pools=1"} << "Without a stem";
        QTest::newRow("beyond the stem") << QStringList{"model.stem_widths=8", "model.stem_pools=2"} << "1 convolution:";
        QTest::newRow("out of order") << QStringList{"model.stem_widths=8, 8", "model.stem_pools=2, 1"} << "in order";
        QTest::newRow("twice") << QStringList{"model.stem_widths=8, 8", "model.stem_pools=1, 1"} << "once, in order";
        QTest::newRow("whitening without a stem")
            << QStringList{"model.stem_whitening=true"} << "Without a stem there is no convolution";
        QTest::newRow("waves in an odd dimension")
            << QStringList{"model.positions=sine-cosine", "model.projection_dim=26", "model.mlp_units=48, 26"}
            << "multiple of 4";
        QTest::newRow("angles in odd heads") << QStringList{"model.positions=rotary", "model.key_dim=6"} << "multiple of 4";
        QTest::newRow("a gate without a second layer")
            << QStringList{"model.mlp_gated=true", "model.mlp_units=24"} << "two of them";
        QTest::newRow("a gate and a convolution")
            << QStringList{"model.mlp_gated=true", "model.mlp_depthwise=true"} << "switch one of the two off";
        QTest::newRow("a query that heads cannot share")
            << QStringList{"head.type=attention", "model.heads=5"} << "5 do not divide 24";
        QTest::newRow("patches too small")
            << QStringList{"model.stem_widths=8, 8, 8", "model.stem_pools=1, 2, 3"} << "multiple of 8 px";
    }

    void saysWhatDoesNotFit() {
        QFETCH(QStringList, settings);
        QFETCH(QString, problem);
        Config config = small();
        for (const QString& setting : settings) assign(config, setting.toStdString());
        const Issues issues = validate(config);
        QCOMPARE(issues.size(), std::size_t{1});
        QVERIFY2(QString::fromStdString(issues[0].message).contains(problem), issues[0].message.c_str());
        derive(config, {3, 5});  // and nothing else falls over it
    }
};

QTEST_GUILESS_MAIN(TestParts)
#include "test_parts.moc"
