// SPDX-License-Identifier: GPL-3.0-or-later
// Pinned pictures through the Inspect page, and one slider for all of it: a model is trained for a moment, then looked
// at as it was.
#include "core/config/presets.h"
#include "core/data/store/data_store.h"
#include "core/runs/run_files.h"
#include "tests/support/made_images.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/lens/map_view.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/inspect/lenses/lens_deck.h"
#include "ui/pages/inspect/pins/pinned_pictures.h"
#include "ui/pages/inspect/pins/pinned_strip.h"
#include "ui/pages/inspect/prediction_bars.h"
#include "ui/pages/inspect/probability_strip.h"
#include "ui/pages/inspect/time/epoch_slider.h"

#include <QAbstractButton>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatience = 30000;  // ms; what takes a blink takes seconds on a busy machine

// The page with an engine of its own.
struct Bench {
    Bench(const QString& folder, std::shared_ptr<DataStore> store, const Config& config)
        : bridge({.dataFolder = store->folder(), .runsFolder = folder.toStdString()}),
          page(bridge, std::move(store), prompts) {
        page.resize(1280, 760);
        page.setConfig(config);
        page.show();
        page.activateWindow();  // whose shortcuts are to work
        (void)QTest::qWaitForWindowActive(&page);
    }
    template <class T>
    T* find(const char* name) {
        T* widget = page.findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    PinnedStrip* strip() { return find<PinnedStrip>("pinnedStrip"); }
    int pinned() { return strip()->model()->rowCount(); }
    int shown() { return strip()->currentIndex().row(); }
    QString pinText(int row, int role) { return strip()->model()->index(row, 0).data(role).toString(); }
    void choose(int row) {
        QTest::mouseClick(strip()->viewport(), Qt::LeftButton, {},
                          strip()->visualRect(strip()->model()->index(row, 0)).center());
    }
    QString title() { return find<QLabel>("originalViewCaption")->text().section('\n', 0, 0); }
    void click(const char* button) { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    void press(int key) { QTest::keyClick(find<EpochSlider>("epochSlider"), Qt::Key(key)); }
    QString moment() { return find<QLabel>("epochMoment")->text(); }
    const std::vector<ClassProbability>& bars() { return find<PredictionBars>("predictionBars")->bars(); }
    QString banner() {
        auto* text = find<QLabel>("bannerText");
        return text->isVisible() ? text->text() : QString();
    }

    test::ScriptedPrompts prompts;
    SessionBridge bridge;
    InspectPage page;
};

}  // namespace

class TestPinnedPictures : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<DataStore> m_store;
    QStringList m_photos;
    Config m_config;
    QString m_runs;
    std::unique_ptr<Bench> m_bench;  // of the tests that go on with one another

    void open(Bench& bench, int photo) {
        QSignalSpy opened(&bench.page, &InspectPage::photoOpened);
        QVERIFY(bench.page.openPhoto(m_photos[photo]));
        QVERIFY(opened.wait(kPatience));
    }
    void train(Bench& bench, const Config& config) {
        QSignalSpy finished(&bench.bridge, &SessionBridge::runFinished);
        QSignalSpy failed(&bench.bridge, &SessionBridge::runFailed);
        bench.bridge.train({.config = config, .label = "testing"});
        QTRY_VERIFY_WITH_TIMEOUT(finished.count() + failed.count() > 0, 4 * kPatience);
        QCOMPARE(failed.count(), 0);
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_store = std::make_shared<DataStore>(m_folder.filePath("data").toStdString());
        for (int i = 0; i < 10; ++i) {
            m_photos << m_folder.filePath("photo%1.png").arg(i);
            saveImage(test::gradientImage(60 + i, 40), m_photos.last().toStdString());
        }
        m_config = preset("testing").config;
        m_config.run.threads = 1;
        m_config.run.epochs = 3;
        m_config.data.trainLimit = 64;
        m_runs = m_folder.filePath("runs");
    }

    void pinsByButtonAndKeys() {
        Bench bench(m_folder.filePath("none"), m_store, m_config);
        QSignalSpy changed(&bench.page, &InspectPage::pinsChanged);
        QVERIFY(!bench.strip()->isVisible());  // there is nothing to pin yet
        open(bench, 0);
        QVERIFY(bench.strip()->isVisible());
        auto* pin = bench.find<QToolButton>("inspectPinButton");
        QVERIFY(!pin->isChecked());
        QTest::mouseClick(pin, Qt::LeftButton);
        QVERIFY(pin->isChecked());
        QCOMPARE(bench.pinned(), 1);
        QCOMPARE(bench.shown(), 0);
        QCOMPARE(changed.last()[0].toStringList(), QStringList{m_photos[0]});
        open(bench, 1);
        QCOMPARE(bench.shown(), -1);
        QTest::keyClick(&bench.page, Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(bench.pinned(), 2);
        open(bench, 0);  // the same file is the same picture
        QCOMPARE(bench.shown(), 0);
        QTest::keyClick(&bench.page, Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(bench.pinned(), 1);
        QCOMPARE(bench.title(), "photo0.png");  // it is still looked at
        QCOMPARE(bench.shown(), -1);
    }

    void showsWhatIsChosen() {
        Bench bench(m_folder.filePath("none"), m_store, m_config);
        for (int i = 0; i < 3; ++i) {
            open(bench, i);
            bench.click("inspectPinButton");
        }
        bench.choose(0);
        QCOMPARE(bench.title(), "photo0.png");
        QVERIFY(bench.find<QToolButton>("inspectPinButton")->isChecked());
        QTest::keyClick(bench.strip(), Qt::Key_Right);
        QCOMPARE(bench.title(), "photo1.png");
        QTest::keyClick(bench.strip(), Qt::Key_End);
        QCOMPARE(bench.title(), "photo2.png");
        QTest::keyClick(bench.strip(), Qt::Key_Delete);
        QCOMPARE(bench.pinned(), 2);
        QCOMPARE(bench.title(), "photo2.png");
        bench.choose(1);
        const QPoint there = bench.strip()->visualRect(bench.strip()->currentIndex()).center();
        QContextMenuEvent wanted(QContextMenuEvent::Mouse, there, bench.strip()->viewport()->mapToGlobal(there));
        QCoreApplication::sendEvent(bench.strip()->viewport(), &wanted);
        auto* menu = bench.find<QMenu>("pinnedMenu");
        QTRY_VERIFY(menu->isVisible());
        QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Return);
        QCOMPARE(bench.pinned(), 1);
        // From an image of the data set back to a pinned photo.
        bench.click("sourceDataset");
        QTRY_VERIFY_WITH_TIMEOUT(bench.title().startsWith("synthetic-shapes"), kPatience);
        bench.choose(0);
        QCOMPARE(bench.title(), "photo0.png");
    }

    void hasRoomForEight() {
        Bench bench(m_folder.filePath("none"), m_store, m_config);
        for (int i = 0; i < 9; ++i) {
            open(bench, i);
            bench.click("inspectPinButton");
        }
        QCOMPARE(bench.pinned(), 8);
        auto* pin = bench.find<QToolButton>("inspectPinButton");
        QVERIFY(!pin->isEnabled() && !pin->isChecked());
        QVERIFY(pin->toolTip().contains("unpin"));
        const QRect last = bench.strip()->visualRect(bench.strip()->model()->index(7, 0));
        QVERIFY(bench.strip()->viewport()->rect().contains(last));
        open(bench, 3);
        QVERIFY(pin->isEnabled() && pin->isChecked());
    }

    void comesBackWithThoseThatAreStillThere() {
        const QString gone = m_folder.filePath("gone.png");
        Bench bench(m_folder.filePath("none"), m_store, m_config);
        bench.page.pinAgain({m_photos[2], gone});
        QCOMPARE(bench.pinned(), 2);
        QVERIFY(bench.strip()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.pinText(1, PinnedPictures::ProblemRole).isEmpty(), kPatience);
        QVERIFY(!bench.strip()->model()->index(0, 0).data(Qt::DecorationRole).value<QImage>().isNull());
        bench.choose(0);
        QCOMPARE(bench.title(), "photo2.png");
        bench.choose(1);
        QVERIFY2(bench.banner().contains("gone.png"), qPrintable(bench.banner()));
        QCOMPARE(bench.title(), "photo2.png");
        saveImage(test::gradientImage(50, 50), gone.toStdString());  // it comes back
        QVERIFY(bench.page.openPhoto(gone));
        QTRY_COMPARE_WITH_TIMEOUT(bench.title(), "gone.png", kPatience);
        bench.click("inspectPinButton");
        QCOMPARE(bench.pinned(), 2);
        QVERIFY(bench.pinText(1, PinnedPictures::ProblemRole).isEmpty());
    }

    // Two are pinned, a third one is only looked at at the end.
    void answersFollowTheTraining() {
        m_bench = std::make_unique<Bench>(m_runs, m_store, m_config);
        for (int i = 0; i < 2; ++i) {
            open(*m_bench, i);
            m_bench->click("inspectPinButton");
        }
        train(*m_bench, m_config);
        QVERIFY(!QTest::currentTestFailed());
        for (int row = 0; row < 2; ++row) {
            QTRY_VERIFY_WITH_TIMEOUT(!m_bench->pinText(row, PinnedPictures::TopClassRole).isEmpty(), kPatience);
            QVERIFY(m_bench->pinText(row, PinnedPictures::ProbabilityRole).endsWith("%"));
            QCOMPARE(m_bench->pinText(row, Qt::ToolTipRole).count('\n'), 5);
        }
        const auto* slider = m_bench->find<EpochSlider>("epochSlider");
        QTRY_COMPARE_WITH_TIMEOUT(slider->maximum(), 3, kPatience);
        QCOMPARE(slider->value(), 3);
        QCOMPARE(m_bench->moment(), "Now");
    }

    void showsWhatWasKeptOfAnEpoch() {
        Bench& bench = *m_bench;
        bench.choose(0);
        QTRY_COMPARE_WITH_TIMEOUT(bench.bars().size(), 5, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(bench.find<QToolButton>("epochSaveFilm")->isEnabled(), kPatience);
        bench.press(Qt::Key_Home);
        QCOMPARE(bench.moment(), "epoch 1 of 3");
        auto* map = bench.find<MapView>("keptMap");
        QVERIFY(map->isVisible());
        const auto side = static_cast<int>(m_config.model.imageSize / m_config.model.patchSize);
        QCOMPARE(map->map().rows, side);
        const QString text = bench.find<QLabel>("keptText")->text();
        QVERIFY2(text.contains("epoch 1 of 3") && text.contains("run.keep_epochs"), qPrintable(text));
        QVERIFY(bench.find<QLabel>("predictionCaption")->text().contains("epoch 1 of training"));
        QCOMPARE(bench.bars().size(), 5);
        QVERIFY(!bench.find<QAbstractButton>("lensRelevance")->isEnabled());
        // One scale for all epochs.
        const HeatMap first = map->map();
        const ColourScale scale = map->scale();
        bench.press(Qt::Key_Right);
        QCOMPARE(bench.moment(), "epoch 2 of 3");
        QVERIFY(map->map() != first);
        QVERIFY(map->scale() == scale);
        QCOMPARE(QString::fromStdString(bench.bars()[0].name), bench.pinText(0, PinnedPictures::TopClassRole));
        bench.choose(1);
        QVERIFY(bench.find<QLabel>("keptText")->text().contains("answer and map"));
        QCOMPARE(bench.moment(), "epoch 2 of 3");
        bench.press(Qt::Key_End);
        QVERIFY(!map->isVisible());
        QVERIFY(bench.find<QAbstractButton>("lensRelevance")->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(bench.bars().size(), 5, kPatience);
    }

    void saysThatNothingWasKept() {
        Bench& bench = *m_bench;
        open(bench, 5);
        bench.press(Qt::Key_Home);
        QVERIFY(bench.find<QLabel>("keptText")->text().contains("Nothing was kept of this picture"));
        QVERIFY(bench.bars().empty());
        QVERIFY(!bench.find<QToolButton>("epochSaveFilm")->isEnabled());
        bench.choose(0);
        QCOMPARE(bench.bars().size(), 5);
        bench.press(Qt::Key_End);
    }

    void playsThroughTheEpochs() {
        Bench& bench = *m_bench;
        bench.choose(0);
        bench.click("epochPlay");
        QCOMPARE(bench.moment(), "epoch 1 of 3");
        QTRY_COMPARE(bench.moment(), "epoch 2 of 3");
        QTRY_COMPARE_WITH_TIMEOUT(bench.moment(), "Now", kPatience);
    }

    void savesAFilm() {
        Bench& bench = *m_bench;
        bench.choose(0);
        QTRY_VERIFY_WITH_TIMEOUT(bench.find<QToolButton>("epochSaveFilm")->isEnabled(), kPatience);
        QSignalSpy told(&bench.page, &InspectPage::statusChanged);
        bench.prompts.file = m_folder.filePath("film.png");
        bench.click("epochSaveFilm");
        QVERIFY(told.wait(kPatience));
        QVERIFY(told.last()[0].toString().contains("film.png"));
        QVERIFY(QFile(bench.prompts.file).size() > 0);
        bench.prompts.file = m_folder.filePath("film.doc");
        bench.click("epochSaveFilm");
        QTRY_VERIFY_WITH_TIMEOUT(bench.banner().contains(".mp4"), kPatience);
    }

    // What a run has kept is found again by the pictures' pixels.
    void findsTheFilmsOfARunAgain() {
        m_bench.reset();
        Bench bench(m_runs, m_store, m_config);
        bench.page.pinAgain({m_photos[1], m_photos[0]});
        open(bench, 0);
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<EpochSlider>("epochSlider")->maximum(), 3, kPatience);
        auto* history = bench.find<ProbabilityStrip>("predictionHistory");
        QTRY_COMPARE_WITH_TIMEOUT(history->points().size(), std::size_t{3}, kPatience);
        bench.press(Qt::Key_Home);
        QVERIFY(bench.find<QLabel>("keptText")->text().contains("answer and map"));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.pinText(0, PinnedPictures::TopClassRole).isEmpty(), kPatience);
    }

    void showsTheColoursOfTokensThatWereKept() {
        Config config = m_config;
        config.run.pinnedMap = PinnedMap::TokenColours;
        Bench bench(m_folder.filePath("runs of colours"), m_store, config);
        open(bench, 0);
        bench.click("inspectPinButton");
        train(bench, config);
        QVERIFY(!QTest::currentTestFailed());
        auto* text = bench.find<QLabel>("keptText");
        QTRY_VERIFY_WITH_TIMEOUT((bench.press(Qt::Key_Home), text->text().contains("Token colours")), kPatience);
        auto* map = bench.find<MapView>("keptMap");
        QVERIFY(map->map().empty());  // there is no number to be read from a colour
        // Patches of one colour each, where the picture itself has many.
        const auto coloursInARow = [map] {
            const QImage image = map->grab().toImage();
            QSet<QRgb> seen;
            for (int x = image.width() / 4; x < image.width() * 3 / 4; ++x)
                seen.insert(image.pixel(x, image.height() / 3));
            return seen.size();
        };
        QVERIFY2(coloursInARow() < 12, qPrintable(QString::number(coloursInARow())));
        open(bench, 1);
        bench.press(Qt::Key_Home);
        QTRY_VERIFY_WITH_TIMEOUT(text->text().contains("Nothing was kept"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(coloursInARow() > 12, kPatience);
        bench.choose(0);
        QTRY_VERIFY_WITH_TIMEOUT(coloursInARow() < 12, kPatience);
        QVERIFY(text->text().contains("Token colours"));
    }

    // With the weights every lens shows any picture as it was.
    void goesBackInFullWhereWeightsWereKept() {
        Config config = m_config;
        config.run.keepEpochs = 2;
        Bench bench(m_folder.filePath("runs of weights"), m_store, config);
        open(bench, 0);
        bench.click("inspectPinButton");
        train(bench, config);
        QVERIFY(!QTest::currentTestFailed());
        open(bench, 4);
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<EpochSlider>("epochSlider")->maximum(), 3, kPatience);
        bench.click("lensRelevance");
        QTRY_VERIFY_WITH_TIMEOUT((bench.press(Qt::Key_Home), bench.find<QLabel>("keptText")->isVisible()),
                                 kPatience);  // its weights went
        QTRY_VERIFY_WITH_TIMEOUT((bench.press(Qt::Key_End), bench.press(Qt::Key_Left), bench.press(Qt::Key_Left),
                                  !bench.find<QLabel>("keptText")->isVisible()),
                                 kPatience);
        QCOMPARE(bench.moment(), "epoch 2 of 3");
        auto* view = bench.find<MapView>("relevanceView");
        QTRY_VERIFY_WITH_TIMEOUT(view->isVisible(), kPatience);
        auto* caption = bench.find<QLabel>("predictionCaption");
        QTRY_VERIFY_WITH_TIMEOUT(caption->isVisible() && caption->text().contains("epoch 2 of training"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.pinText(0, PinnedPictures::TopClassRole).isEmpty(), kPatience);
        // The answer may be there before the map, and that of another epoch is shown until then.
        auto* deck = bench.page.findChild<LensDeck*>();
        QTRY_VERIFY_WITH_TIMEOUT(!deck->busy(), kPatience);
        const HeatMap second = view->map();
        bench.press(Qt::Key_Right);
        QTRY_VERIFY_WITH_TIMEOUT(view->map() != second, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(caption->text().contains("epoch 3 of training"), kPatience);
    }
};

QTEST_MAIN(TestPinnedPictures)
#include "test_pinned_pictures.moc"
