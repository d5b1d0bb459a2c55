// SPDX-License-Identifier: GPL-3.0-or-later
// Zooming and moving a picture.
#include "tests/support/made_images.h"
#include "ui/pages/inspect/image_view.h"
#include "ui/widgets/qimage_convert.h"

#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

using namespace vit;
using namespace vit::ui;

class TestImageView : public QObject {
    Q_OBJECT

private:
    static void wheel(ImageView& view, const QPointF& at, int notches) {
        QWheelEvent event(at, view.mapToGlobal(at), {}, {0, notches * 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&view, &event);
    }

    // Which pixel of the picture lies under a point of the widget.
    static QPointF under(const ImageView& view, const QPointF& at) {
        return (at - view.imageRect().topLeft()) / view.scale();
    }

private Q_SLOTS:
    void fitsAndStaysFitted() {
        ImageView view;
        view.resize(200, 100);
        view.setImage(toQImage(test::gradientImage(100, 100)));
        QCOMPARE(view.imageRect(), QRectF(50, 0, 100, 100));
        view.resize(400, 400);
        QCOMPARE(view.imageRect(), QRectF(0, 0, 400, 400));
    }

    void zoomsAboutThePointer() {
        ImageView view;
        view.resize(200, 200);
        view.setImage(toQImage(test::gradientImage(100, 100)));
        const QPointF at(60, 130);
        const QPointF pixel = under(view, at);
        QSignalSpy scaled(&view, &ImageView::scaleChanged);
        wheel(view, at, 3);
        QVERIFY(view.scale() > 3.5);
        QVERIFY(scaled.count() > 0);
        QVERIFY((under(view, at) - pixel).manhattanLength() < 1e-9);
        wheel(view, at, -10);
        QVERIFY(view.fitted());  // never smaller than that
    }

    void dragsWithoutLeavingThePicture() {
        ImageView view;
        view.resize(200, 200);
        view.setImage(toQImage(test::gradientImage(100, 100)));
        view.zoomBy(2);
        const QPointF pixel = under(view, {100, 100});
        QTest::mousePress(&view, Qt::LeftButton, {}, {100, 100});
        QMouseEvent move(QEvent::MouseMove, {110, 90}, view.mapToGlobal(QPointF(110, 90)), Qt::NoButton, Qt::LeftButton,
                         Qt::NoModifier);
        QCoreApplication::sendEvent(&view, &move);
        QVERIFY((under(view, {110, 90}) - pixel).manhattanLength() < 1e-9);
        QMouseEvent far(QEvent::MouseMove, {5000, 5000}, view.mapToGlobal(QPointF(5000, 5000)), Qt::NoButton,
                        Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&view, &far);
        QCOMPARE(view.imageRect().topLeft(), QPointF(0, 0));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, {100, 100});
        QTest::mouseDClick(&view, Qt::LeftButton);
        QVERIFY(view.fitted());
    }

    void showsTheSamePictureAtEachZoom_data() {
        QTest::addColumn<double>("zoom");
        for (const double zoom : {1.0, 2.5, 20.0}) QTest::addRow("%g", zoom) << zoom;
    }

    // A picture, half red and half blue, with a smaller preview of it.
    void showsTheSamePictureAtEachZoom() {
        QFETCH(double, zoom);
        QImage picture(2000, 1000, QImage::Format_RGB32);
        picture.fill(Qt::red);
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 1000; x < 2000; ++x) picture.setPixel(x, y, qRgb(0, 0, 255));
        ImageView view;
        view.resize(400, 200);
        view.setImage(picture, picture.scaled(800, 400));
        if (zoom > 1) view.zoomBy(zoom);
        const QImage drawn = view.grab().toImage();
        QCOMPARE(drawn.pixelColor(100, 100), QColor(Qt::red));
        QCOMPARE(drawn.pixelColor(300, 100), QColor(Qt::blue));
    }

    void staysStillWhenNotInteractive() {
        ImageView view;
        view.resize(200, 200);
        view.setImage(toQImage(test::gradientImage(10, 10)));
        view.setInteractive(false);
        wheel(view, {100, 100}, 2);
        QTest::keyClick(&view, Qt::Key_Plus);
        QVERIFY(view.fitted());
        QCOMPARE(view.focusPolicy(), Qt::NoFocus);
    }
};

QTEST_MAIN(TestImageView)
#include "test_image_view.moc"
