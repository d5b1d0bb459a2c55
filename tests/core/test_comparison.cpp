// SPDX-License-Identifier: GPL-3.0-or-later
// Two trained runs on one picture: the maps of the analyses, their difference, and since when the two disagree.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/inspect/attention.h"
#include "core/inspect/comparison.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tokens.h"
#include "core/session/session.h"
#include "tests/support/made_images.h"
#include "tests/support/recorder.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

using namespace vit;
using vit::test::Recorder;

namespace {

constexpr std::int64_t kEpochs = 4;

LoadedModel opened(const std::filesystem::path& run, std::int64_t epoch = 0) {
    return LoadedModel::open(run, DeviceChoice::Cpu, Precision::Float32, epoch);
}

}  // namespace

class TestComparison : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    const std::shared_ptr<const Image> m_pinned = std::make_shared<Image>(test::gradientImage(24, 24));
    const std::shared_ptr<const Image> m_photo = std::make_shared<Image>(test::gradientImage(40, 30));
    std::filesystem::path m_first, m_second, m_forgetful;

    std::filesystem::path train(std::int64_t seed, std::int64_t kept, bool pins) {
        Recorder recorder;
        const std::filesystem::path home = m_home.path().toStdString();
        Session session({home / "data", home / "runs", nullptr, 0}, recorder.listener());
        if (pins) session.setProbes({m_pinned});
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.run.seed = seed;
        request.config.run.epochs = kEpochs;
        request.config.run.keepEpochs = kept;
        session.train(request);
        if (!recorder.waitFor<RunFinished>()) return {};
        return recorder.all<RunFinished>()[0].runFolder;
    }

    // By looking at every epoch.
    Disagreement expected(const Image& photo) const {
        Disagreement found;
        for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch) {
            LoadedModel a = opened(m_first, epoch), b = opened(m_second, epoch);
            found.first = a.predict(photo, 1).top.front().name;
            found.second = b.predict(photo, 1).top.front().name;
            if (found.first == found.second) continue;
            found.epoch = epoch;
            return found;
        }
        return found;
    }

private Q_SLOTS:
    void initTestCase() {
        m_first = train(1, kEpochs, true);
        m_second = train(2, kEpochs, true);
        m_forgetful = train(3, 0, false);
        QVERIFY(!m_first.empty() && !m_second.empty() && !m_forgetful.empty());
    }

    void mapsAreThoseOfTheAnalyses_data() {
        QTest::addColumn<QString>("map");
        for (const ComparedMap& map : comparedMaps()) QTest::newRow(map.key.c_str()) << QString::fromStdString(map.key);
    }
    void mapsAreThoseOfTheAnalyses() {
        QFETCH(QString, map);
        LoadedModel model = opened(m_first);
        const ComparedMap& kind = comparedMap(map.toStdString());
        const ComparedSide side = comparedSide(model, *m_photo, {.map = kind.key});
        const Prediction said = model.predict(*m_photo, 1);
        QCOMPARE(side.answers.size(), model.classNames().size());
        QCOMPARE(side.answers.front().index, said.top.front().index);
        QCOMPARE(side.about, kind.ofClass ? said.top.front().name : std::string());
        const TokenGrid grid = tokenGrid(model.config());
        const Look look = model.look(*m_photo, {.attention = true, .tokens = true});
        FloatArray wanted;
        if (kind.key == "attention") {
            wanted = attentionMap(layerAttention(look.attention, model.config().model.layers - 1, std::nullopt), grid);
        } else if (kind.key == "norms") {
            const auto size = static_cast<std::ptrdiff_t>(look.tokens.shape[1] * look.tokens.shape[2]);
            wanted = tokenNorms({{look.tokens.shape[1], look.tokens.shape[2]},
                                 {look.tokens.values.end() - size, look.tokens.values.end()}},
                                grid)
                         .norms;
        } else {
            wanted = relevance(model, *m_photo, said.top.front().index, relevanceMethod(kind.key)).map;
        }
        QCOMPARE(side.map.shape, (std::vector<std::int64_t>{grid.rows, grid.columns}));
        QCOMPARE(side.map.shape, wanted.shape);
        QCOMPARE(side.map.values, wanted.values);
    }

    void classAndLayerAreChosen() {
        LoadedModel model = opened(m_first);
        const ComparedSide own = comparedSide(model, *m_photo, {.map = "occlusion"});
        const std::string other = own.answers.back().name;
        const ComparedSide chosen = comparedSide(model, *m_photo, {.map = "occlusion", .className = other});
        QCOMPARE(chosen.about, other);
        QVERIFY(chosen.map.values != own.map.values);
        QCOMPARE(comparedSide(model, *m_photo, {.map = "occlusion", .className = "unicorn"}).about, own.about);
        const auto layer = [&](std::int64_t index) {
            return comparedSide(model, *m_photo, {.map = "norms", .layer = index}).map.values;
        };
        const std::int64_t last = model.config().model.layers - 1;
        QCOMPARE(layer(last), comparedSide(model, *m_photo, {.map = "norms"}).map.values);
        QVERIFY(layer(0) != layer(last));
        QVERIFY(test::thrown<InvalidInput>([&] { layer(last + 1); }).contains(QString::number(last + 2)));
        QVERIFY(test::thrown<InvalidInput>([&] { comparedSide(model, *m_photo, {.map = "x"}); }).contains("attention"));
        QVERIFY(!test::thrown<InvalidInput>([&] { comparedSide(model, Image{}, {}); }).isEmpty());
    }

    void differenceIsTheSecondLessTheFirst() {
        LoadedModel a = opened(m_first), b = opened(m_second);
        const ComparedSide first = comparedSide(a, *m_photo, {}), second = comparedSide(b, *m_photo, {});
        const FloatArray difference = mapDifference(first.map, second.map).value();
        for (std::size_t i = 0; i < difference.values.size(); ++i)
            QCOMPARE(difference.values[i], second.map.values[i] - first.map.values[i]);
        QVERIFY(!mapDifference({{1, 2}, {0, 0}}, {{2, 1}, {0, 0}}));
    }

    void pointingFindsTheSamePlace() {
        QCOMPARE(samePlace(5, {4, 4}, {4, 4}), 5);
        QCOMPARE(samePlace(0, {2, 2}, {8, 8}), 2 * 8 + 2);
        QCOMPARE(samePlace(63, {8, 8}, {2, 2}), 3);
        QCOMPARE(samePlace(4, {3, 3}, {1, 1}), 0);
        QCOMPARE(samePlace(-1, {3, 3}, {1, 1}), -1);
        for (int patch = 0; patch < 49; ++patch)
            QCOMPARE(samePlace(samePlace(patch, {7, 7}, {21, 21}), {21, 21}, {7, 7}), patch);
    }

    void answersAreSideBySide() {
        ComparedSide a, b;
        a.answers = {{0, "cat", 0.7}, {1, "dog", 0.2}, {2, "cow", 0.1}};
        b.answers = {{1, "dog", 0.9}, {0, "cat", 0.08}, {3, "elk", 0.02}};
        const std::vector<AnswerPair> pairs = pairedAnswers(a, b, 2);
        QCOMPARE(pairs.size(), 2U);
        QCOMPARE(pairs[0].name, std::string("dog"));
        QCOMPARE(pairs[0].first.value(), 0.2);
        QCOMPARE(pairs[0].second.value(), 0.9);
        const std::vector<AnswerPair> all = pairedAnswers(a, b);
        QCOMPARE(all.size(), 4U);
        QVERIFY(!all[2].second && !all[3].first);  // each has a class that the other has not
    }

    void disagreementIsFoundInWhatWasPinned() {
        const Disagreement wanted = expected(*m_pinned);
        const Disagreement found = firstDisagreement(m_first, m_second, m_pinned);
        QVERIFY(found.pinned);
        QCOMPARE(found.compared, kEpochs);
        QCOMPARE(found.epoch, wanted.epoch);
        if (found.epoch > 0) QCOMPARE(found.first + found.second, wanted.first + wanted.second);
    }

    void elseInTheWeightsThatWereKept() {
        QCOMPARE(sharedEpochs(m_first, m_second).size(), static_cast<std::size_t>(kEpochs));
        const Disagreement wanted = expected(*m_photo);
        const Disagreement found = firstDisagreement(m_first, m_second, m_photo);
        QVERIFY(!found.pinned && found.compared > 0);
        QCOMPARE(found.epoch, wanted.epoch);
        if (found.epoch > 0) QCOMPARE(found.first + found.second, wanted.first + wanted.second);
        QCOMPARE(firstDisagreement(m_first, m_first, m_photo).epoch, std::int64_t{0});
        const auto stop = [](std::int64_t, std::int64_t) { return false; };
        QVERIFY_THROWS_EXCEPTION(Cancelled, firstDisagreement(m_first, m_second, m_photo, stop));
    }

    void nothingKeptIsSaid() {
        QVERIFY(sharedEpochs(m_first, m_forgetful).empty());
        QCOMPARE(firstDisagreement(m_first, m_forgetful, m_pinned).compared, std::int64_t{0});
    }
};

QTEST_GUILESS_MAIN(TestComparison)
#include "test_comparison.moc"
