// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures there and back between the engine and Qt.
#include "tests/support/made_images.h"
#include "ui/widgets/qimage_convert.h"

#include <QtTest>

using namespace vit;
using namespace vit::ui;

class TestQImageConvert : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void goesThereAndBack_data() {
        QTest::addColumn<int>("width");
        // QImage pads its rows to four bytes, Image does not.
        for (const int width : {1, 2, 3, 4, 5, 72}) QTest::addRow("%d wide", width) << width;
    }

    void goesThereAndBack() {
        QFETCH(int, width);
        const Image image = test::gradientImage(width, 7);
        QCOMPARE(fromQImage(toQImage(image)), image);
        const auto shared = std::make_shared<const Image>(image);
        QCOMPARE(fromQImage(shareAsQImage(shared)), image);
        QCOMPARE(toQImage(image).pixelColor(width - 1, 6), QColor(width - 1, 6, width + 5));
    }

    void sharingKeepsThePixels() {
        auto image = std::make_shared<const Image>(test::gradientImage(5, 5));
        const std::weak_ptr<const Image> watch = image;
        QImage picture = shareAsQImage(image);
        QCOMPARE(picture.constBits(), image->pixels.data());
        image.reset();
        QVERIFY(!watch.expired());
        QCOMPARE(picture.pixelColor(4, 3), QColor(4, 3, 7));
        picture = {};
        QVERIFY(watch.expired());
    }

    void greyStaysGrey() {
        const QImage picture = toQImage(Image{3, 1, 1, {0, 100, 255}});
        QCOMPARE(picture.format(), QImage::Format_Grayscale8);
        QCOMPARE(picture.pixelColor(1, 0), QColor(100, 100, 100));
        QCOMPARE(fromQImage(picture).channels, 3);
        QCOMPARE(fromQImage(picture).at(2, 0, 1), 255);
    }

    void transparencyIsLaidOnWhite_data() {
        QTest::addColumn<int>("format");
        QTest::newRow("straight") << int(QImage::Format_ARGB32);
        QTest::newRow("premultiplied") << int(QImage::Format_ARGB32_Premultiplied);
        QTest::newRow("16 bit") << int(QImage::Format_RGBA64);
    }

    void transparencyIsLaidOnWhite() {
        QFETCH(int, format);
        QImage picture(2, 1, static_cast<QImage::Format>(format));
        picture.setDevicePixelRatio(2);  // as a picture copied from a high-density screen
        picture.setPixelColor(0, 0, QColor(0, 0, 0, 0));
        picture.setPixelColor(1, 0, QColor(255, 0, 0, 128));
        const Image image = fromQImage(picture);
        QCOMPARE(image.width, 2);
        QCOMPARE(image.at(0, 0, 0), 255);
        QCOMPARE(image.at(1, 0, 0), 255);
        QVERIFY(std::abs(image.at(1, 0, 1) - 127) <= 1);
    }

    void nothingGivesNothing() {
        QVERIFY(toQImage({}).isNull());
        QVERIFY(shareAsQImage(nullptr).isNull());
        QVERIFY(fromQImage({}).empty());
    }
};

QTEST_MAIN(TestQImageConvert)
#include "test_qimage_convert.moc"
