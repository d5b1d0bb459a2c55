// SPDX-License-Identifier: GPL-3.0-or-later
// A run as it was at an epoch: weights that it kept are asked beside those of the current model.
#include "core/config/presets.h"
#include "core/runs/run_files.h"
#include "core/session/session.h"
#include "tests/support/asking.h"
#include "tests/support/recorder.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <memory>
#include <vector>

using namespace vit;
using vit::test::predict;
using vit::test::Recorder;

class TestModelChoice : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    std::filesystem::path m_run;
    std::unique_ptr<Recorder> m_recorder;
    std::unique_ptr<Session> m_session;
    const std::shared_ptr<const Image> m_photo =
        std::make_shared<Image>(Image{40, 30, 3, std::vector<std::uint8_t>(40 * 30 * 3, 90)});

    std::vector<ProbePredicted> m_told;  // what the model said of the photo after each epoch

    Reply<Prediction> ask(const ModelChoice& choice) { return predict(*m_session, m_photo, 5, choice); }

private Q_SLOTS:
    void initTestCase() {
        const std::filesystem::path home = m_home.path().toStdString();
        m_recorder = std::make_unique<Recorder>();
        m_session = std::make_unique<Session>(Session::Options{home / "data", home / "runs", nullptr, 0},
                                              m_recorder->listener());
        m_session->setProbes({m_photo});
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.run.epochs = 5;
        request.config.run.keepEpochs = 4;
        m_session->train(request);
        QVERIFY(m_recorder->waitFor<RunFinished>());
        m_run = m_recorder->all<RunFinished>()[0].runFolder;
        m_told = m_recorder->all<ProbePredicted>();
        QCOMPARE(m_told.size(), std::size_t{5});
    }

    void keptEpochsAreListed() {
        QCOMPARE(run_files::keptEpochs(m_run), (std::vector<std::int64_t>{2, 3, 4, 5}));
        QVERIFY(run_files::keptEpochs(m_run / "nowhere").empty());
    }

    void anEpochAnswersAsItDidThen() {
        for (const std::int64_t epoch : {4, 2, 3, 5, 2}) {
            const Prediction now = ask({m_run, epoch}).answer.value();
            const Prediction then = m_told[static_cast<std::size_t>(epoch) - 1].prediction;
            QCOMPARE(now.epoch, epoch);
            for (std::size_t i = 0; i < now.top.size(); ++i) {
                QCOMPARE(now.top[i].index, then.top[i].index);
                QCOMPARE(now.top[i].probability, then.top[i].probability);
            }
        }
    }

    void withoutAnEpochTheBestWeightsAnswer() {
        const Prediction best = ask({m_run, 0}).answer.value();
        const Prediction current = ask({}).answer.value();  // a run's best weights take the last ones' place at its end
        QCOMPARE(best.epoch, current.epoch);
        QCOMPARE(best.top[0].probability, current.top[0].probability);
    }

    void anotherChoiceLeavesTheCurrentModelAlone() {
        const std::int64_t current = ask({}).answer.value().epoch;
        QCOMPARE(ask({m_run, 2}).answer.value().epoch, std::int64_t{2});
        QCOMPARE(ask({}).answer.value().epoch, current);
    }

    void aFileThatHasChangedIsReadAgain() {
        const std::filesystem::path file = m_run / run_files::weightsOf(3);
        QCOMPARE(ask({m_run, 3}).answer.value().epoch, std::int64_t{3});
        std::filesystem::copy_file(m_run / run_files::weightsOf(5), file,
                                   std::filesystem::copy_options::overwrite_existing);
        std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
        QCOMPARE(ask({m_run, 3}).answer.value().epoch, std::int64_t{5});
    }

    void whatWasNotKeptIsSaid() {
        const Reply<Prediction> reply = ask({m_run, 1});
        QVERIFY(!reply.answer);
        QVERIFY2(reply.problem.find("has not kept the weights of epoch 1") != std::string::npos, reply.problem.c_str());
        QVERIFY(!ask({m_run / "nowhere", 0}).problem.empty());
    }
};

QTEST_GUILESS_MAIN(TestModelChoice)
#include "test_model_choice.moc"
