// SPDX-License-Identifier: GPL-3.0-or-later
// The synthetic shapes: the same from the same seed, balanced, in random order, no two alike, each the outline that its
// label names, in a colour that stands out from its ground.
#include "core/data/dataset.h"
#include "core/data/sources/synthetic.h"
#include "core/data/sources/synthetic_outline.h"
#include "tests/support/memory_dataset.h"

#include <QCryptographicHash>
#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <thread>

using vit::DatasetView;
using vit::Image;
using vit::ImageShape;
using vit::ImageSource;
using vit::Outline;
using vit::Split;

namespace {

std::vector<std::uint8_t> bytesOf(const ImageSource& images) {
    std::vector<std::uint8_t> all(static_cast<std::size_t>(images.count()) * images.shape().bytes());
    for (std::int64_t i = 0; i < images.count(); ++i) {
        const std::size_t bytes = images.shape().bytes();
        images.fill(i, std::span(all).subspan(static_cast<std::size_t>(i) * bytes, bytes));
    }
    return all;
}

std::vector<std::int32_t> labelsOf(const ImageSource& images) {
    std::vector<std::int32_t> labels;
    for (std::int64_t i = 0; i < images.count(); ++i) labels.push_back(images.label(i));
    return labels;
}

QByteArray hashOf(const std::vector<std::uint8_t>& pixels) {
    const QByteArray bytes(reinterpret_cast<const char*>(pixels.data()), static_cast<qsizetype>(pixels.size()));
    return QCryptographicHash::hash(bytes, QCryptographicHash::Md5).toHex();
}

using Colour = std::array<double, 3>;  // 0 … 1

Colour colourAt(const Image& image, int x, int y) {
    return {image.at(x, y, 0) / 255.0, image.at(x, y, 1) / 255.0, image.at(x, y, 2) / 255.0};
}

double distance(const Colour& a, const Colour& b) {
    return std::sqrt(2 * (a[0] - b[0]) * (a[0] - b[0]) + 4 * (a[1] - b[1]) * (a[1] - b[1]) +
                     (a[2] - b[2]) * (a[2] - b[2]));
}

Colour medianOf(const std::vector<Colour>& colours) {
    Colour median{};
    for (std::size_t c = 0; c < 3; ++c) {
        std::vector<double> values;
        for (const Colour& colour : colours) values.push_back(colour[c]);
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        median[c] = *middle;
    }
    return median;
}

// A figure as a test for points, in units of the square root of its area from its centre of gravity.
class Figure {
public:
    // inside(x, y) is asked at the middle of each of `side` × `side` cells.
    template <class Inside>
    Figure(int side, const Inside& inside) : m_side(side), m_cells(static_cast<std::size_t>(side) * side) {
        double sumX = 0;
        double sumY = 0;
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                if (!inside(x, y)) continue;
                m_cells[static_cast<std::size_t>(y) * side + x] = true;
                ++m_area;
                sumX += x;
                sumY += y;
            }
        m_x = m_area > 0 ? sumX / m_area : 0;
        m_y = m_area > 0 ? sumY / m_area : 0;
    }

    double share() const { return m_area / (static_cast<double>(m_side) * m_side); }
    bool contains(double u, double v) const {
        const auto x = static_cast<int>(std::lround(m_x + u * std::sqrt(m_area)));
        const auto y = static_cast<int>(std::lround(m_y + v * std::sqrt(m_area)));
        return x >= 0 && x < m_side && y >= 0 && y < m_side && m_cells[static_cast<std::size_t>(y) * m_side + x];
    }

private:
    int m_side;
    std::vector<bool> m_cells;
    double m_area = 0;
    double m_x = 0;
    double m_y = 0;
};

// Of what both cover, the share that both cover together, the second one turned.
double overlap(const Figure& a, const Figure& b, double angle) {
    constexpr int kSteps = 40;
    constexpr double kReach = 1.4;
    int both = 0;
    int either = 0;
    for (int j = 0; j < kSteps; ++j)
        for (int i = 0; i < kSteps; ++i) {
            const double u = kReach * (2.0 * i / (kSteps - 1) - 1);
            const double v = kReach * (2.0 * j / (kSteps - 1) - 1);
            const bool inA = a.contains(u, v);
            const bool inB = b.contains(u * std::cos(angle) + v * std::sin(angle),
                                        v * std::cos(angle) - u * std::sin(angle));
            both += inA && inB;
            either += inA || inB;
        }
    return either == 0 ? 0 : static_cast<double>(both) / either;
}

bool isInside(const Outline& outline, double x, double y) {
    bool inside = false;
    for (const auto& line : outline.lines)
        for (std::size_t i = 0, j = line.size() - 1; i < line.size(); j = i++)
            if ((line[i].y > y) != (line[j].y > y) &&
                x < line[i].x + (line[j].x - line[i].x) * (y - line[i].y) / (line[j].y - line[i].y))
                inside = !inside;
    return inside;
}

std::vector<Figure> promisedFigures() {
    constexpr int kSide = 120;
    std::vector<Figure> figures;
    for (const Outline& outline : vit::syntheticOutlines())
        figures.emplace_back(kSide, [&](int x, int y) {
            return isInside(outline, 2.2 * (x + 0.5) / kSide - 1.1, 2.2 * (y + 0.5) / kSide - 1.1);
        });
    return figures;
}

// The ground is what is seen along the border, and the shape what differs from it.
struct Seen {
    Colour ground;
    Colour shape;
    Figure figure;
};

Seen look(const Image& image) {
    std::vector<Colour> border;
    for (int i = 0; i < image.width; ++i)
        for (const auto& [x, y] : {std::pair{i, 0}, {i, image.height - 1}, {0, i}, {image.width - 1, i}})
            border.push_back(colourAt(image, x, y));
    const Colour ground = medianOf(border);
    const auto stands = [&](int x, int y) { return distance(colourAt(image, x, y), ground) > 0.5; };
    std::vector<Colour> standing{ground};
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            if (stands(x, y)) standing.push_back(colourAt(image, x, y));
    // Shadow and texture may stand out as well: the shape is of one colour.
    const Colour shape = medianOf(standing);
    return {ground, shape, Figure(image.width, [&](int x, int y) {
                const Colour colour = colourAt(image, x, y);
                return distance(colour, shape) < distance(colour, ground);
            })};
}

// Which outline a figure is most like.
std::int32_t recognised(const Figure& figure, const std::vector<Figure>& promised) {
    std::vector<double> scores;
    for (const Figure& candidate : promised) {
        double best = 0;
        for (int turn = -2; turn <= 2; ++turn) best = std::max(best, overlap(figure, candidate, 0.18 * turn));
        scores.push_back(best);
    }
    return static_cast<std::int32_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

}  // namespace

class TestSynthetic : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sizesAndNames();
    void sameSeedSameImages();
    void statisticsAreThoseOfTheImages();
    void manyMayReadAtOnce();
    void balancedAndShuffled();
    void imagesDiffer();
    void shapesStandOutFromTheirGrounds();
    void outlinesAreThoseOfTheLabels();
    void coloursTellNothingOfTheLabels();
};

void TestSynthetic::sizesAndNames() {
    const vit::LabelledImages data = vit::makeSyntheticShapes();
    QCOMPARE(data.train->shape(), (ImageShape{32, 32, 3}));
    QCOMPARE(data.train->count(), 6000);
    QCOMPARE(data.test->count(), 1000);
    QCOMPARE(data.classNames.size(), std::size_t{10});
    const std::vector<std::string>& names = vit::syntheticClassNames();
    QCOMPARE(data.classNames, names);
    QCOMPARE(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

void TestSynthetic::sameSeedSameImages() {
    const auto one = vit::makeSyntheticShapes({.train = 50, .test = 20});
    const auto two = vit::makeSyntheticShapes({.train = 50, .test = 20});
    const auto other = vit::makeSyntheticShapes({.train = 50, .test = 20, .seed = 3});
    QCOMPARE(bytesOf(*one.train), bytesOf(*two.train));
    QCOMPARE(bytesOf(*one.test), bytesOf(*two.test));
    QCOMPARE(labelsOf(*one.test), labelsOf(*two.test));
    QVERIFY(bytesOf(*one.train) != bytesOf(*other.train));
}

// Within 0.5 of 255: how OpenCV fills the border of a polygon differs from version to version.
void TestSynthetic::statisticsAreThoseOfTheImages() {
    const auto data = vit::makeSyntheticShapes();
    const vit::ChannelStatistics measured = vit::measureChannels(*data.train);
    QVERIFY(data.statistics.has_value());
    for (std::size_t c = 0; c < 3; ++c) {
        QVERIFY(std::abs(data.statistics->mean[c] - measured.mean[c]) < 0.5);
        QVERIFY(std::abs(data.statistics->deviation[c] - measured.deviation[c]) < 0.5);
    }
    QVERIFY(!vit::makeSyntheticShapes({.seed = 3}).statistics);
}

// Each image once, whichever threads want it, and in whatever order.
void TestSynthetic::manyMayReadAtOnce() {
    const auto one = vit::makeSyntheticShapes({.train = 300, .test = 1});
    const auto two = vit::makeSyntheticShapes({.train = 300, .test = 1});
    std::vector<std::thread> readers;
    for (int t = 0; t < 4; ++t)
        readers.emplace_back([&one, t] {
            std::vector<std::uint8_t> into(one.train->shape().bytes());
            for (std::int64_t i = 0; i < 300; ++i) one.train->read((i * 7 + t * 50) % 300, into);
        });
    for (std::thread& reader : readers) reader.join();
    QCOMPARE(bytesOf(*one.train), bytesOf(*two.train));
}

void TestSynthetic::balancedAndShuffled() {
    const auto data = vit::makeSyntheticShapes({.train = 500, .test = 100});
    const std::vector<std::int32_t> labels = labelsOf(*data.train);
    for (std::int32_t label = 0; label < 10; ++label) QCOMPARE(std::count(labels.begin(), labels.end(), label), 50);
    // The last tenth becomes the validation split: every class must be in it, though not in a fixed turn.
    QCOMPARE(std::set<std::int32_t>(labels.end() - 50, labels.end()).size(), std::size_t(10));
    QVERIFY(!std::equal(labels.begin(), labels.begin() + 10, labels.begin() + 10));
}

void TestSynthetic::imagesDiffer() {
    const auto data = vit::test::measured("shapes", vit::makeSyntheticShapes({.train = 200, .test = 200}));
    std::set<QByteArray> hashes;
    for (Split split : {Split::Train, Split::Test}) {
        const DatasetView view(data, split, 0);
        for (std::int64_t i = 0; i < view.count(); ++i) hashes.insert(hashOf(view.image(i).pixels));
    }
    QCOMPARE(hashes.size(), std::size_t(400));
}

// Any one image may be an exception; blank images and noise are exceptions all.
void TestSynthetic::shapesStandOutFromTheirGrounds() {
    const DatasetView view(vit::test::measured("shapes", vit::makeSyntheticShapes({.train = 500, .test = 1})),
                           Split::Train, 0);
    int clear = 0;
    for (std::int64_t i = 0; i < view.count(); ++i) {
        const Seen seen = look(view.image(i));
        clear += distance(seen.ground, seen.shape) > 0.6 && seen.figure.share() > 0.05 && seen.figure.share() < 0.6;
    }
    QVERIFY2(clear > 470, qPrintable(QString::number(clear)));
}

// An outline cut out by its colour and laid over the ten there are is told from them nine times as often as by chance.
void TestSynthetic::outlinesAreThoseOfTheLabels() {
    const std::vector<Figure> promised = promisedFigures();
    const DatasetView view(vit::test::measured("shapes", vit::makeSyntheticShapes({.train = 500, .test = 1})),
                           Split::Train, 0);
    int right = 0;
    std::array<int, 10> ofClass{};
    for (std::int64_t i = 0; i < view.count(); ++i) {
        if (recognised(look(view.image(i)).figure, promised) != view.label(i)) continue;
        ++right;
        ++ofClass[static_cast<std::size_t>(view.label(i))];
    }
    QVERIFY2(right > 450, qPrintable(QString::number(right)));
    for (std::size_t c = 0; c < 10; ++c) QVERIFY2(ofClass[c] > 40, vit::syntheticClassNames()[c].c_str());
}

// Otherwise a model would learn colours for shapes: the nearest class by the mean of its pixels is little better than
// guessing.
void TestSynthetic::coloursTellNothingOfTheLabels() {
    const auto data = vit::makeSyntheticShapes({.train = 2000, .test = 500});
    const auto meansOf = [](const ImageSource& images, std::int64_t i) {
        std::vector<std::uint8_t> pixels(images.shape().bytes());
        images.fill(i, pixels);
        Colour mean{};
        for (std::size_t p = 0; p < pixels.size(); ++p) mean[p % 3] += pixels[p] / (255.0 * 1024);
        return mean;
    };
    std::array<Colour, 10> classes{};
    for (std::int64_t i = 0; i < data.train->count(); ++i)
        for (std::size_t c = 0; c < 3; ++c)
            classes[static_cast<std::size_t>(data.train->label(i))][c] += meansOf(*data.train, i)[c] / 200;
    int right = 0;
    for (std::int64_t i = 0; i < data.test->count(); ++i) {
        const Colour own = meansOf(*data.test, i);
        const auto nearest = std::min_element(classes.begin(), classes.end(), [&](const Colour& a, const Colour& b) {
            return distance(a, own) < distance(b, own);
        });
        right += nearest - classes.begin() == data.test->label(i);
    }
    QVERIFY2(right > 20 && right < 110, qPrintable(QString::number(right)));
}

QTEST_GUILESS_MAIN(TestSynthetic)
#include "test_synthetic.moc"
