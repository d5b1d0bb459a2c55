// SPDX-License-Identifier: GPL-3.0-or-later
// The Data page through its widgets: choosing, filtering, augmenting, adding and removing data sets.
#include "core/data/store/data_store.h"
#include "tests/support/made_images.h"
#include "tests/support/scripted_prompts.h"
#include "ui/pages/data/data_page.h"
#include "ui/pages/data/dataset_browser.h"
#include "ui/pages/data/dataset_model.h"
#include "ui/widgets/banner.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatience = 30000;  // ms; what takes a blink takes seconds on a busy machine

struct Bench {
    explicit Bench(std::shared_ptr<DataStore> dataStore) : store(std::move(dataStore)), page(store, prompts) {
        page.resize(1000, 700);
        page.setConfig(Config{});
        page.show();
    }

    template <class T>
    T* find(const char* name) {
        T* widget = page.findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    bool showsImages() { return find<QStackedWidget>("dataStack")->currentIndex() == 1; }
    int images() { return find<QListView>("thumbnails")->model()->rowCount(); }
    QString problem() {
        auto* banner = find<Banner>("dataBanner");
        return banner->showsError() ? banner->text() : QString();
    }
    void choose(const QString& name) {
        auto* combo = find<QComboBox>("datasetCombo");
        combo->setCurrentIndex(combo->findData(name));
    }
    QString chosen() { return find<QComboBox>("datasetCombo")->currentData().toString(); }

    test::ScriptedPrompts prompts;
    std::shared_ptr<DataStore> store;
    DataPage page;
};

}  // namespace

class TestDataPage : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<DataStore> m_store;
    std::shared_ptr<const Dataset> m_shapes;  // kept, so that it is made once

    // Two classes of six photos of different sizes.
    QString photoFolder() const {
        const QString root = m_folder.filePath("My photos");
        for (const char* name : {"cats", "dogs"}) {
            QDir().mkpath(root + '/' + name);
            for (int i = 0; i < 6; ++i)
                saveImage(test::gradientImage(40 + i, 30),
                          QString("%1/%2/%3.png").arg(root, name).arg(i).toStdString());
        }
        return root;
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_store = std::make_shared<DataStore>(m_folder.filePath("data").toStdString());
        m_shapes = m_store->open("synthetic-shapes", 72);
    }

    void opensTheExperimentsDataSet() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        QCOMPARE(bench.chosen(), "synthetic-shapes");
        const DatasetView train(m_shapes, Split::Train, 0.1);
        QCOMPARE(bench.images(), train.count());
        QVERIFY(bench.find<QLabel>("datasetFacts")->text().contains(QString("%1 classes").arg(m_shapes->classes())));
        QCOMPARE(bench.find<QTableView>("classList")->model()->rowCount(), m_shapes->classes() + 1);
        QVERIFY(!bench.find<QPushButton>("useDataset")->isVisible());
        QVERIFY(!bench.find<QToolButton>("removeDataset")->isVisible());
    }

    void filtersBySplitAndClass() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        bench.find<QToolButton>("split-test")->click();
        QCOMPARE(bench.images(), m_shapes->testCount());
        auto* classes = bench.find<QTableView>("classList");
        classes->setFocus();
        QTest::keyClick(classes, Qt::Key_Down);
        const auto counts = classCounts(DatasetView(m_shapes, Split::Test, 0.1));
        QCOMPARE(bench.images(), counts[0]);
        QCOMPARE(bench.find<QListView>("thumbnails")->model()->index(0, 0).data().toString().toStdString(),
                 m_shapes->classNames()[0]);
        bench.find<QToolButton>("split-validation")->click();  // the class stays chosen
        QCOMPARE(bench.images(), classCounts(DatasetView(m_shapes, Split::Validation, 0.1))[0]);
    }

    void respectsTheValidationShare() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        Config config;
        config.data.validationShare = 0.5;
        bench.page.setConfig(config);
        QCOMPARE(bench.images(), DatasetView(m_shapes, Split::Train, 0.5).count());
    }

    // Of a data set that the experiment is not about as that brings them, of its own as the experiment says.
    void countsADataSetsOwnValidationImages() {
        const ImageShape shape{8, 8, 3};
        const auto table = [&](std::int64_t count) {
            return std::make_shared<const MemoryImages>(shape, test::countingTable(count, 2, 8 * 8 * 3));
        };
        DatasetBrowser browser;
        browser.setDataset(test::measured(
            "own", {.classNames = {"a", "b"}, .train = table(20), .test = table(5), .validation = 6}));
        const auto count = [&](const char* split) {
            return browser.findChild<QToolButton*>(split)->text().section(' ', -1);
        };
        QCOMPARE(count("split-train"), "14");
        QCOMPARE(count("split-validation"), "6");
        Config config;
        config.data.name = "own";
        browser.setConfig(config);
        QCOMPARE(count("split-train"), "18");
        QCOMPARE(count("split-validation"), "2");
        config.data.validationSplit = ValidationSplit::Folder;
        browser.setConfig(config);
        QCOMPARE(count("split-validation"), "6");
        QCOMPARE(count("split-test"), "5");
    }

    void saysThatTheShareLeavesNothing() {
        DatasetBrowser browser;
        browser.setDataset(test::countingDataset(2, 1, 1));
        auto* footer = browser.findChild<QLabel*>("thumbnailFooter");
        QVERIFY(footer->text().startsWith("1 image "));
        Config config;
        config.data.validationShare = 0.9;
        browser.setConfig(config);
        QVERIFY2(footer->text().contains("share"), qUtf8Printable(footer->text()));
        QCOMPARE(browser.findChild<QListView*>("thumbnails")->model()->rowCount(), 0);
        browser.setConfig(Config{});
        QVERIFY(footer->text().startsWith("1 image "));
    }

    void findsClasses() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        auto* classes = bench.find<QTableView>("classList");
        const QString last = classes->model()->index(classes->model()->rowCount() - 1, 0).data().toString();
        QTest::keyClicks(bench.find<QLineEdit>("classSearch"), last.toUpper());
        QVERIFY(!classes->isRowHidden(0));
        QVERIFY(classes->isRowHidden(1));
        QVERIFY(!classes->isRowHidden(classes->model()->rowCount() - 1));
    }

    void showsImagesAsAugmented() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        auto* reshuffle = bench.find<QToolButton>("reshuffle");
        QVERIFY(!reshuffle->isEnabled());
        QTest::mouseClick(bench.find<QCheckBox>("asAugmented"), Qt::LeftButton, {}, QPoint(8, 8));
        QVERIFY(bench.find<QCheckBox>("asAugmented")->isChecked());
        QVERIFY(reshuffle->isEnabled());
        const QModelIndex first = bench.find<QListView>("thumbnails")->model()->index(0, 0);
        const auto picture = [&] { return first.data(Qt::DecorationRole).value<QImage>(); };
        QTRY_COMPARE_WITH_TIMEOUT(picture().size(), QSize(72, 72), kPatience);
        const QImage before = picture();
        reshuffle->click();
        QTRY_VERIFY_WITH_TIMEOUT(!picture().isNull(), kPatience);
        QVERIFY(picture() != before);
    }

    void opensAnImageInInspect() {
        qRegisterMetaType<std::shared_ptr<const Image>>();
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        QSignalSpy chosen(&bench.page, &DataPage::imageChosen);
        auto* thumbnails = bench.find<QListView>("thumbnails");
        const QPoint second = thumbnails->visualRect(thumbnails->model()->index(1, 0)).center();
        QTest::mouseClick(thumbnails->viewport(), Qt::LeftButton, {}, second);
        QTest::mouseDClick(thumbnails->viewport(), Qt::LeftButton, {}, second);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.at(0).at(1).toString(), "synthetic-shapes · train 1");
        QTest::keyClick(thumbnails, Qt::Key_Right);
        QTest::keyClick(thumbnails, Qt::Key_Return);
        QCOMPARE(chosen.count(), 2);
        QCOMPARE(chosen.at(1).at(1).toString(), "synthetic-shapes · train 2");
        const auto image = chosen.at(1).at(0).value<std::shared_ptr<const Image>>();
        const DatasetView view(m_shapes, Split::Train, 0.1);
        QCOMPARE(*image, view.image(2));
        QCOMPARE(chosen.at(1).at(2).toString().toStdString(),
                 m_shapes->classNames()[static_cast<std::size_t>(view.label(2))]);
    }

    void offersToDownload() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.chosen().isEmpty(), kPatience);
        bench.choose("cifar-100");
        QVERIFY(!bench.showsImages());
        QVERIFY(bench.find<QPushButton>("downloadDataset")->isVisible());
        QVERIFY(!bench.find<QPushButton>("useDataset")->isVisible());
        bench.choose("synthetic-shapes");
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        QVERIFY(!bench.find<QPushButton>("downloadDataset")->isVisible());
    }

    void addsUsesAndRemovesAFolder() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        QSignalSpy changed(&bench.page, &DataPage::datasetsChanged);
        QSignalSpy used(&bench.page, &DataPage::datasetChosen);
        bench.prompts.folder = photoFolder();
        bench.find<QAction>("addFolder")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(bench.chosen(), "my-photos", kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages() && bench.images() > 0, kPatience);
        QCOMPARE(changed.count(), 1);
        const QAbstractItemModel* classes = bench.find<QTableView>("classList")->model();
        QCOMPARE(classes->rowCount(), 3);
        QCOMPARE(classes->index(1, 0).data().toString(), "cats");
        auto* facts = bench.find<QLabel>("datasetFacts");
        QVERIFY(facts->text().contains("72 × 72 px"));
        Config smaller;
        smaller.model.imageSize = 24;
        bench.page.setConfig(smaller);  // photos are brought to the model's size
        QTRY_VERIFY_WITH_TIMEOUT(facts->text().contains("24 × 24 px"), kPatience);

        auto* use = bench.find<QPushButton>("useDataset");
        QVERIFY(use->isVisible());
        use->click();
        QCOMPARE(used.at(0).at(0).toString(), "my-photos");
        Config config;
        config.data.name = "my-photos";
        bench.page.setConfig(config);
        QVERIFY(!use->isVisible());

        bench.prompts.yes = false;
        bench.find<QToolButton>("removeDataset")->click();
        QCOMPARE(changed.count(), 1);
        bench.prompts.yes = true;
        bench.find<QToolButton>("removeDataset")->click();
        QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 2, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<QComboBox>("datasetCombo")->findData("my-photos"), -1, kPatience);
        QVERIFY(bench.chosen() != "my-photos");
    }

    void saysWhyNothingWasAdded_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("words");
        const QString empty = m_folder.filePath("empty");
        QDir().mkpath(empty);
        QTest::newRow("nothing in it") << "empty" << "empty";
        QTest::newRow("name taken") << "synthetic-shapes" << "synthetic-shapes";
    }

    void saysWhyNothingWasAdded() {
        QFETCH(QString, name);
        QFETCH(QString, words);
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsImages(), kPatience);
        bench.prompts.folder = m_folder.filePath("empty");
        bench.prompts.text = name;
        bench.find<QAction>("addFolder")->trigger();
        QTRY_VERIFY2_WITH_TIMEOUT(bench.problem().contains(words), qUtf8Printable(bench.problem()), kPatience);
        QVERIFY(bench.find<QPushButton>("addDataset")->isEnabled());
        QCOMPARE(bench.chosen(), "synthetic-shapes");
    }

    void aCancelledDialogAddsNothing() {
        Bench bench(m_store);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.chosen().isEmpty(), kPatience);
        bench.find<QAction>("addFolder")->trigger();
        QCOMPARE(bench.prompts.asked.size(), 1);  // no name was asked for
        bench.prompts.file = m_folder.filePath("any.zip");
        bench.prompts.text = "";
        bench.find<QAction>("addArchive")->trigger();
        QCOMPARE(bench.prompts.asked.size(), 3);
        QVERIFY(bench.find<QPushButton>("addDataset")->isEnabled());
    }

    void suggestsNames_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("name");
        QTest::newRow("known archive") << "/tmp/cifar-100-binary.tar.xz" << "cifar-100";
        QTest::newRow("known, shorter") << "/tmp/cifar-10-binary.tar.gz" << "cifar-10";
        QTest::newRow("folder") << "/home/x/My Photos/" << "my-photos";
        QTest::newRow("archive") << "/tmp/Birds_2024.tar.gz" << "birds-2024";
        QTest::newRow("letters that do not go") << "/tmp/ñ" << "my-images";
    }

    void suggestsNames() {
        QFETCH(QString, path);
        QFETCH(QString, name);
        DataInfo ten;
        ten.name = "cifar-10";
        DataInfo hundred;
        hundred.name = "cifar-100";
        QCOMPARE(suggestedDatasetName(path, {ten, hundred}), name);
    }
};

QTEST_MAIN(TestDataPage)
#include "test_data_page.moc"
