// SPDX-License-Identifier: GPL-3.0-or-later
// Maps that are kept small, and what was said of pinned pictures sorted into films.
#include "core/runs/run_film.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace vit;

namespace {

constexpr std::int64_t kStepsPerEpoch = 10;

ProbePredicted said(const std::string& image, std::int64_t step, const std::string& name,
                    std::optional<KeptMap> map = std::nullopt) {
    ProbePredicted probe;
    probe.prediction.epoch = step / kStepsPerEpoch;
    probe.prediction.step = step;
    probe.prediction.top = {{0, name, 0.75}};
    probe.image = image;
    probe.map = std::move(map);
    return probe;
}

RunCurves curvesOf(std::vector<ProbePredicted> probes) {
    RunCurves curves;
    curves.epochs.resize(1);
    curves.epochs[0].epoch = 1;
    curves.epochs[0].step = kStepsPerEpoch;
    curves.probes = std::move(probes);
    return curves;
}

Film filmOf(std::vector<ProbePredicted> probes) { return films(curvesOf(std::move(probes))).at(0); }

// Three components that are unlike each other, over 8 x 8 patches, turned by an angle in the plane of two of them and
// mirrored; and, at last, a little different, as they are an epoch later.
KeptMap turnedColours(double angle, std::array<int, 3> signs, double change = 0) {
    constexpr int kSide = 8;
    std::array<std::vector<double>, 3> components;
    for (int patch = 0; patch < kSide * kSide; ++patch) {
        const double x = 2 * M_PI * (patch % kSide) / kSide, y = 2 * M_PI * (patch / kSide) / kSide;
        const double learned = change * std::sin(3 * x + 2 * y);
        components[0].push_back(std::sin(x) + learned);
        components[1].push_back(std::sin(y) - learned);
        components[2].push_back(std::cos(x) * std::cos(y) * std::sqrt(2.0));
    }
    FloatArray colours{{kSide, kSide, 3}, {}};
    for (std::size_t patch = 0; patch < kSide * kSide; ++patch) {
        const double a = components[0][patch], b = components[1][patch];
        const std::array<double, 3> turned = {std::cos(angle) * a - std::sin(angle) * b,
                                              std::sin(angle) * a + std::cos(angle) * b, components[2][patch]};
        for (std::size_t c = 0; c < 3; ++c) colours.values.push_back(static_cast<float>(signs[c] * turned[c]));
    }
    for (std::size_t c = 0; c < 3; ++c) {  // as tokenColours() stretches them
        float least = colours.values[c], greatest = least;
        for (std::size_t i = c; i < colours.values.size(); i += 3) {
            least = std::min(least, colours.values[i]);
            greatest = std::max(greatest, colours.values[i]);
        }
        for (std::size_t i = c; i < colours.values.size(); i += 3)
            colours.values[i] = (colours.values[i] - least) / (greatest - least);
    }
    return *keptMap("token-colours", colours);
}

// In levels.
int largestDifference(const KeptMap& a, const KeptMap& b) {
    int largest = 0;
    for (std::size_t i = 0; i < a.levels.size(); ++i)
        largest = std::max(largest, std::abs(int(a.levels[i]) - int(b.levels[i])));
    return largest;
}

}  // namespace

class TestRunFilm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void levelsComeNearTheNumbers();
    void mapOfOneNumber();
    void whatIsNoMap_data();
    void whatIsNoMap();
    void filmsAreOfOnePicture();
    void framesHaveTheirTime();
    void framesAtAnEpoch();
    void oneScaleForAllMaps();
    void coloursAreKept();
    void coloursHoldStill_data();
    void coloursHoldStill();
    void coloursOfAnInterruptedRunAreTheSame();
    void coloursOfAnotherKindStayAsTheyAre();
    void firstDisagreementIsFound();
};

void TestRunFilm::levelsComeNearTheNumbers() {
    FloatArray map{{3, 5}, {}};
    for (int i = 0; i < 15; ++i) map.values.push_back(std::sin(static_cast<float>(i)) * 1e-3F - 5);
    const auto kept = keptMap("relevance", map);
    QVERIFY(kept);
    QCOMPARE(kept->method, std::string("relevance"));
    QCOMPARE(*std::min_element(kept->levels.begin(), kept->levels.end()), std::uint8_t{0});
    QCOMPARE(*std::max_element(kept->levels.begin(), kept->levels.end()), std::uint8_t{255});
    const FloatArray read = asArray(*kept);
    QCOMPARE(read.shape, map.shape);
    for (std::size_t i = 0; i < map.values.size(); ++i)
        QVERIFY(std::abs(read.values[i] - map.values[i]) <= (kept->high - kept->low) / 510 + 1e-6);
    QVERIFY(keptMap("relevance", read) == kept);  // once rounded it stays as it is
}

void TestRunFilm::mapOfOneNumber() {
    const auto kept = keptMap("rollout", {{1, 2}, {0.25F, 0.25F}});
    QVERIFY(kept && kept->low == 0.25 && kept->high == 0.25);
    QCOMPARE(asArray(*kept).values, (std::vector<float>{0.25F, 0.25F}));
}

void TestRunFilm::whatIsNoMap_data() {
    QTest::addColumn<std::vector<float>>("values");
    QTest::newRow("empty") << std::vector<float>{};
    QTest::newRow("not a number") << std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()};
    QTest::newRow("infinite") << std::vector<float>{std::numeric_limits<float>::infinity(), 0};
}

void TestRunFilm::whatIsNoMap() {
    QFETCH(std::vector<float>, values);
    QVERIFY(!keptMap("rollout", {{1, static_cast<std::int64_t>(values.size())}, values}));
}

void TestRunFilm::filmsAreOfOnePicture() {
    const auto all = films(curvesOf({said("", 10, "a"), said("probe.png", 20, "a"), said("probe-2.png", 20, "a"),
                                     said("probe.png", 30, "b")}));
    QCOMPARE(all.size(), std::size_t{3});
    QCOMPARE(all[1].image, std::string("probe.png"));
    QCOMPARE(all[1].frames.size(), std::size_t{2});
    QCOMPARE(all[1].frames[1].epoch, std::int64_t{3});
    QCOMPARE(all[1].frames[1].prediction.top.front().name, std::string("b"));
}

void TestRunFilm::framesHaveTheirTime() {
    const Film film = filmOf({said("", 5, "a"), said("", 10, "a"), said("", 14, "a")});
    QCOMPARE(film.frames[0].time, 0.5);
    QCOMPARE(film.frames[1].time, 1.0);
    QCOMPARE(film.frames[2].time, 1.4);
}

void TestRunFilm::framesAtAnEpoch() {
    const Film film = filmOf({said("", 10, "a"), said("", 14, "b"), said("", 20, "c"), said("", 50, "d")});
    QVERIFY(frameAt(film, 0) == nullptr);
    QCOMPARE(frameAt(film, 1), &film.frames[0]);
    QCOMPARE(frameAt(film, 2), &film.frames[2]);
    QCOMPARE(frameAt(film, 4), &film.frames[2]);  // pinned again later
    QCOMPARE(frameAt(film, 99), &film.frames[3]);
}

void TestRunFilm::oneScaleForAllMaps() {
    const KeptMap first{"relevance", 1, 1, 0.25, 0.5, {0}};
    const KeptMap second{"relevance", 1, 1, 0.5, 2, {0}};
    const ValueRange range = mapRange(filmOf({said("", 10, "a", first), said("", 20, "a"), said("", 30, "a", second)}));
    QCOMPARE(range.low, 0.25);
    QCOMPARE(range.high, 2.0);
    QVERIFY(mapRange(filmOf({said("", 10, "a")})).empty());
}

void TestRunFilm::coloursAreKept() {
    FloatArray colours{{1, 2, 3}, {0, 0.5F, 0.25F, 0.75F, 0.5F, 0.25F}};
    const auto kept = keptMap("token-colours", colours);
    QVERIFY(kept && kept->isColours());
    QCOMPARE(kept->low, 0.0);  // colours are what they are: they are not stretched
    QCOMPARE(kept->high, 1.0);
    QCOMPARE(asArray(*kept).shape, colours.shape);
    for (std::size_t i = 0; i < 6; ++i) QVERIFY(std::abs(asArray(*kept).values[i] - colours.values[i]) < 0.002F);
    QVERIFY(!keptMap("relevance", {{1, 3}, {0, 1, 2}})->isColours());
}

void TestRunFilm::coloursHoldStill_data() {
    QTest::addColumn<double>("angle");
    QTest::addColumn<QVector<int>>("signs");
    QTest::addColumn<double>("change");
    QTest::addColumn<int>("allowed");  // levels
    QTest::newRow("as it was") << 0.0 << QVector<int>{1, 1, 1} << 0.0 << 1;
    QTest::newRow("a flipped sign") << 0.0 << QVector<int>{-1, 1, 1} << 0.0 << 3;
    QTest::newRow("all signs flipped") << 0.0 << QVector<int>{-1, -1, -1} << 0.0 << 3;
    QTest::newRow("two components have changed places") << M_PI / 2 << QVector<int>{1, 1, 1} << 0.0 << 3;
    QTest::newRow("a turned basis") << 0.7 << QVector<int>{1, 1, 1} << 0.0 << 4;
    QTest::newRow("turned and flipped") << 2.1 << QVector<int>{1, -1, -1} << 0.0 << 4;
    QTest::newRow("turned, flipped, and learned since") << 2.1 << QVector<int>{1, -1, -1} << 0.05 << 16;
}

void TestRunFilm::coloursHoldStill() {
    QFETCH(double, angle);
    QFETCH(QVector<int>, signs);
    QFETCH(double, change);
    QFETCH(int, allowed);
    const KeptMap first = turnedColours(0, {1, 1, 1});
    const KeptMap second = turnedColours(angle, {signs[0], signs[1], signs[2]}, change);
    if (angle != 0 || signs != QVector<int>{1, 1, 1}) QVERIFY(largestDifference(first, second) > 100);
    // Between them a frame without a map, and a third frame that follows the second.
    const Film film = filmOf({said("", 10, "a", first), said("", 15, "a"), said("", 20, "a", second),
                              said("", 30, "a", turnedColours(-angle, {1, 1, signs[0]}, change))});
    QCOMPARE(*film.frames[0].map, first);
    QVERIFY(!film.frames[1].map);
    for (std::size_t frame = 2; frame < 4; ++frame) {
        const int difference = largestDifference(first, *film.frames[frame].map);
        QVERIFY2(difference <= allowed + static_cast<int>(frame), qPrintable(QString::number(difference)));
        QCOMPARE(film.frames[frame].map->method, std::string("token-colours"));
    }
    QVERIFY(mapRange(film).empty());  // which is of numbers
}

// What is read at once, and what comes frame by frame.
void TestRunFilm::coloursOfAnInterruptedRunAreTheSame() {
    std::vector<ProbePredicted> probes;
    for (int epoch = 1; epoch <= 6; ++epoch)
        probes.push_back(said("probe.png", epoch * kStepsPerEpoch, "a",
                              turnedColours(0.4 * epoch, {epoch % 2 ? 1 : -1, 1, epoch % 3 ? 1 : -1}, 0.02 * epoch)));
    const Film whole = filmOf(probes);
    std::vector<Film> goingOn = films(curvesOf({probes.begin(), probes.begin() + 3}));
    for (std::size_t i = 3; i < probes.size(); ++i) addFrame(goingOn, probes[i], kStepsPerEpoch);
    for (std::size_t i = 0; i < probes.size(); ++i) {
        QCOMPARE(*goingOn[0].frames[i].map, *whole.frames[i].map);
        QVERIFY(largestDifference(*whole.frames[i].map, *whole.frames[0].map) < 40);
    }
}

void TestRunFilm::coloursOfAnotherKindStayAsTheyAre() {
    const KeptMap colours = turnedColours(0.7, {1, 1, 1});
    const KeptMap numbers = *keptMap("relevance", {{8, 8}, std::vector<float>(64, 0.5F)});
    const KeptMap smaller = *keptMap("token-colours", {{1, 1, 3}, {0.5F, 0.5F, 0.5F}});
    const Film film = filmOf({said("", 10, "a", smaller), said("", 20, "a", colours), said("", 30, "a", numbers),
                              said("", 40, "a", smaller)});
    QCOMPARE(*film.frames[1].map, colours);
    QCOMPARE(*film.frames[2].map, numbers);
    QCOMPARE(*film.frames[3].map, smaller);
    // One patch has one colour, whatever was before: no division by zero.
    QCOMPARE(filmOf({said("", 10, "a", smaller), said("", 20, "a", smaller)}).frames[1].map->levels, smaller.levels);
}

void TestRunFilm::firstDisagreementIsFound() {
    const Film a = filmOf({said("", 10, "cat"), said("", 15, "dog"), said("", 20, "cat"), said("", 30, "dog")});
    QVERIFY(!firstDisagreement(a, a));
    // Only the ends of epochs that both have are compared.
    QVERIFY(!firstDisagreement(a, filmOf({said("", 10, "cat"), said("", 15, "cat"), said("", 20, "cat")})));
    QCOMPARE(firstDisagreement(a, filmOf({said("", 20, "cat"), said("", 30, "cat")})), std::optional<std::int64_t>(3));
    QCOMPARE(firstDisagreement(a, filmOf({said("", 10, "dog"), said("", 30, "cat")})), std::optional<std::int64_t>(1));
}

QTEST_GUILESS_MAIN(TestRunFilm)
#include "test_run_film.moc"
