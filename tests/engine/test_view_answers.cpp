// SPDX-License-Identifier: GPL-3.0-or-later
// A model's answers to a whole split: those of its evaluation, however they are asked for.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/evaluation/evaluation.h"
#include "core/inspect/view_answers.h"
#include "core/model/classifier.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/numbered_images.h"

#include <QtTest>

using namespace vit;

class TestViewAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void figuresAreThoseOfTheEvaluation_data();
    void figuresAreThoseOfTheEvaluation();
    void partsMakeTheWhole();
    void subjectSaysWhatIsEvaluated();
    void otherClassesAreRefused();
    void canBeCancelled();

private:
    LoadedModel modelWith(std::int64_t batchSize) const {
        Config config = preset("testing").config;
        config.run.batchSize = batchSize;
        return {std::make_shared<Classifier>(config, describe(*m_data), torch::kCPU), {"made up", 3, 30, false}};
    }

    std::shared_ptr<const Dataset> m_data;
};

void TestViewAnswers::initTestCase() { m_data = numberedImages(32, 8, 16); }

void TestViewAnswers::figuresAreThoseOfTheEvaluation_data() {
    QTest::addColumn<int>("batchSize");
    QTest::newRow("the images are a multiple of the batch") << 8;
    QTest::newRow("the last batch is smaller") << 5;
    QTest::newRow("one batch") << 100;
}

void TestViewAnswers::figuresAreThoseOfTheEvaluation() {
    QFETCH(int, batchSize);
    LoadedModel model = modelWith(batchSize);
    const DatasetView view(m_data, Split::Train, 0);
    const ImageAnswers answers = answersOf(model, view);
    QCOMPARE(answers.images(), view.count());
    for (std::int64_t i = 0; i < view.count(); ++i)
        QCOMPARE(answers.labels[static_cast<std::size_t>(i)], view.label(i));
    const EpochMetrics ours = evaluated({}, {m_data->classNames(), {}}, answers).summary.metrics;
    const EpochMetrics theirs = model.evaluate(view).metrics;
    QCOMPARE(ours.accuracy, theirs.accuracy);
    QCOMPARE(ours.top5Accuracy, theirs.top5Accuracy);
    QVERIFY(std::abs(ours.loss - theirs.loss) < 1e-6);  // in double precision, and in single
}

void TestViewAnswers::partsMakeTheWhole() {
    LoadedModel model = modelWith(5);
    const DatasetView view(m_data, Split::Train, 0);
    const ImageAnswers whole = answersOf(model, view);
    ImageAnswers joined;
    joined.classes = whole.classes;
    for (std::int64_t first = 0; first < view.count(); first += 15) {
        const ImageAnswers part = answersOf(model, view.part(first, 15));
        joined.labels.insert(joined.labels.end(), part.labels.begin(), part.labels.end());
        joined.logits.insert(joined.logits.end(), part.logits.begin(), part.logits.end());
    }
    QCOMPARE(joined.labels, whole.labels);
    QCOMPARE(joined.logits, whole.logits);  // bit for bit, as the batches are the same
}

void TestViewAnswers::subjectSaysWhatIsEvaluated() {
    LoadedModel model = modelWith(5);
    const EvaluationSubject subject = subjectOf(model, DatasetView(m_data, Split::Test, 0));
    QCOMPARE(subject.views, std::string());
    QCOMPARE(subject.run, std::string("made up"));
    QCOMPARE(subject.epoch, 3);
    QCOMPARE(subject.step, 30);
    QCOMPARE(subject.data, m_data->name());
    QCOMPARE(subject.split, std::string("test"));
    QCOMPARE(subject.precision, std::string("fp32"));
    QVERIFY(!subject.device.empty());
}

void TestViewAnswers::otherClassesAreRefused() {
    LoadedModel model = modelWith(5);
    const auto other = test::datasetInMemory("other", m_data->shape(), {"a"}, {std::vector<std::uint8_t>(
                                             m_data->shape().bytes()), {0}});
    QVERIFY_THROWS_EXCEPTION(InvalidInput, answersOf(model, DatasetView(other, Split::Train, 0)));
}

void TestViewAnswers::canBeCancelled() {
    LoadedModel model = modelWith(5);
    const DatasetView view(m_data, Split::Train, 0);
    QVERIFY_THROWS_EXCEPTION(Cancelled, answersOf(model, view, [](std::int64_t done, auto) { return done < 10; }));
}

QTEST_GUILESS_MAIN(TestViewAnswers)
#include "test_view_answers.moc"
