// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of a photo's way through a model, against the model itself and against closed forms.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/inspect/loaded_model.h"
#include "core/model/classifier.h"
#include "tests/support/numbered_images.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <QtTest>

#include <algorithm>
#include <array>

using namespace vit;

namespace {

constexpr int kClasses = 10;

std::shared_ptr<Classifier> classifierOf(HeadType head, std::int64_t channels = 3) {
    Config config = preset("testing").config;
    config.head = {head, {}, 0};
    DataDescription description;
    description.dataset = "made up";
    description.nativeShape = {12, 12, static_cast<int>(channels)};
    description.statistics = {{100, 110, 120}, {50, 60, 70}};
    for (int i = 0; i < kClasses; ++i) description.classNames.push_back(std::to_string(i));
    auto classifier = std::make_shared<Classifier>(config, description, torch::kCPU);
    const torch::NoGradGuard noGrad;
    torch::manual_seed(4);  // biases and norms that are not 0 and 1, which would hide mistakes
    for (torch::Tensor& parameter : classifier->network()->parameters())
        parameter += 0.1 * torch::randn_like(parameter);
    return classifier;
}

LoadedModel loaded(const std::shared_ptr<Classifier>& classifier) { return {classifier, {"made up", 0, 0, false}}; }

Image photo(int width, int height) {
    Image image{width, height, 3, {}};
    for (int i = 0; i < width * height * 3; ++i) image.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return image;
}

torch::Tensor tensorOf(const FloatArray& array) { return torch::tensor(array.values).view(array.shape); }

}  // namespace

class TestLook : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void heads_data();
    void agreesWithThePrediction_data() { heads_data(); }
    void agreesWithThePrediction();
    void theInputIsWhatTheNetworkGets();
    void nothingIsMadeUnasked();
    void gradientsAreThoseOfTheLogit_data() { heads_data(); }
    void gradientsAreThoseOfTheLogit();
    void attentionGradientsAgreeWithDifferences();
    void leavesTheWeightsGradientsAlone();
    void refusesWhatIsNotThere();
    void batchesMakeTheEvaluation();
};

void TestLook::heads_data() {
    QTest::addColumn<int>("head");
    QTest::newRow("flatten") << static_cast<int>(HeadType::Flatten);
    QTest::newRow("average") << static_cast<int>(HeadType::GlobalAveragePooling);
    QTest::newRow("class token") << static_cast<int>(HeadType::ClassToken);
}

void TestLook::agreesWithThePrediction() {
    QFETCH(int, head);
    const auto classifier = classifierOf(static_cast<HeadType>(head));
    LoadedModel model = loaded(classifier);
    const Image image = photo(40, 30);
    const Look look = model.look(image, {.attention = true, .tokens = true});
    const torch::Tensor shares = torch::softmax(tensorOf(look.logits).to(torch::kFloat64), 0);
    for (const ClassProbability& entry : model.predict(image, kClasses).top)
        QVERIFY(std::abs(shares[entry.index].item<double>() - entry.probability) < 1e-6);

    const ModelConfig& config = model.config().model;
    const std::int64_t tokens = 16 + (head == static_cast<int>(HeadType::ClassToken) ? 1 : 0);
    QCOMPARE(look.attention.shape, (std::vector<std::int64_t>{config.layers, config.heads, tokens, tokens}));
    QCOMPARE(look.tokens.shape, (std::vector<std::int64_t>{config.layers + 1, tokens, config.projectionDim}));
    const torch::Tensor rows = tensorOf(look.attention).sum(-1);
    QVERIFY((rows - 1).abs().max().item<double>() < 1e-5);
    // The last tokens, through norm and head, are the answer.
    VisionTransformer& network = classifier->network();
    const torch::NoGradGuard noGrad;
    const torch::Tensor normed = network->norm(tensorOf(look.tokens)[config.layers]);
    QVERIFY((normed - tensorOf(look.normed)).abs().max().item<double>() < 1e-5);
}

void TestLook::theInputIsWhatTheNetworkGets() {
    const auto classifier = classifierOf(HeadType::GlobalAveragePooling);
    LoadedModel model = loaded(classifier);
    const Image image = photo(50, 20);
    const Look look = model.look(image);
    const torch::Tensor given = classifier->prepare(image)[0];  // [C, S, S]
    QVERIFY(torch::equal(tensorOf(look.input), given));
    QCOMPARE(look.picture.width, 16);
    QCOMPARE(look.picture.channels, 3);
    for (int y = 0; y < 16; ++y) {
        for (int x = 0; x < 16; ++x) {
            for (int c = 0; c < 3; ++c) {
                const double pixel = given[c][y][x].item<double>() * (50 + 10 * c) + 100 + 10 * c;
                QVERIFY(std::abs(look.picture.at(x, y, c) - pixel) <= 0.5 + 1e-3);
            }
        }
    }
}

void TestLook::nothingIsMadeUnasked() {
    LoadedModel model = loaded(classifierOf(HeadType::Flatten));
    const Look look = model.look(photo(16, 16));
    QVERIFY(look.attention.values.empty() && look.tokens.values.empty() && look.normed.values.empty());
    QVERIFY(look.attentionGradients.values.empty() && look.tokensGradients.values.empty());
    QCOMPARE(look.logits.values.size(), std::size_t{kClasses});
}

// A head that is one linear layer after pooling or flattening: the products of the tokens and their gradients add up to
// the logit without its bias.
void TestLook::gradientsAreThoseOfTheLogit() {
    QFETCH(int, head);
    const auto classifier = classifierOf(static_cast<HeadType>(head));
    LoadedModel model = loaded(classifier);
    constexpr int kClass = 3;
    const Look look = model.look(photo(20, 20), {.attention = true, .tokens = true, .gradientsOf = kClass});
    const double sum = (tensorOf(look.normed) * tensorOf(look.normedGradients)).sum().item<double>();
    const double bias = classifier->network()->head->layers[0]->bias[kClass].item<double>();
    QVERIFY(std::abs(sum - (look.logits.values[kClass] - bias)) < 1e-4);
    QCOMPARE(look.attentionGradients.shape, look.attention.shape);
    QCOMPARE(look.tokensGradients.shape, look.tokens.shape);
}

// Of the last block: what follows its attention is recomputed with one weight changed.
void TestLook::attentionGradientsAgreeWithDifferences() {
    const auto classifier = classifierOf(HeadType::GlobalAveragePooling);
    VisionTransformer& network = classifier->network();
    network->to(torch::kFloat64);
    LoadedModel model = loaded(classifier);
    const torch::Tensor images = torch::randn({1, 3, 16, 16}, torch::kFloat64);
    const ForwardTrace trace = network->trace(images);
    constexpr int kClass = 2;
    const torch::Tensor gradient = torch::autograd::grad({trace.logits[0][kClass]}, {trace.attention.back()})[0][0];
    const torch::NoGradGuard noGrad;
    Block& block = network->blocks.back();
    const torch::Tensor in = trace.tokens[trace.tokens.size() - 2];
    const std::int64_t heads = model.config().model.heads, keyDim = model.config().model.keyDim;
    const auto logitWith = [&](const torch::Tensor& attention) {
        const torch::Tensor v = block->attn->qkv(block->norm1(in))
                                    .view({1, 16, 3, heads, keyDim})
                                    .permute({2, 0, 3, 1, 4})[2];  // [B, H, N, K]
        const torch::Tensor mixed = torch::matmul(attention, v).transpose(1, 2).reshape({1, 16, heads * keyDim});
        const torch::Tensor out = block->transform(in + block->attn->proj(mixed), {});
        return network->head->forward(network->norm(out).mean(1), {})[0][kClass].item<double>();
    };
    constexpr double kStep = 1e-5;
    for (const auto& [h, i, j] : {std::array{0, 0, 0}, std::array{1, 5, 11}, std::array{0, 15, 3}}) {
        torch::Tensor up = trace.attention.back().clone(), down = up.clone();
        up[0][h][i][j] += kStep;
        down[0][h][i][j] -= kStep;
        const double slope = (logitWith(up) - logitWith(down)) / (2 * kStep);
        QVERIFY(std::abs(slope - gradient[h][i][j].item<double>()) < 1e-7);
    }
}

void TestLook::leavesTheWeightsGradientsAlone() {
    const auto classifier = classifierOf(HeadType::Flatten);
    for (torch::Tensor& parameter : classifier->network()->parameters())
        parameter.mutable_grad() = torch::full_like(parameter, 2);
    loaded(classifier).look(photo(16, 16), {.attention = true, .tokens = true, .gradientsOf = 0});
    for (const torch::Tensor& parameter : classifier->network()->parameters())
        QVERIFY(parameter.grad().eq(2).all().item<bool>());
}

void TestLook::refusesWhatIsNotThere() {
    LoadedModel model = loaded(classifierOf(HeadType::Flatten));
    QVERIFY_THROWS_EXCEPTION(InvalidInput, model.look(Image{}));
    QVERIFY_THROWS_EXCEPTION(InvalidInput, model.look(photo(9, 9), {.tokens = true, .gradientsOf = kClasses}));
    QVERIFY_THROWS_EXCEPTION(InvalidInput, model.look(photo(9, 9), {.tokens = true, .gradientsOf = -1}));
}

void TestLook::batchesMakeTheEvaluation() {
    const auto data = numberedImages(32, 8, 16);
    Config config = preset("testing").config;
    config.run.batchSize = 5;
    LoadedModel model(std::make_shared<Classifier>(config, describe(*data), torch::kCPU), {});
    const DatasetView view(data, Split::Train, 0);
    std::int64_t next = 0, right = 0;
    const auto classes = static_cast<std::size_t>(data->classes());
    model.forEachBatch(view, [&](const BatchView& batch) {
        QCOMPARE(batch.first, next);
        QCOMPARE(batch.logits.size(), batch.labels.size() * classes);
        for (std::size_t i = 0; i < batch.labels.size(); ++i) {
            QCOMPARE(batch.labels[i], std::int64_t{view.label(next)});
            const auto own = batch.logits.subspan(i * classes, classes);
            right += std::max_element(own.begin(), own.end()) - own.begin() == batch.labels[i];
            ++next;
        }
    });
    QCOMPARE(next, view.count());
    QCOMPARE(model.evaluate(view).metrics.accuracy, static_cast<double>(right) / static_cast<double>(next));
    QVERIFY_THROWS_EXCEPTION(Cancelled, model.evaluate(view, [](auto, auto) { return false; }));
}

QTEST_GUILESS_MAIN(TestLook)
#include "test_look.moc"
