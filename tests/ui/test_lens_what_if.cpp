// SPDX-License-Identifier: GPL-3.0-or-later
// What if, through its widgets: patches hidden by click, brush and keys, heads off, another order.
#include "tests/support/lens_driver.h"

#include <QPushButton>
#include <QTableWidget>

using namespace vit;
using namespace vit::ui;
using test::kLensPatience;

class TestLensWhatIf : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::LensDriver> m_lens;
    MapView* m_view = nullptr;
    QTableWidget* m_answers = nullptr;

    bool changed() const {
        for (int row = 0; row < m_answers->rowCount(); ++row)
            if (m_answers->item(row, 1)->text() != m_answers->item(row, 2)->text()) return true;
        return false;
    }
    QString finding() const { return m_lens->text("whatIfFinding"); }
    void reset() {
        m_lens->click("whatIfReset");
        QTRY_VERIFY_WITH_TIMEOUT(!changed(), kLensPatience);
    }
    bool hidden(int patch) const { return m_view->patchText(patch).endsWith("hidden"); }

private Q_SLOTS:
    void initTestCase() {
        m_lens = std::make_unique<test::LensDriver>();
        QVERIFY(m_lens->train());
        QVERIFY(m_lens->openPhoto());
        QTRY_VERIFY_WITH_TIMEOUT(m_lens->find<QAbstractButton>("lensWhatIf")->isVisible(), kLensPatience);
        m_lens->click("lensWhatIf");
        m_view = m_lens->find<MapView>("whatIfView");
        m_answers = m_lens->find<QTableWidget>("whatIfAnswers");
        QTRY_VERIFY_WITH_TIMEOUT(m_view->isVisible() && m_answers->rowCount() > 0, kLensPatience);
        QVERIFY(!changed());
    }
    void cleanupTestCase() { m_lens.reset(); }

    void aClickHidesAPatch() {
        const QString before = m_answers->item(0, 1)->text();
        QTest::mouseClick(m_view, Qt::LeftButton, {}, m_view->patchRect(3).center());
        QTRY_VERIFY_WITH_TIMEOUT(finding().contains("Hidden patches: 1 of 16"), kLensPatience);
        QTRY_VERIFY_WITH_TIMEOUT(changed(), kLensPatience);
        QVERIFY(hidden(3));
        QTest::mouseClick(m_view, Qt::LeftButton, {}, m_view->patchRect(3).center());
        QTRY_VERIFY_WITH_TIMEOUT(!changed(), kLensPatience);
        QCOMPARE(m_answers->item(0, 1)->text(), before);
    }

    // From the first patch to the last of the row in one movement, and back.
    void aBrushHidesWhatItPassesOver() {
        const QPoint from = m_view->patchRect(4).center(), to = m_view->patchRect(7).center();
        QTest::mousePress(m_view, Qt::LeftButton, {}, from);
        QTest::mouseMove(m_view, to);
        QTest::mouseRelease(m_view, Qt::LeftButton, {}, to);
        for (const int patch : {4, 5, 6, 7}) QVERIFY(hidden(patch));
        QVERIFY(!hidden(0) && !hidden(8));
        QTRY_VERIFY_WITH_TIMEOUT(finding().contains("Hidden patches: 4 of"), kLensPatience);
        QTest::mouseMove(m_view, m_view->patchRect(15).center());  // the button is up
        QVERIFY(!hidden(11) && !hidden(15));
        // Begun on a hidden one it shows again.
        QTest::mousePress(m_view, Qt::LeftButton, {}, to);
        QTest::mouseMove(m_view, m_view->patchRect(6).center());
        QTest::mouseRelease(m_view, Qt::LeftButton, {}, m_view->patchRect(6).center());
        QVERIFY(!hidden(7) && !hidden(6) && hidden(5));
        QTRY_VERIFY_WITH_TIMEOUT(finding().contains("Hidden patches: 2 of"), kLensPatience);
        reset();
    }

    void shiftAndArrowsCarryOn() {
        m_view->setFocus();
        m_view->setCurrentPatch(0);
        QTest::keyClick(m_view, Qt::Key_Space);
        QTest::keyClick(m_view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(m_view, Qt::Key_Down, Qt::ShiftModifier);
        QVERIFY(hidden(0) && hidden(1) && hidden(5) && !hidden(4));
        QTest::keyClick(m_view, Qt::Key_Down);  // only goes on
        QVERIFY(!hidden(9));
        QTest::keyClick(m_view, Qt::Key_Up, Qt::ShiftModifier);  // from a shown one
        QVERIFY(!hidden(5));
        QTRY_VERIFY_WITH_TIMEOUT(finding().contains("Hidden patches: 2 of"), kLensPatience);
        reset();
    }

    void headsAreSwitchedOff() {
        auto* switches = m_lens->find<QTableWidget>("whatIfSwitches");
        QCOMPARE(switches->rowCount(), m_lens->layers());
        QCOMPARE(switches->columnCount(), m_lens->heads() + 1);
        switches->item(0, 0)->setCheckState(Qt::Unchecked);
        QTRY_VERIFY_WITH_TIMEOUT(changed(), kLensPatience);
        reset();
    }

    void patchesAreShuffled() {
        const QImage straight = m_view->grab().toImage();
        m_lens->click("whatIfShuffle");
        QTRY_VERIFY_WITH_TIMEOUT(changed() && finding().contains("shuffled"), kLensPatience);
        QVERIFY(m_view->grab().toImage() != straight);
        reset();
    }

    void theChangeIsSaved() {
        QTest::mouseClick(m_view, Qt::LeftButton, {}, m_view->patchRect(3).center());
        QTRY_VERIFY_WITH_TIMEOUT(changed(), kLensPatience);
        const QByteArray table = m_lens->saved("change.csv");
        QVERIFY(table.startsWith("class,before,after,change\n"));
        QVERIFY(!table.split('\n')[1].endsWith(",0"));
        QVERIFY(m_lens->saved("change.svg").contains("1 of 16"));
        reset();
    }
};

QTEST_MAIN(TestLensWhatIf)
#include "test_lens_what_if.moc"
