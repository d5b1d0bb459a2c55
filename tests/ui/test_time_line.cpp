// SPDX-License-Identifier: GPL-3.0-or-later
// The moments of a run, and the bar that goes through them by mouse and keys.
#include "ui/pages/inspect/time/epoch_bar.h"
#include "ui/pages/inspect/time/epoch_slider.h"
#include "ui/pages/inspect/time/time_line.h"

#include <QLabel>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include <utility>
#include <vector>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr std::int64_t kStepsPerEpoch = 100;

ProbePredicted said(const std::string& image, std::int64_t epoch, std::int64_t step, const std::string& what) {
    ProbePredicted probe;
    probe.prediction.top = {{0, what, 0.5}};
    probe.prediction.epoch = epoch;
    probe.prediction.step = step;
    probe.image = image;
    return probe;
}

// Four epochs of one picture, with a moment within the third; of another from the third on; weights of the last two.
void fill(TimeLine& line) {
    line.begin({6, 4, true});
    std::vector<Film> films;
    const std::vector<std::pair<int, int>> asked = {{1, 100}, {2, 200}, {2, 250}, {3, 300}, {4, 400}};
    for (const auto& [epoch, step] : asked) {
        addFrame(films, said("probe.png", epoch, step, "disc " + std::to_string(step)), kStepsPerEpoch);
        if (epoch > 2) addFrame(films, said("probe-2.png", epoch, step, "ring"), kStepsPerEpoch);
    }
    line.setFilms(films);
    line.setKeptEpochs({3, 4});
}

}  // namespace

class TestTimeLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void joinsWhatWasKept() {
        TimeLine line;
        QVERIFY(line.isNow());
        QVERIFY(!line.moment());
        fill(line);
        const std::vector<Moment> expected = {{1, 1, 100, false}, {2, 2, 200, false}, {2.5, 2, 250, false},
                                              {3, 3, 300, true},  {4, 4, 400, true}};
        QVERIFY(line.moments() == expected);
        QVERIFY(line.isNow());
    }

    void knowsWhatWasKeptOfAPictureAtAMoment() {
        TimeLine line;
        fill(line);
        QVERIFY(!line.frameOf("probe.png"));  // Now is no moment gone by
        line.moveTo(2);
        QCOMPARE(line.frameOf("probe.png")->prediction.top[0].name, std::string("disc 250"));
        QVERIFY(!line.frameOf("probe-2.png"));
        QVERIFY(!line.frameOf(""));
        line.moveTo(3);
        QCOMPARE(line.frameOf("probe-2.png")->epoch, std::int64_t{3});
        QVERIFY(!line.frameOf("probe-3.png"));
    }

    void staysWhereItIsWhileTheRunGoesOn() {
        TimeLine line;
        fill(line);
        QSignalSpy moved(&line, &TimeLine::moved);
        line.add(said("probe.png", 5, 500, "star"), kStepsPerEpoch);
        QVERIFY(line.isNow());
        line.moveTo(3);
        QCOMPARE(moved.count(), 1);
        line.setKeptEpochs({3, 4, 5});
        QCOMPARE(line.moment()->epoch, std::int64_t{3});
        QCOMPARE(moved.count(), 1);
        line.setKeptEpochs({4, 5});  // its weights are gone: there is less to be seen
        QCOMPARE(line.moment()->epoch, std::int64_t{3});
        QVERIFY(!line.moment()->weights);
        QCOMPARE(moved.count(), 2);
        line.begin({6, 0, false});
        QVERIFY(line.isNow());
        QCOMPARE(moved.count(), 3);
    }

    // A moment of which nothing is left: the next one takes its place.
    void leavesAMomentThatIsGone() {
        TimeLine line;
        line.setKeptEpochs({1, 2, 3});
        line.moveTo(0);
        line.setKeptEpochs({2, 3});
        QCOMPARE(line.moment()->epoch, std::int64_t{2});
        line.setKeptEpochs({});
        QVERIFY(line.isNow());
    }

    void playsToNow() {
        TimeLine line;
        line.play();
        QVERIFY(!line.playing());  // there is nothing to play
        fill(line);
        bool ready = false;
        line.setReady([&] { return ready; });
        line.play();
        QVERIFY(line.playing());
        QCOMPARE(line.position(), 0);
        QTest::qWait(600);
        QCOMPARE(line.position(), 0);  // what belongs to it is still to come
        ready = true;
        QTRY_VERIFY(line.isNow());
        QVERIFY(!line.playing());
    }

    void theBarFollowsKeys() {
        TimeLine line;
        EpochBar bar(line, nullptr);
        bar.resize(700, 40);
        bar.show();
        auto* slider = bar.findChild<EpochSlider*>("epochSlider");
        auto* play = bar.findChild<QToolButton*>("epochPlay");
        auto* text = bar.findChild<QLabel*>("epochMoment");
        QVERIFY(!slider->isVisible());
        QVERIFY(bar.findChild<QLabel*>("epochHint")->isVisible());
        QVERIFY(!play->isEnabled());
        fill(line);
        QVERIFY(slider->isVisible());
        QCOMPARE(text->text(), "Now · epoch 4 of 6 · live");
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(line.position(), 0);
        QCOMPARE(text->text(), "epoch 1 of 6");
        QTest::keyClick(slider, Qt::Key_Right);
        QTest::keyClick(slider, Qt::Key_Right);
        QCOMPARE(text->text(), "step 250");
        QTest::keyClick(slider, Qt::Key_Left);
        QCOMPARE(text->text(), "epoch 2 of 6");
        QTest::keyClick(slider, Qt::Key_End);
        QVERIFY(line.isNow());
        line.setCourse({6, 6, false});
        QCOMPARE(text->text(), "Now");
        QTest::keyClick(slider, Qt::Key_Space);
        QVERIFY(line.playing());
        QTRY_VERIFY(line.position() > 0);
        QVERIFY(line.playing());
        QTest::keyClick(slider, Qt::Key_Space);
        QVERIFY(!line.playing());
        line.play();
        QTest::keyClick(slider, Qt::Key_Home);  // a hand on the slider ends playing
        QVERIFY(!line.playing());
        QCOMPARE(line.position(), 0);
    }

    void theBarFollowsTheMouse() {
        TimeLine line;
        EpochBar bar(line, nullptr);
        bar.resize(700, 40);
        bar.show();
        fill(line);
        auto* slider = bar.findChild<EpochSlider*>("epochSlider");
        QVERIFY(QTest::qWaitForWindowExposed(&bar));
        for (const int position : {1, 4, 0, 3}) {
            QTest::mouseClick(slider, Qt::LeftButton, {}, {slider->placeOf(position), slider->height() / 2});
            QCOMPARE(line.position(), position);
        }
        auto* play = bar.findChild<QToolButton*>("epochPlay");
        QTest::mouseClick(play, Qt::LeftButton);
        QVERIFY(line.playing());
        QCOMPARE(play->accessibleName(), "Pause");
        QTest::mouseClick(play, Qt::LeftButton);
        QVERIFY(!line.playing());
    }

    void theFilmIsSavedWhereThereIsOne() {
        TimeLine line;
        EpochBar bar(line, nullptr);
        bar.show();
        auto* save = bar.findChild<QToolButton*>("epochSaveFilm");
        QSignalSpy wanted(&bar, &EpochBar::filmRequested);
        bar.setNoFilm("Pin it first.");
        QTest::mouseClick(save, Qt::LeftButton);
        QCOMPARE(wanted.count(), 0);
        QCOMPARE(save->toolTip(), "Pin it first.");
        bar.setNoFilm({});
        QTest::mouseClick(save, Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
    }
};

QTEST_MAIN(TestTimeLine)
#include "test_time_line.moc"
