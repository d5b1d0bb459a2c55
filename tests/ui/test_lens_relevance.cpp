// SPDX-License-Identifier: GPL-3.0-or-later
// Relevance through its widgets: methods, classes, how true a map is.
#include "tests/support/lens_driver.h"

#include <QComboBox>
#include <QPushButton>
#include <QTableWidget>

using namespace vit;
using namespace vit::ui;
using test::kLensPatience;

class TestLensRelevance : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::LensDriver> m_lens;
    MapView* m_view = nullptr;
    QTableWidget* m_methods = nullptr;

    QString finding() const { return m_lens->text("relevanceFinding"); }

private Q_SLOTS:
    void initTestCase() {
        m_lens = std::make_unique<test::LensDriver>();
        QVERIFY(m_lens->train());
        QVERIFY(m_lens->openPhoto());
        QTRY_VERIFY_WITH_TIMEOUT(m_lens->find<QAbstractButton>("lensRelevance")->isVisible(), kLensPatience);
        m_view = m_lens->find<MapView>("relevanceView");
        m_methods = m_lens->find<QTableWidget>("relevanceMethods");
        m_lens->click("lensRelevance");
        QTRY_VERIFY2_WITH_TIMEOUT(m_view->isVisible(), qPrintable(m_lens->messages()), kLensPatience);
    }
    void cleanupTestCase() { m_lens.reset(); }

    void showsAMapAndItsFaithfulness() {
        QVERIFY(finding().contains("Faithfulness"));
        QCOMPARE(m_view->map().rows, static_cast<int>(m_lens->config.model.imageSize / m_lens->config.model.patchSize));
        QCOMPARE(m_view->style().shading, Shading::Patches);  // what there is, before what looks well
        QVERIFY(!m_methods->item(0, 1)->text().isEmpty());
        QVERIFY(m_methods->item(1, 1)->text().isEmpty());
        const int occlusion = 4;
        QCOMPARE(m_methods->item(occlusion, 0)->text(), QString("Occlusion"));
        QTest::mouseClick(m_methods->viewport(), Qt::LeftButton, {},
                          m_methods->visualItemRect(m_methods->item(occlusion, 0)).center());
        QTRY_VERIFY_WITH_TIMEOUT(m_view->map().isSigned, kLensPatience);
        QVERIFY(!m_methods->item(occlusion, 1)->text().isEmpty());
    }

    void anyClassCanBeAskedFor() {
        auto* classes = m_lens->find<QComboBox>("relevanceClass");
        QVERIFY(classes->count() > 2);
        const HeatMap before = m_view->map();
        const QString was = finding();
        QTest::keyClick(classes, Qt::Key_End);
        if (was.contains("“" + classes->currentText() + "”")) QTest::keyClick(classes, Qt::Key_Up);
        QVERIFY(!was.contains("“" + classes->currentText() + "”"));
        QTRY_VERIFY_WITH_TIMEOUT(m_view->map() != before, kLensPatience);
        QVERIFY(finding().contains(classes->currentText()));
        // What was measured for the other class is no longer there.
        int measured = 0;
        for (int row = 0; row < m_methods->rowCount(); ++row) measured += !m_methods->item(row, 1)->text().isEmpty();
        QCOMPARE(measured, 1);
    }

    void methodsAreRanked() {
        m_lens->click("relevanceRank");
        QCOMPARE(m_lens->find<QPushButton>("relevanceRank")->text(), QString("Cancel"));
        QTRY_VERIFY_WITH_TIMEOUT(m_lens->find<QPushButton>("relevanceRank")->text() != "Cancel", kLensPatience);
        double before = 2;
        for (int row = 0; row < m_methods->rowCount(); ++row) {
            const double gain = m_methods->item(row, 1)->text().toDouble();
            QVERIFY(gain <= before);
            before = gain;
        }
        QCOMPARE(m_methods->item(m_methods->currentRow(), 0)->text(), QString("Occlusion"));  // stays the chosen one
    }

    void randomWeightsAreTold() {
        auto* stages = m_lens->find<QTableWidget>("relevanceStages");
        QVERIFY(!stages->isVisible());
        m_lens->click("relevanceCheck");
        QTRY_VERIFY_WITH_TIMEOUT(stages->isVisible(), kLensPatience);
        QCOMPARE(stages->rowCount(), m_lens->layers() + 2);
        QCOMPARE(stages->item(0, 0)->text(), QString("head"));
        QCOMPARE(stages->item(stages->rowCount() - 1, 0)->text(), QString("embedding"));
        QVERIFY(m_lens->text("relevanceVerdict").contains("Low is good"));
        QVERIFY(m_lens->saved("map.svg").contains("random weights"));
        // Another method has not been checked.
        m_methods->setFocus();
        QTest::keyClick(m_methods, m_methods->currentRow() == 0 ? Qt::Key_Down : Qt::Key_Up);
        QTRY_VERIFY_WITH_TIMEOUT(!stages->isVisible(), kLensPatience);
    }

    void longQuestionsAreCancelled() {
        auto* check = m_lens->find<QPushButton>("relevanceCheck");
        const QString text = check->text();
        m_lens->click("relevanceCheck");
        QCOMPARE(check->text(), QString("Cancel"));
        m_lens->click("relevanceCheck");
        QCOMPARE(check->text(), text);
        // What is shown is the map without the check.
        QTest::qWait(200);
        QVERIFY(m_view->isVisible() && !m_lens->find<QTableWidget>("relevanceStages")->isVisible());
    }

    // An image of the data set brings its class along; a photo has none.
    void theTrueClassIsOffered() {
        auto* classes = m_lens->find<QComboBox>("relevanceClass");
        const auto isOffered = [classes] { return classes->itemText(1).startsWith("True class: "); };
        QVERIFY(!isOffered());
        m_lens->click("sourceDataset");
        QTRY_VERIFY_WITH_TIMEOUT(isOffered(), kLensPatience);
        classes->setFocus();
        QTest::keyClick(classes, Qt::Key_Home);
        QTest::keyClick(classes, Qt::Key_Down);
        const QString name = classes->currentText().section(": ", 1);
        QTRY_VERIFY_WITH_TIMEOUT(finding().contains("“" + name + "”"), kLensPatience);
        m_lens->click("sourcePhoto");
        QTRY_VERIFY_WITH_TIMEOUT(!isOffered(), kLensPatience);
        QCOMPARE(classes->currentText(), QString("Predicted class"));
    }
};

QTEST_MAIN(TestLensRelevance)
#include "test_lens_relevance.moc"
