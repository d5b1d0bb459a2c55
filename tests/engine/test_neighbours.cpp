// SPDX-License-Identifier: GPL-3.0-or-later
// The most similar images by a model's features, held against a search in double precision on what look() gives.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/inspect/neighbours.h"
#include "core/model/classifier.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/thrown.h"

#include <torch/torch.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace vit;

namespace {

constexpr std::int64_t kImages = 40;

// Pictures of noise, so that no two are alike; three classes in turn.
std::shared_ptr<const Dataset> noise(int channels) {
    const auto table = [channels](std::int64_t count, std::uint32_t state) {
        ImageTable images;
        for (std::int64_t i = 0; i < count; ++i) images.labels.push_back(static_cast<std::int32_t>(i % 3));
        for (std::int64_t i = 0; i < count * 8 * 8 * channels; ++i) {
            state = state * 1664525 + 1013904223;
            images.pixels.push_back(static_cast<std::uint8_t>(state >> 24));
        }
        return images;
    };
    return test::datasetInMemory("noise", {8, 8, channels}, {"a", "b", "c"}, table(kImages, 1), table(5, 2));
}

LoadedModel modelOf(const Dataset& data, HeadType head, const std::vector<std::int64_t>& units) {
    Config config = preset("testing").config;
    config.head.type = head;
    config.head.units = units;
    config.run.batchSize = 7;
    return {std::make_shared<Classifier>(config, describe(data), torch::kCPU), {"made up", 3, 30, false}};
}

// What enters the last layer, from the tokens after the final norm, in double precision.
torch::Tensor expectedFeatures(LoadedModel& model, const Image& photo) {
    const torch::NoGradGuard noGrad;
    FloatArray normed = model.look(photo, {.tokens = true}).normed;
    const torch::Tensor tokens = torch::from_blob(normed.values.data(), normed.shape).to(torch::kFloat64);  // [N, D]
    const HeadConfig& head = model.config().head;
    if (head.type == HeadType::Flatten && head.units.empty()) return tokens.mean(0);
    torch::Tensor features = tokens.flatten();
    if (head.type == HeadType::GlobalAveragePooling) features = tokens.mean(0);
    if (head.type == HeadType::ClassToken) features = tokens[0];
    const auto& layers = model.classifier().network()->head->layers;
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
        features = torch::gelu(torch::matmul(layers[i]->weight.to(torch::kFloat64), features) +
                               layers[i]->bias.to(torch::kFloat64));
    }
    return features;
}

}  // namespace

class TestNeighbours : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_data = noise(3); }

    void agreesWithAPlainSearch_data() {
        QTest::addColumn<int>("head");
        QTest::addColumn<QList<int>>("units");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("features");
        const int dimension = static_cast<int>(preset("testing").config.model.projectionDim);
        QTest::newRow("flatten, hidden layers") << int(HeadType::Flatten) << QList{12, 10} << 3 << 10;
        QTest::newRow("flatten alone") << int(HeadType::Flatten) << QList<int>() << 3 << dimension;
        QTest::newRow("average") << int(HeadType::GlobalAveragePooling) << QList<int>() << 3 << dimension;
        QTest::newRow("average, a hidden layer") << int(HeadType::GlobalAveragePooling) << QList{9} << 1 << 9;
        QTest::newRow("class token") << int(HeadType::ClassToken) << QList<int>() << 1 << dimension;
        QTest::newRow("class token, a hidden layer") << int(HeadType::ClassToken) << QList{20} << 3 << 20;
    }
    void agreesWithAPlainSearch() {
        QFETCH(int, head);
        QFETCH(QList<int>, units);
        QFETCH(int, channels);
        QFETCH(int, features);
        const auto data = noise(channels);
        LoadedModel model = modelOf(*data, static_cast<HeadType>(head), {units.begin(), units.end()});
        const DatasetView images(data, Split::Train, 0);
        const auto index = indexImages(model, images);
        QVERIFY(index->whole());
        QCOMPARE(index->features, features);
        QCOMPARE(featureCount(model.config()), features);
        const Image photo = DatasetView(data, Split::Test, 0).image(2);
        const torch::Tensor own = expectedFeatures(model, photo);
        const std::vector<float> ours = featuresOf(model, photo);
        QCOMPARE(static_cast<std::int64_t>(ours.size()), own.numel());
        for (std::int64_t i = 0; i < own.numel(); ++i)
            QVERIFY(std::abs(ours[static_cast<std::size_t>(i)] - own[i].item<double>()) < 1e-5);

        std::vector<double> cosines;
        for (std::int64_t i = 0; i < kImages; ++i) {
            const torch::Tensor other = expectedFeatures(model, images.image(i));
            cosines.push_back(torch::cosine_similarity(own, other, 0).item<double>());
        }
        std::vector<double> sorted = cosines;
        std::sort(sorted.rbegin(), sorted.rend());
        const std::vector<Neighbour> found = nearest(*index, photo, 10);
        QCOMPARE(found.size(), 10U);
        for (std::size_t rank = 0; rank < found.size(); ++rank) {
            const auto image = static_cast<std::size_t>(found[rank].image);
            QVERIFY(std::abs(found[rank].similarity - cosines[image]) < 1e-5);
            QVERIFY(std::abs(cosines[image] - sorted[rank]) < 1e-5);
            QCOMPARE(found[rank].label, images.label(found[rank].image));
        }
    }

    void anImageFindsItselfFirst() {
        LoadedModel model = modelOf(*m_data, HeadType::ClassToken, {});
        const DatasetView images(m_data, Split::Validation, 0.25);
        const auto index = indexImages(model, images);
        for (std::int64_t i = 0; i < images.count(); ++i) {
            const Neighbour first = nearest(*index, images.image(i), 1).front();
            QCOMPARE(first.image, i);
            QVERIFY(std::abs(first.similarity - 1) < 1e-6);
        }
        QCOMPARE(nearest(*index, images.image(0), 1000).size(), static_cast<std::size_t>(images.count()));
    }

    void partsMakeTheWhole() {
        LoadedModel model = modelOf(*m_data, HeadType::Flatten, {16});
        const DatasetView images(m_data, Split::Train, 0);
        const auto whole = indexImages(model, images);
        const auto parts = beginIndex(model, images);
        for (const std::int64_t count : {14, 21, 1000}) {
            QVERIFY(!parts->whole());
            extendIndex(*parts, count);
        }
        QVERIFY(parts->whole());
        QCOMPARE(parts->rows, whole->rows);
    }

    // A model that is being trained goes on; what was looked through stays comparable with itself.
    void learnsNothingAnew() {
        LoadedModel model = modelOf(*m_data, HeadType::GlobalAveragePooling, {});
        const DatasetView images(m_data, Split::Train, 0);
        const auto index = beginIndex(model, images);
        extendIndex(*index, kImages / 2);
        {
            const torch::NoGradGuard noGrad;
            for (const Weight& weight : model.classifier().network()->weights()) weight.tensor.add_(0.3);
        }
        model.state().step = 31;
        extendIndex(*index, kImages);
        QCOMPARE(index->model->state().step, 30);
        for (const std::int64_t i : {std::int64_t{0}, kImages - 1}) {
            const Neighbour first = nearest(*index, images.image(i), 1).front();
            QCOMPARE(first.image, i);
            QVERIFY(std::abs(first.similarity - 1) < 1e-6);
        }
    }

    void canBeCancelled() {
        LoadedModel model = modelOf(*m_data, HeadType::ClassToken, {});
        const DatasetView images(m_data, Split::Train, 0);
        std::int64_t last = 0;
        const auto stop = [&last](std::int64_t done, std::int64_t total) {
            last = done;
            return total == kImages && done < 10;
        };
        QVERIFY_THROWS_EXCEPTION(Cancelled, indexImages(model, images, stop));
        QCOMPARE(last, 14);  // two batches
    }

    void wrongInputIsNamed() {
        LoadedModel model = modelOf(*m_data, HeadType::ClassToken, {});
        const auto other = test::datasetInMemory("other", m_data->shape(), {"x"},
                                                 {std::vector<std::uint8_t>(m_data->shape().bytes()), {0}});
        const auto said = [](auto call) { return test::thrown<InvalidInput>(call); };
        QVERIFY(said([&] { beginIndex(model, {other, Split::Train, 0}); }).contains("noise"));
        QVERIFY(said([&] { beginIndex(model, {other, Split::Test, 0}); }).contains("other"));
        QVERIFY(said([&] { beginIndex(model, {m_data, Split::Validation, 0}); }).contains("choose another split"));
        const auto index = indexImages(model, {m_data, Split::Test, 0});
        QVERIFY(said([&] { nearest(*index, Image{}, 3); }).contains("no picture"));
    }

    void saysWhichFeatures() {
        Config config = preset("testing").config;
        config.head.type = HeadType::Flatten;
        config.head.units = {2048, 1024};
        QCOMPARE(featuresText(config), std::string("the 1,024 numbers that enter the head's last layer"));
        config.head.units = {};
        QVERIFY(featuresText(config).ends_with("of the mean of the tokens after the final norm"));
    }

private:
    std::shared_ptr<const Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestNeighbours)
#include "test_neighbours.moc"
