// SPDX-License-Identifier: GPL-3.0-or-later
// The Evaluate page through its widgets, on a run that the engine has trained: figures, matrix, tables, images, export.
#include "core/config/presets.h"
#include "core/data/store/data_store.h"
#include "core/evaluation/evaluation_words.h"
#include "core/runs/run_evaluation.h"
#include "core/session/session.h"
#include "tests/support/files.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/theme.h"
#include "ui/pages/evaluate/class_score_model.h"
#include "ui/pages/evaluate/confused_pair_model.h"
#include "ui/pages/evaluate/confusion_view.h"
#include "ui/pages/evaluate/evaluate_page.h"
#include "ui/pages/evaluate/evaluated_images.h"
#include "ui/pages/evaluate/reliability_view.h"
#include "ui/widgets/banner.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QWheelEvent>
#include <QtTest>

#include <filesystem>
#include <memory>

using namespace vit;
using namespace vit::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 60000;  // ms; what takes a blink takes seconds on a busy machine

// Classes in a ring: a third of each one's images is taken for the next.
std::shared_ptr<const Evaluation> ring(int classes, const std::vector<std::string>& superclasses = {}) {
    ImageAnswers answers;
    answers.classes = classes;
    EvaluatedClasses named;
    named.superclasses = superclasses;
    for (int i = 0; i < 3 * classes; ++i) {
        const int truth = i % classes;
        const int said = i < classes ? (truth + 1) % classes : truth;
        answers.labels.push_back(truth);
        for (int other = 0; other < classes; ++other) answers.logits.push_back(other == said ? 4.0F : 0.0F);
        if (i < classes) named.names.push_back("class " + std::to_string(i));
    }
    return std::make_shared<const Evaluation>(evaluated({}, named, answers));
}

ClassOrder asGiven(int classes) {
    ClassOrder order;
    for (int i = 0; i < classes; ++i) order.push_back(i);
    return order;
}

// The page with an engine of its own.
struct Bench {
    Bench(const fs::path& data, const fs::path& runs)
        : bridge({.dataFolder = data, .runsFolder = runs}), page(bridge, std::make_shared<DataStore>(data), prompts) {
        page.resize(900, 720);
        page.show();
    }

    template <class T = QPushButton>
    T* find(const char* name) {
        T* widget = page.findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    void click(const char* name) { QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton); }
    bool showsContent() { return find<QStackedWidget>("evaluateStack")->currentIndex() == 1; }
    QString banner() {
        const auto* banner = find<Banner>("evaluateBanner");
        return banner->isVisible() ? banner->text() : QString();
    }
    QString heading() { return find<QLabel>("evaluatedImagesHeading")->text(); }
    int images() { return find<QListView>("evaluatedImages")->model()->rowCount(); }
    QString figure(const char* label) {
        return find<QLabel>(QByteArray("figure.").append(label).constData())->text();
    }
    void evaluate(const fs::path& run) {
        page.setRun(run, "the run", "synthetic-shapes");
        click("evaluateButton");
        QTRY_VERIFY_WITH_TIMEOUT(showsContent() || find<Banner>("evaluateBanner")->showsError(), kPatience);
        QVERIFY2(showsContent(), qPrintable(banner()));
    }

    test::ScriptedPrompts prompts;
    SessionBridge bridge;
    EvaluatePage page;
};

}  // namespace

class TestEvaluatePage : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;
    fs::path m_data, m_runs, m_run;

    QString path(const QString& name) const { return m_home.filePath(name); }
    // The run once more, where a test may spoil it.
    fs::path copyOfRun(const std::string& name) const {
        fs::copy(m_run, m_runs / name, fs::copy_options::recursive);
        return m_runs / name;
    }

private Q_SLOTS:
    void initTestCase();
    void beginsWithoutAModel();
    void evaluatesAndKeepsTheFigures();
    void eachSplitHasItsResult();
    void otherDataOfItsClassesAreEvaluated();
    void cellShowsItsImages();
    void imageIsOpened();
    void classesAreSorted();
    void pairShowsItsImages();
    void notableImagesAreShown();
    void binsAreOfEitherKind();
    void cancelIsAtOnce();
    void absentDataAreSaid();
    void unopenableModelIsSaid();
    void trainingGoesFirst();
    void unwritableRunIsSaid();
    void otherRunBeginsAnew();
    void exportsAFolder();
    void exportThatFailsIsSaid();
    void matrixIsZoomedAndWalked();
    void matrixSaysWhatACellIs();
    void matrixOfOneClassOrNone();
    void manyClassesAreAllSeen_data();
    void manyClassesAreAllSeen();
    void modelsAreSound();
};

void TestEvaluatePage::initTestCase() {
    applyTheme(false);
    m_data = path("data").toStdString();
    m_runs = path("runs").toStdString();
    RunFinished finished;
    {
        Session session({.dataFolder = m_data, .runsFolder = m_runs}, [&](const Event& event) {
            if (const auto* end = std::get_if<RunFinished>(&event)) finished = *end;
        });
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.run.epochs = 1;
        request.config.run.threads = 1;
        session.train(request);
        session.wait();
    }
    m_run = finished.runFolder;
    QVERIFY(!m_run.empty());
}

void TestEvaluatePage::beginsWithoutAModel() {
    Bench bench(m_data, path("no runs").toStdString());
    QVERIFY(!bench.showsContent());
    QVERIFY(!bench.find("evaluateButton")->isVisible());
    QVERIFY(!bench.find("emptyEvaluate")->isVisible());
    bool said = false;
    for (const QLabel* label : bench.page.findChildren<QLabel*>())
        said = said || (label->isVisible() && label->text() == "No model yet");
    QVERIFY(said);
}

void TestEvaluatePage::evaluatesAndKeepsTheFigures() {
    Bench bench(m_data, m_runs);
    bench.page.setRun(m_run, "the run", "synthetic-shapes");
    QVERIFY(bench.find("emptyEvaluate")->isVisible());
    QTest::mouseClick(bench.find("emptyEvaluate"), Qt::LeftButton);
    QVERIFY(!bench.banner().isEmpty());
    QVERIFY(!bench.find("evaluateButton")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
    QVERIFY(bench.banner().isEmpty());
    QVERIFY(bench.find("evaluateButton")->isEnabled());
    const std::vector<KeptEvaluation> kept = readEvaluations(m_run);
    QCOMPARE(kept.size(), std::size_t{1});
    for (const EvaluationFigure& figure : figuresOf(kept[0].summary))
        QCOMPARE(bench.figure(figure.label.c_str()), QString::fromStdString(figure.value));
    // As the run itself was tested, but for the precision.
    QVERIFY(std::abs(kept[0].summary.metrics.accuracy - readRun(m_run).result->test.accuracy) < 1e-9);
    QCOMPARE(kept[0].summary.subject.split, std::string("test"));
    QCOMPARE(kept[0].summary.images, DataStore(m_data).open("synthetic-shapes", 16)->testCount());
}

void TestEvaluatePage::eachSplitHasItsResult() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    const QString test = bench.figure("Loss");
    bench.click("evaluate.validation");
    QVERIFY(!bench.showsContent());
    bench.click("emptyEvaluate");
    QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
    QVERIFY(bench.figure("Loss") != test);
    bench.click("evaluate.test");
    QVERIFY(bench.showsContent());
    QCOMPARE(bench.figure("Loss"), test);
}

// A folder of photos of two of its classes, larger than its own images.
void TestEvaluatePage::otherDataOfItsClassesAreEvaluated() {
    const auto own = DataStore(m_data).open("synthetic-shapes", 16);
    const DatasetView view(own, Split::Test, 0);
    const fs::path photos = path("photos").toStdString();
    int written = 0;
    for (std::int64_t i = 0; i < view.count() && written < 12; ++i) {
        if (view.label(i) != 1 && view.label(i) != 4) continue;
        for (const char* part : {"train", "test"}) {
            const std::string& name = own->classNames()[static_cast<std::size_t>(view.label(i))];
            const Image image = view.image(i);
            const auto png = encodePng(resizeArea(image, 2 * image.width, 2 * image.height));
            test::writeFile(QString::fromStdString((photos / part / name / std::to_string(i)).string() + ".png"),
                            QByteArray(reinterpret_cast<const char*>(png.data()), static_cast<int>(png.size())));
        }
        ++written;
    }
    DataStore(m_data).add("photos", photos);
    Bench bench(m_data, m_runs);
    bench.page.setDataSets(DataStore(m_data).list());
    bench.evaluate(m_run);
    const QString loss = bench.figure("Loss");
    auto* data = bench.find<QComboBox>("evaluateData");
    QCOMPARE(data->currentData().toString(), QString("synthetic-shapes"));
    const int other = data->findData("photos");
    QVERIFY(other > 0);
    data->setFocus();
    while (data->currentIndex() != other) QTest::keyClick(data, Qt::Key_Down);
    QTRY_VERIFY(!bench.showsContent());
    bench.click("emptyEvaluate");
    QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
    QVERIFY(bench.figure("Loss") != loss);
    const std::vector<KeptEvaluation> kept = readEvaluations(m_run);
    QCOMPARE(kept.front().summary.subject.data, std::string("synthetic-shapes"));
    QCOMPARE(kept.back().summary.subject.data, std::string("photos"));
    QCOMPARE(kept.back().summary.images, std::int64_t{written});
    while (data->currentIndex() != 0) QTest::keyClick(data, Qt::Key_Up);
    QTRY_VERIFY(bench.showsContent());
    QCOMPARE(bench.figure("Loss"), loss);
}

void TestEvaluatePage::cellShowsItsImages() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    const auto* pairs = bench.find<QTableView>("confusedPairs")->model();
    QVERIFY(pairs->rowCount() > 0);
    const auto* view = bench.find<ConfusionView>("confusionMatrix");
    QSignalSpy chosen(view, &ConfusionView::cellChosen);
    const QString truth = pairs->index(0, ConfusedPairModel::Truth).data().toString();
    const QString predicted = pairs->index(0, ConfusedPairModel::Predicted).data().toString();
    const auto dataset = DataStore(m_data).open("synthetic-shapes", 16);
    const auto indexOf = [&](const QString& name) {
        const auto& names = dataset->classNames();
        return int(std::find(names.begin(), names.end(), name.toStdString()) - names.begin());
    };
    QTest::mouseClick(bench.find<QWidget>("confusionMatrix"), Qt::LeftButton, {},
                      view->cellRect(indexOf(truth), indexOf(predicted)).center());
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toInt(), indexOf(truth));
    const QString count = pairs->index(0, ConfusedPairModel::Images).data().toString();
    QCOMPARE(QString::number(bench.images()), count);
    QVERIFY2(bench.heading().startsWith(truth + " → " + predicted + ": " + count + " image"),
             qPrintable(bench.heading()));
    const auto* list = bench.find<QListView>("evaluatedImages")->model();
    for (int row = 0; row < list->rowCount(); ++row) {
        QCOMPARE(list->index(row, 0).data().toString(), predicted);
        QCOMPARE(list->index(row, 0).data(DatasetModel::LabelRole).toInt(), indexOf(truth));
    }
}

void TestEvaluatePage::imageIsOpened() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    QVERIFY(bench.images() > 1);
    QString title, trueClass;
    std::shared_ptr<const Image> image;
    int opened = 0;
    connect(&bench.page, &EvaluatePage::imageChosen, this,
            [&](const auto& chosen, const QString& of, const QString& isOf) {
                image = chosen;
                title = of;
                trueClass = isOf;
                ++opened;
            });
    auto* list = bench.find<QListView>("evaluatedImages");
    const QModelIndex second = list->model()->index(1, 0);
    list->scrollTo(second);
    const QPoint middle = list->visualRect(second).center();
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, middle);
    QTest::mouseDClick(list->viewport(), Qt::LeftButton, {}, middle);
    QCOMPARE(opened, 1);
    const auto place = second.data(DatasetModel::IndexRole).toLongLong();
    QCOMPARE(title, QString("synthetic-shapes · test %1").arg(place));
    const auto dataset = DataStore(m_data).open("synthetic-shapes", 16);
    const DatasetView view(dataset, Split::Test, 0.1);
    QVERIFY(*image == view.image(place));
    QCOMPARE(trueClass.toStdString(), dataset->classNames()[static_cast<std::size_t>(view.label(place))]);
    QTest::keyClick(list, Qt::Key_Return);
    QCOMPARE(opened, 2);
}

void TestEvaluatePage::classesAreSorted() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    bench.click("part.classes");
    auto* table = bench.find<QTableView>("classScores");
    QVERIFY(table->isVisible());
    QVERIFY(!bench.find<QComboBox>("classOrder")->isVisible());
    auto* header = table->horizontalHeader();
    const QPoint recall(header->sectionViewportPosition(ClassScoreModel::Recall) + 10, header->height() / 2);
    for (const bool ascending : {true, false}) {
        if (header->sortIndicatorSection() != ClassScoreModel::Recall || !ascending)
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, recall);
        double last = ascending ? -1 : 2;
        for (int row = 0; row < table->model()->rowCount(); ++row) {
            const double value =
                table->model()->index(row, ClassScoreModel::Recall).data(ClassScoreModel::SortRole).toDouble();
            QVERIFY(ascending ? value >= last : value <= last);
            last = value;
        }
    }
    // A row that is clicked shows the images of its class.
    const QModelIndex second = table->model()->index(1, ClassScoreModel::Name);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(second).center());
    QVERIFY2(bench.heading().startsWith(second.data().toString() + ": "), qPrintable(bench.heading()));
    const QModelIndex support = second.siblingAtColumn(ClassScoreModel::Support);
    QCOMPARE(bench.images(), support.data(ClassScoreModel::SortRole).toInt());
}

void TestEvaluatePage::pairShowsItsImages() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    bench.click("part.pairs");
    auto* table = bench.find<QTableView>("confusedPairs");
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(table->model()->index(0, 0)).center());
    QTest::keyClick(table, Qt::Key_Down);
    const auto cell = [&](int column) { return table->model()->index(1, column).data().toString(); };
    QVERIFY2(bench.heading().startsWith(cell(0) + " → " + cell(1) + ": " + cell(2) + " image"),
             qPrintable(bench.heading()));
}

void TestEvaluatePage::notableImagesAreShown() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    QVERIFY2(bench.heading().startsWith("Wrong and most sure: "), qPrintable(bench.heading()));
    bench.click("uncertainHits");
    QVERIFY2(bench.heading().startsWith("Right and least sure: "), qPrintable(bench.heading()));
    const auto* list = bench.find<QListView>("evaluatedImages")->model();
    const QModelIndex first = list->index(0, 0);
    QVERIFY(first.data(Qt::ToolTipRole).toString().startsWith(first.data().toString() + ", taken for " +
                                                               first.data().toString()));
    bench.click("confidentErrors");
    QVERIFY(bench.heading().startsWith("Wrong and most sure: "));
}

void TestEvaluatePage::binsAreOfEitherKind() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    auto* view = bench.find<ReliabilityView>("reliability");
    const QString width = view->accessibleDescription();
    QVERIFY(width.contains("images"));
    bench.click("bins.count");
    QVERIFY(view->accessibleDescription() != width);
    QCOMPARE(view->accessibleDescription().count("Confidence "), 15);
    bench.click("bins.width");
    QCOMPARE(view->accessibleDescription(), width);
    bool found = false;
    for (int x = 0; x < view->width(); ++x) found = found || view->textAt({x, view->height() / 2}).contains("right");
    QVERIFY(found);
}

void TestEvaluatePage::cancelIsAtOnce() {
    Bench bench(m_data, m_runs);
    bench.page.setRun(m_run, "the run", "synthetic-shapes");
    bench.click("evaluateButton");
    auto* cancel = bench.find<Banner>("evaluateBanner")->findChild<QToolButton*>("bannerClose");
    QCOMPARE(cancel->text(), QString("Cancel"));
    QTest::mouseClick(cancel, Qt::LeftButton);
    QVERIFY(bench.banner().isEmpty());
    QVERIFY(bench.find("evaluateButton")->isEnabled());
    QVERIFY(!bench.showsContent());
    // What was still on its way changes nothing.
    QTest::qWait(500);
    QVERIFY(!bench.showsContent() && bench.banner().isEmpty());
    bench.evaluate(m_run);
}

void TestEvaluatePage::absentDataAreSaid() {
    const fs::path run = copyOfRun("absent data");
    QByteArray config = test::readFile(QString::fromStdString((run / "config.json").string()));
    config.replace("\"synthetic-shapes\"", "\"cifar-100\"");
    test::writeFile(QString::fromStdString((run / "config.json").string()), config);
    Bench bench(m_data, m_runs);
    bench.page.setRun(run, "absent", "cifar-100");
    bench.click("evaluateButton");
    QTRY_VERIFY_WITH_TIMEOUT(bench.find<Banner>("evaluateBanner")->showsError(), kPatience);
    QVERIFY2(bench.banner().contains("cifar-100 is not on this computer"), qPrintable(bench.banner()));
    QVERIFY(bench.find("evaluateButton")->isEnabled());
}

void TestEvaluatePage::unopenableModelIsSaid() {
    const fs::path run = copyOfRun("damaged");
    test::writeFile(QString::fromStdString((run / "best.safetensors").string()), "no weights");
    Bench bench(m_data, m_runs);
    bench.page.setRun(run, "damaged", "synthetic-shapes");
    bench.click("evaluateButton");
    QTRY_VERIFY_WITH_TIMEOUT(bench.find<Banner>("evaluateBanner")->showsError(), kPatience);
    QVERIFY2(bench.banner().contains("best.safetensors"), qPrintable(bench.banner()));
}

void TestEvaluatePage::trainingGoesFirst() {
    Bench bench(m_data, m_runs);
    bench.page.setRun(m_run, "the run", "synthetic-shapes");
    bench.click("evaluateButton");
    QSignalSpy finished(&bench.bridge, &SessionBridge::runFinished);
    TrainRequest request;
    request.config = preset("testing").config;
    request.config.run.epochs = 1;
    request.config.run.threads = 1;
    request.runFolder = path("another").toStdString();
    bench.bridge.train(request);
    QVERIFY2(bench.banner().contains("something else was begun"), qPrintable(bench.banner()));
    QVERIFY(!bench.find("evaluateButton")->isEnabled());
    QVERIFY(bench.find("evaluateButton")->toolTip().contains("Wait"));
    QVERIFY(finished.wait(kPatience));
    QVERIFY(bench.find("evaluateButton")->isEnabled());
    // Now the run that has just been trained is shown.
    bench.click("evaluateButton");
    QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
    QVERIFY(fs::exists(request.runFolder / "evaluation-test.json"));
}

void TestEvaluatePage::unwritableRunIsSaid() {
    const fs::path run = copyOfRun("closed");
    fs::remove(run / "evaluation-test.json");
    fs::create_directories(run / "evaluation-test.json" / "in the way");
    Bench bench(m_data, m_runs);
    bench.evaluate(run);
    QVERIFY2(bench.banner().contains("not kept with the run") && bench.banner().contains("evaluation-test.json"),
             qPrintable(bench.banner()));
}

void TestEvaluatePage::otherRunBeginsAnew() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    bench.page.setRun(m_run, "renamed", "synthetic-shapes");  // the same one
    QVERIFY(bench.showsContent());
    bench.page.setRun(copyOfRun("other"), "other", "synthetic-shapes");
    QVERIFY(!bench.showsContent());
    QCOMPARE(bench.find<QLabel>("evaluateTitle")->text(), QString("other"));
    QVERIFY(!bench.find("evaluateExport")->isEnabled());
}

void TestEvaluatePage::exportsAFolder() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    bench.click("evaluateExport");  // cancelled
    QCOMPARE(bench.prompts.asked.size(), 1);
    bench.prompts.folder = path("exported");
    QDir().mkpath(bench.prompts.folder);
    const QString target = bench.prompts.folder + "/" + QString::fromStdString(m_run.filename().string()) + "-test";
    bench.click("evaluateExport");
    QTRY_COMPARE_WITH_TIMEOUT(bench.prompts.asked.size(), 3, kPatience);  // and that it was done
    QCOMPARE(test::readFile(target + "/summary.json").toStdString(), toJson(readEvaluations(m_run).front().summary));
    for (const char* file : {"predictions.csv", "per_class.csv", "confusion.csv", "report.html"})
        QVERIFY2(QFile::exists(target + "/" + file), file);
    bench.prompts.yes = false;
    test::writeFile(target + "/report.html", "mine");
    bench.click("evaluateExport");
    QVERIFY2(bench.prompts.question.contains(target), qPrintable(bench.prompts.question));
    QTest::qWait(200);
    QCOMPARE(test::readFile(target + "/report.html"), QByteArray("mine"));
}

void TestEvaluatePage::exportThatFailsIsSaid() {
    Bench bench(m_data, m_runs);
    bench.evaluate(m_run);
    test::writeFile(path("a file"), "x");
    bench.prompts.folder = path("a file");
    bench.click("evaluateExport");
    QTRY_VERIFY_WITH_TIMEOUT(bench.find<Banner>("evaluateBanner")->showsError(), kPatience);
    QVERIFY2(bench.banner().contains("Cannot make the folder"), qPrintable(bench.banner()));
    QVERIFY(bench.find("evaluateExport")->isEnabled());
}

void TestEvaluatePage::matrixIsZoomedAndWalked() {
    ConfusionView view;
    view.resize(500, 500);
    view.setMatrix(ring(100), asGiven(100));
    view.show();
    QSignalSpy pointed(&view, &ConfusionView::pointedAt);
    QSignalSpy chosen(&view, &ConfusionView::cellChosen);
    const double small = view.cellSide();
    const QPoint cell = view.cellRect(40, 41).center();
    QWheelEvent wheel(cell, view.mapToGlobal(cell), {}, {0, 8 * 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&view, &wheel);
    QVERIFY(view.cellSide() > 4 * small);
    QVERIFY(view.cellRect(40, 41).contains(cell));  // what is under the pointer stays there
    QTest::mouseClick(&view, Qt::LeftButton, {}, cell);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toInt(), 40);
    QCOMPARE(chosen[0][1].toInt(), 41);
    QCOMPARE(pointed.back()[0].toString(), QString("class 40 → class 41: 1 image (33.33 %)"));
    QTest::keyClick(&view, Qt::Key_Left);
    QCOMPARE(pointed.back()[0].toString(), QString("class 40 → class 40: 2 images (66.67 %)"));
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(chosen.back()[1].toInt(), 40);
    for (int i = 0; i < 200; ++i) QTest::keyClick(&view, Qt::Key_Down);  // the matrix follows, up to its end
    QCOMPARE(pointed.back()[0].toString(), QString("class 99 → class 40: 0 images (0.00 %)"));
    QVERIFY(view.rect().contains(view.cellRect(99, 40)));
    // Dragging moves, and chooses nothing.
    const auto before = view.cellRect(99, 40);
    const auto choices = chosen.size();
    QTest::mousePress(&view, Qt::LeftButton, {}, {300, 300});
    QTest::mouseMove(&view, {320, 330});
    QTest::mouseMove(&view, {340, 360});
    QTest::mouseRelease(&view, Qt::LeftButton, {}, {340, 360});
    QVERIFY(view.cellRect(99, 40).top() > before.top());
    QCOMPARE(chosen.size(), choices);
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.cellSide(), small);
}

void TestEvaluatePage::matrixSaysWhatACellIs() {
    ConfusionView view;
    view.resize(400, 400);
    view.setMatrix(ring(4), {3, 2, 1, 0});
    view.show();
    QSignalSpy pointed(&view, &ConfusionView::pointedAt);
    QVERIFY(view.cellRect(3, 3).top() < view.cellRect(0, 0).top());
    QTest::mouseMove(&view, view.cellRect(3, 0).center());
    QTRY_VERIFY(!pointed.isEmpty());
    QCOMPARE(pointed.back()[0].toString(), QString("class 3 → class 0: 1 image (33.33 %)"));
    QTest::mouseMove(&view, {3, 3});
    QTRY_COMPARE(pointed.back()[0].toString(), QString());
}

void TestEvaluatePage::matrixOfOneClassOrNone() {
    ConfusionView view;
    view.resize(300, 300);
    view.show();
    QTest::keyClick(&view, Qt::Key_Down);
    QTest::mouseClick(&view, Qt::LeftButton, {}, {200, 200});
    view.zoom(2, {200, 200});
    QVERIFY(!view.grab().isNull());
    view.setMatrix(ring(1), {0});
    QSignalSpy chosen(&view, &ConfusionView::cellChosen);
    QTest::mouseClick(&view, Qt::LeftButton, {}, {200, 200});
    QCOMPARE(chosen.size(), 1);
    QVERIFY(!view.grab().isNull());
}

void TestEvaluatePage::manyClassesAreAllSeen_data() {
    QTest::addColumn<int>("classes");
    QTest::addColumn<bool>("dark");
    QTest::newRow("ten") << 10 << false;
    QTest::newRow("a hundred") << 100 << false;
    QTest::newRow("a hundred in the dark") << 100 << true;
    QTest::newRow("more than pixels") << 700 << false;
}

void TestEvaluatePage::manyClassesAreAllSeen() {
    QFETCH(int, classes);
    QFETCH(bool, dark);
    applyTheme(dark);
    ConfusionView view;
    view.resize(420, 420);
    view.setMatrix(ring(classes), asGiven(classes));
    view.show();
    const QImage picture = view.grab().toImage();
    const double scale = picture.devicePixelRatio();
    const QColor ground = colors(&view).surface;
    int seen = 0;
    for (int i = 0; i < classes; ++i)
        seen += picture.pixelColor((QPointF(view.cellRect(i, i).center()) * scale).toPoint()) != ground;
    applyTheme(false);
    QCOMPARE(seen, classes);
}

void TestEvaluatePage::modelsAreSound() {
    ClassScoreModel scores;
    ConfusedPairModel pairs;
    EvaluatedImagesModel images;
    const QAbstractItemModelTester scoreTester(&scores), pairTester(&pairs), imageTester(&images);
    scores.setEvaluation(ring(5, {"a", "a", "b", "b", "b"}));
    pairs.setEvaluation(ring(5));
    QCOMPARE(scores.rowCount(), 5);
    QCOMPARE(pairs.rowCount(), 5);
    QCOMPARE(scores.index(2, ClassScoreModel::Name).data(Qt::ToolTipRole).toString(), QString("class 2 (b)"));
    QCOMPARE(scores.index(2, ClassScoreModel::Recall).data().toString(), QString("66.67 %"));
    QCOMPARE(pairs.index(4, ConfusedPairModel::Predicted).data().toString(), QString("class 0"));
    scores.setEvaluation(nullptr);
    pairs.setEvaluation(nullptr);
    images.setImages(nullptr, {});
    QCOMPARE(scores.rowCount() + pairs.rowCount() + images.rowCount(), 0);
}

QTEST_MAIN(TestEvaluatePage)
#include "test_evaluate_page.moc"
