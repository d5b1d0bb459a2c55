// SPDX-License-Identifier: GPL-3.0-or-later
// The table of a patch's elements.
#include "tests/support/made_images.h"
#include "ui/pages/inspect/patch_details.h"
#include "ui/pages/inspect/patch_model.h"

#include <QAbstractItemModelTester>
#include <QColor>
#include <QLabel>
#include <QTableView>
#include <QTest>

using namespace vit;
using namespace vit::ui;

class TestPatchModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void obeysTheModelRules() {
        PatchModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPatch(test::gradientImage(6, 6));
        model.setPatch(test::gradientImage(3, 3));
        model.setPatch({});
        QCOMPARE(model.rowCount(), 0);
    }

    void hasTheElementsInTheModelsOrder() {
        PatchModel model;
        model.setPatch(test::gradientImage(6, 6));
        QCOMPARE(model.rowCount(), 36);
        QCOMPARE(model.columnCount(), int(PatchModel::ColumnCount));
        const auto value = [&](int row, int column) { return model.index(row, column).data().toInt(); };
        for (int row = 0; row < 36; ++row) {
            QCOMPARE(value(row, PatchModel::Row), row / 6);
            QCOMPARE(value(row, PatchModel::Column), row % 6);
            QCOMPARE(value(row, PatchModel::Red), row % 6);
            QCOMPARE(value(row, PatchModel::Green), row / 6);
            QCOMPARE(value(row, PatchModel::Blue), row % 6 + row / 6);
        }
        QCOMPARE(model.index(8, 0).data(PatchModel::ColourRole).value<QColor>(), QColor(2, 1, 3));
        QCOMPARE(model.headerData(PatchModel::Blue, Qt::Horizontal).toString(), "B");
    }

    void greyHasOneValue() {
        PatchModel model;
        model.setPatch(Image{2, 1, 1, {7, 200}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.columnCount(), PatchModel::Grey + 1);
        QCOMPARE(model.headerData(PatchModel::Grey, Qt::Horizontal).toString(), "Grey");
        QCOMPARE(model.index(1, PatchModel::Grey).data().toInt(), 200);
        QCOMPARE(model.index(1, 0).data(PatchModel::ColourRole).value<QColor>(), QColor(200, 200, 200));
    }

    void detailsShowTheSelectedPatch() {
        PatchDetails details;
        const auto* table = details.findChild<QTableView*>("patchTable");
        QVERIFY(table->isHidden());
        const PatchGrid grid = cutPatches(test::gradientImage(72, 72), 72, 6);
        details.showPatch(grid, 17);
        QVERIFY(!table->isHidden());
        QCOMPARE(details.findChild<QLabel*>("patchTitle")->text(), "Patch 17");
        QCOMPARE(table->model()->rowCount() * 3, grid.elementsPerPatch());
        QCOMPARE(table->model()->index(0, PatchModel::Red).data().toInt(), 30);
        QCOMPARE(table->model()->index(0, PatchModel::Green).data().toInt(), 6);
        details.showPatch(grid, -1);
        QVERIFY(table->isHidden());
    }
};

QTEST_MAIN(TestPatchModel)
#include "test_patch_model.moc"
