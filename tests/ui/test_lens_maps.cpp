// SPDX-License-Identifier: GPL-3.0-or-later
// Attention, tokens and the patches' classes through their widgets, on a model with a class token.
#include "tests/support/lens_driver.h"
#include "ui/lens/map_grid.h"
#include "ui/pages/inspect/lenses/distance_plot.h"

#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QSpinBox>

#include <utility>

using namespace vit;
using namespace vit::ui;
using test::kLensPatience;

class TestLensMaps : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::LensDriver> m_lens;

    QString finding(const char* lens) const { return m_lens->text(lens); }
    void chooseShown(const char* box, int index) {
        auto* shown = m_lens->find<QComboBox>(box);
        shown->setFocus();
        QTest::keyClick(shown, Qt::Key_Home);
        for (int i = 0; i < index; ++i) QTest::keyClick(shown, Qt::Key_Down);
        QCOMPARE(shown->currentIndex(), index);
    }
    void wait(const std::function<bool()>& there) const {
        if (!QTest::qWaitFor(there, kLensPatience)) qFatal("%s", qPrintable(m_lens->messages()));
    }
    MapGrid* lookAtAttention() {
        m_lens->click("lensAttention");
        auto* grid = m_lens->find<MapGrid>("attentionGrid");
        wait([&] { return grid->isVisible(); });
        return grid;
    }
    MapGrid* lookAtTokens() {
        m_lens->click("lensTokens");
        auto* view = m_lens->find<MapView>("tokensView");
        wait([&] { return view->isVisible(); });
        return m_lens->find<MapGrid>("tokensGrid");
    }

private Q_SLOTS:
    void initTestCase() {
        m_lens = std::make_unique<test::LensDriver>(HeadType::ClassToken);
        QVERIFY(m_lens->train());
        QVERIFY(m_lens->openPhoto());
        QTRY_VERIFY_WITH_TIMEOUT(m_lens->find<QAbstractButton>("lensAttention")->isVisible(), kLensPatience);
    }
    void cleanupTestCase() { m_lens.reset(); }

    void attentionFollowsThePointer() {
        MapGrid* grid = lookAtAttention();
        auto* view = m_lens->find<MapView>("attentionView");
        QCOMPARE(grid->tileCount(), m_lens->layers() * m_lens->heads());
        const HeatMap mean = view->map();
        QVERIFY(finding("attentionFinding").contains("for itself"));
        QTest::mouseMove(view, view->patchRect(0).center());
        QTRY_VERIFY(view->map() != mean);
        const HeatMap looksAt = view->map();
        QVERIFY(finding("attentionFinding").contains("row 1, column 1"));
        QVERIFY(finding("attentionFinding").contains("goes to the class token"));
        m_lens->click("attentionSeenBy");
        QVERIFY(view->map() != looksAt);
        QVERIFY(finding("attentionFinding").contains("The class token gives it"));
        m_lens->click("attentionLooksAt");
        QTest::mouseMove(view, QPoint(1, 1));
        QTRY_COMPARE(view->pointedPatch(), -1);
        // Another head, by keyboard.
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Home, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(finding("attentionFinding").contains("Block 1, head 1"), kLensPatience);
        auto* head = m_lens->find<QSpinBox>("attentionHead");
        head->setFocus();
        QTest::keyClick(head, Qt::Key_Up);
        QTRY_VERIFY(finding("attentionFinding").contains("Block 1, head 2"));
        QCOMPARE(grid->selectedTile(), 1);
    }

    void aLayerAndAHeadAtAGlance() {
        MapGrid* grid = lookAtAttention();
        m_lens->click("attentionOfLayer");
        QCOMPARE(grid->tileCount(), m_lens->heads() + 3);  // mean, maximum, rollout
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_End, Qt::ControlModifier);
        QVERIFY(finding("attentionFinding").contains("the same whatever the class"));
        const auto clickTile = [grid](int tile) {
            QTest::mouseClick(grid, Qt::LeftButton, {}, grid->tileRect(tile).center());
        };
        clickTile(grid->tileCount() - 2);
        QVERIFY(finding("attentionFinding").contains("maximum of its heads"));
        const HeatMap most = m_lens->find<MapView>("attentionView")->map();
        clickTile(grid->tileCount() - 3);
        QVERIFY(finding("attentionFinding").contains("mean of its heads"));
        const HeatMap mean = m_lens->find<MapView>("attentionView")->map();
        for (std::size_t i = 0; i < mean.values.size(); ++i) QVERIFY(mean.values[i] <= most.values[i]);
        m_lens->click("attentionOfHead");
        QCOMPARE(grid->tileCount(), m_lens->layers() + 1);
        m_lens->click("attentionAll");
        chooseShown("attentionShown", 0);
    }

    void headsAreSortedWithTheirFigure_data() {
        QTest::addColumn<int>("order");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<int>("sign");  // of the order: the greatest first, or the least
        QTest::newRow("distance") << 1 << "px" << -1;
        QTest::newRow("entropy") << 2 << "nats" << 1;
        QTest::newRow("effect on the answer") << 3 << "pts" << -1;
    }
    void headsAreSortedWithTheirFigure() {
        QFETCH(int, order);
        QFETCH(QString, unit);
        QFETCH(int, sign);
        MapGrid* grid = lookAtAttention();
        chooseShown("attentionOrder", order);
        double before = -1e9;
        QString head;
        for (int tile = 0; tile + 1 < grid->tileCount(); ++tile) {
            grid->select(tile);
            const QString caption = grid->accessibleDescription().section(" · ", 0, 0);
            QVERIFY2(caption.endsWith(unit), qPrintable(caption));
            head = caption.section(' ', 0, 0);
            const QString figure = caption.section(' ', -2, -2);
            const double value = sign * std::abs(QString(figure).remove("−").remove('+').toDouble());
            QVERIFY2(value >= before, qPrintable(caption));
            before = value;
        }
        const QStringList place = head.split(QChar(0xb7));
        const QString chosen = QString("Block %1, head %2").arg(place[0], place[1]);
        QTRY_VERIFY_WITH_TIMEOUT(finding("attentionFinding").startsWith(chosen), kLensPatience);
        chooseShown("attentionOrder", 0);
    }

    // Told, not judged: a busy machine may be slow.
    void pointingIsFast() {
        lookAtAttention();
        auto* view = m_lens->find<MapView>("attentionView");
        const HeatMap before = view->map();
        QElapsedTimer timer;
        timer.start();
        constexpr int kUpdates = 200;
        for (int i = 0; i < kUpdates; ++i) {
            view->setCurrentPatch(i % view->patchCount());
            view->repaint();
        }
        qInfo("%.0f updates a second while pointing", kUpdates * 1000.0 / double(std::max<qint64>(1, timer.elapsed())));
        QVERIFY(view->map() != before);
        view->setCurrentPatch(-1);
    }

    void theScaleCanBeHeld() {
        lookAtAttention();
        auto* view = m_lens->find<MapView>("attentionView");
        view->setCurrentPatch(0);
        const ColourScale held = view->scale();
        for (auto* hold : m_lens->page->findChildren<QCheckBox*>("mapHold"))
            if (hold->isVisible()) QTest::mouseClick(hold, Qt::LeftButton, {}, QPoint(8, hold->height() / 2));
        view->setCurrentPatch(5);
        QCOMPARE(view->scale(), held);
        for (auto* hold : m_lens->page->findChildren<QCheckBox*>("mapHold")) hold->setChecked(false);
        QVERIFY(view->scale() != held);
        view->setCurrentPatch(-1);
    }

    void attentionIsSavedAsShown() {
        lookAtAttention();
        m_lens->click("attentionOfLayer");
        const QByteArray figure = m_lens->saved("attention.svg");
        QVERIFY(figure.contains("Block 1, Head 2") || figure.contains("Block 2, Head 2"));
        QVERIFY(!figure.contains("Block 1, Head 1") || !figure.contains("Block 2, Head 1"));
        chooseShown("attentionShown", 1);
        QVERIFY(m_lens->saved("mean.svg").contains("Mean of the heads"));
        chooseShown("attentionShown", 0);
        m_lens->click("attentionAll");
    }

    void tokensHaveALayerEach() {
        MapGrid* grid = lookAtTokens();
        QCOMPARE(grid->tileCount(), m_lens->layers() + 1);
        QVERIFY(finding("tokensFinding").contains("variance"));
        chooseShown("tokensShown", 1);
        QVERIFY(finding("tokensFinding").contains("outlier"));
        chooseShown("tokensShown", 2);
        QVERIFY(!grid->isVisible());
        auto* view = m_lens->find<MapView>("tokensView");
        QVERIFY(view->map().isSigned);
        QTest::mouseClick(view, Qt::LeftButton, {}, view->patchRect(6).center());
        QTest::mouseMove(view, QPoint(1, 1));
        QTRY_VERIFY(finding("tokensFinding").contains("row 2, column 3"));  // kept
        QCOMPARE(view->map().values[6], 1.0F);
        view->setCurrentPatch(-1);
        chooseShown("tokensShown", 0);
    }

    // As many as a large model of small patches has: 1,369 maps of 1,369 numbers.
    void positionsOfManyPatches() {
        auto before = std::exchange(m_lens, std::make_unique<test::LensDriver>(HeadType::GlobalAveragePooling));
        m_lens->config.model.imageSize = 37;
        m_lens->config.model.patchSize = 1;
        m_lens->config.data.trainLimit = m_lens->config.run.batchSize = 4;
        m_lens->page->setConfig(m_lens->config);
        QVERIFY(m_lens->train(1));
        QVERIFY(m_lens->openPhoto());
        QTRY_VERIFY_WITH_TIMEOUT(m_lens->find<QAbstractButton>("lensTokens")->isVisible(), kLensPatience);
        lookAtTokens();
        chooseShown("tokensShown", 2);
        auto* view = m_lens->find<MapView>("tokensView");
        QTRY_COMPARE_WITH_TIMEOUT(view->patchCount(), 37 * 37, kLensPatience);
        for (const int patch : {0, 700, 1368}) {
            view->setCurrentPatch(patch);
            QTRY_COMPARE(view->map().values[static_cast<std::size_t>(patch)], 1.0F);
        }
        QVERIFY(m_lens->saved("positions.npy").contains("'shape': (1369, 1369)"));
        const QByteArray figure = m_lens->saved("positions.png");
        QVERIFY(figure.startsWith("\x89PNG") && figure.size() < 5'000'000);
        QCOMPARE(m_lens->saved("positions.csv").count('\n'), 13 * 13 * 1369 + 1);
        m_lens = std::move(before);
    }

    void foregroundIsToldApart() {
        lookAtTokens();
        auto* foreground = m_lens->find<QCheckBox>("tokensForeground");
        auto* view = m_lens->find<MapView>("tokensView");
        QVERIFY(foreground->isVisible());
        foreground->setFocus();
        QTest::keyClick(foreground, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(finding("tokensFinding").contains("are foreground"), kLensPatience);
        int dimmed = 0;
        for (int patch = 0; patch < view->patchCount(); ++patch)
            dimmed += view->patchText(patch).endsWith("background");
        QVERIFY(dimmed > 0 && dimmed < view->patchCount());
        QVERIFY(m_lens->saved("foreground.svg").contains("foreground"));
        QTest::keyClick(foreground, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(!finding("tokensFinding").contains("are foreground"), kLensPatience);
    }

    void filtersAreShown() {
        MapGrid* grid = lookAtTokens();
        chooseShown("tokensShown", 3);
        QTRY_VERIFY_WITH_TIMEOUT(finding("tokensFinding").startsWith("Filter 1 of"), kLensPatience);
        QVERIFY(grid->tileCount() > m_lens->layers() + 1);
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Right);
        QVERIFY(finding("tokensFinding").startsWith("Filter 2 of"));
        QVERIFY(m_lens->saved("filters.npy").contains("'shape': (16, 4, 4, 3)"));
        chooseShown("tokensShown", 0);
    }

    void distancesAreAPlot() {
        lookAtTokens();
        chooseShown("tokensShown", 4);
        auto* plot = m_lens->find<DistancePlot>("tokensDistances");
        QTRY_VERIFY_WITH_TIMEOUT(finding("tokensFinding").contains("px"), kLensPatience);
        QVERIFY(plot->isVisible());
        plot->replot();
        const int last = m_lens->layers() * m_lens->heads() - 1;
        QTRY_VERIFY(plot->grab().toImage().pixelColor(plot->placeOf(last)).hsvSaturation() > 80);  // there is a dot
        QTest::mouseMove(plot, plot->placeOf(last));
        QTRY_VERIFY(plot->pointed() >= 0);
        plot->setFocus();
        QTest::keyClick(plot, Qt::Key_Home, Qt::ControlModifier);
        QVERIFY(finding("tokensFinding").startsWith("Chosen: block 1, head 1"));
        QTest::keyClick(plot, Qt::Key_Right);
        QVERIFY(finding("tokensFinding").startsWith("Chosen: block 2, head 1"));
        QTest::keyClick(plot, Qt::Key_Down);
        QVERIFY(finding("tokensFinding").startsWith("Chosen: block 2, head 2"));
        QVERIFY(m_lens->saved("distance.csv").startsWith("block,head,distance_px"));
        chooseShown("tokensShown", 0);
    }

    void patchesHaveClasses() {
        m_lens->click("lensLayers");
        m_lens->click("layersPatches");
        auto* view = m_lens->find<MapView>("layersView");
        QTRY_VERIFY_WITH_TIMEOUT(view->isVisible() && view->patchCount() > 0, kLensPatience);
        auto* grid = m_lens->find<MapGrid>("layersGrid");
        QCOMPARE(grid->tileCount(), m_lens->layers() + 1);
        QVERIFY(m_lens->text("layersLegend").contains("other classes"));
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Right);
        const QString last = finding("layersFinding");
        QVERIFY2(last.startsWith("Row 1, column 1: “") && last.contains('%'), qPrintable(last));
        QVERIFY(view->patchText(0).contains("“"));
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Home, Qt::ControlModifier);
        QVERIFY(finding("layersFinding") != last);  // another layer, another probability
        const QByteArray table = m_lens->saved("patches.csv");
        QCOMPARE(static_cast<int>(table.count('\n')), 1 + (m_lens->layers() + 1) * view->patchCount());
        QVERIFY(m_lens->saved("patches.svg").contains("Other classes"));
    }
};

QTEST_MAIN(TestLensMaps)
#include "test_lens_maps.moc"
