// SPDX-License-Identifier: GPL-3.0-or-later
// The synthetic shapes: the same from the same seed, balanced, in random order, no two alike.
#include "core/data/sources/synthetic.h"

#include <QCryptographicHash>
#include <QtTest>

#include <algorithm>
#include <set>

using vit::Dataset;
using vit::DatasetView;
using vit::Split;

namespace {

QByteArray hashOf(const std::vector<std::uint8_t>& pixels) {
    const QByteArray bytes(reinterpret_cast<const char*>(pixels.data()), static_cast<qsizetype>(pixels.size()));
    return QCryptographicHash::hash(bytes, QCryptographicHash::Md5).toHex();
}

}  // namespace

class TestSynthetic : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sizesAndNames();
    void sameSeedSameImages();
    void balancedAndShuffled();
    void imagesDiffer();
    void shapeStandsOutFromItsGround();
};

void TestSynthetic::sizesAndNames() {
    const auto data = vit::makeSyntheticShapes();
    QCOMPARE(data->name(), std::string("synthetic-shapes"));
    QCOMPARE(data->shape(), (Dataset::Shape{32, 32, 3}));
    QCOMPARE(data->trainCount(), 6000);
    QCOMPARE(data->testCount(), 1000);
    QCOMPARE(data->classes(), 10);
    const std::vector<std::string>& names = vit::syntheticClassNames();
    QCOMPARE(data->classNames(), names);
    QCOMPARE(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

void TestSynthetic::sameSeedSameImages() {
    const auto one = vit::makeSyntheticShapes({.train = 50, .test = 20});
    const auto two = vit::makeSyntheticShapes({.train = 50, .test = 20});
    const auto other = vit::makeSyntheticShapes({.train = 50, .test = 20, .seed = 3});
    QCOMPARE(one->trainTable().pixels, two->trainTable().pixels);
    QCOMPARE(one->testTable().labels, two->testTable().labels);
    QVERIFY(one->trainTable().pixels != other->trainTable().pixels);
}

void TestSynthetic::balancedAndShuffled() {
    const auto data = vit::makeSyntheticShapes({.train = 500, .test = 100});
    const std::vector<std::int32_t>& labels = data->trainTable().labels;
    for (std::int32_t label = 0; label < data->classes(); ++label)
        QCOMPARE(std::count(labels.begin(), labels.end(), label), 50);
    // The last tenth becomes the validation split: every class must be in it, though not in a fixed turn.
    QCOMPARE(std::set<std::int32_t>(labels.end() - 50, labels.end()).size(), std::size_t(10));
    QVERIFY(!std::equal(labels.begin(), labels.begin() + 10, labels.begin() + 10));
}

void TestSynthetic::imagesDiffer() {
    const auto data = vit::makeSyntheticShapes({.train = 200, .test = 200});
    std::set<QByteArray> hashes;
    for (Split split : {Split::Train, Split::Test}) {
        const DatasetView view(data, split, 0);
        for (std::int64_t i = 0; i < view.count(); ++i) hashes.insert(hashOf(view.image(i).pixels));
    }
    QCOMPARE(hashes.size(), std::size_t(400));
}

// Any one image may be dim, but over many the values must spread: a blank data set would pass all of the above.
void TestSynthetic::shapeStandsOutFromItsGround() {
    const auto data = vit::makeSyntheticShapes({.train = 300, .test = 1});
    for (std::size_t c = 0; c < 3; ++c) {
        QVERIFY(data->statistics().mean[c] > 80 && data->statistics().mean[c] < 175);
        QVERIFY(data->statistics().deviation[c] > 30);
    }
}

QTEST_GUILESS_MAIN(TestSynthetic)
#include "test_synthetic.moc"
