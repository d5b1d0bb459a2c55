// SPDX-License-Identifier: GPL-3.0-or-later
// The model that comes with the program: whole, small, and one that can be asked, looked into and trained further.
#include "core/config/presets.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/relevance.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "core/runs/included_model.h"
#include "core/runs/run_store.h"
#include "core/runs/trained_model.h"
#include "core/session/start_from.h"
#include "tests/support/made_images.h"

#include <torch/utils.h>

#include <QtTest>

using namespace vit;

class TestIncludedModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(!includedModel().empty(), "../share/vit-workbench/model lacks beside this program"); }

    void isWholeAndSmall() {
        const TrainedModel model = readTrainedModel(includedModel());
        QCOMPARE(model.description.classNames.size(), std::size_t{100});
        QVERIFY(std::filesystem::file_size(model.weightsPath) < 4'000'000);
        for (const auto& [name, data] : model.weights.tensors) {
            QCOMPARE(data.dtype, std::string("F16"));
            QVERIFY2(toTensor(data).isfinite().all().item<bool>(), name.c_str());
        }
    }

    // Its name says how good it is: what its result says.
    void isCalledAsItIs() {
        const RunSummary run = readRun(includedModel());
        QVERIFY(run.hasModel);
        QVERIFY(run.result && run.result->tested);
        const QString share = QString::number(100 * run.result->test.accuracy, 'f', 1);
        QVERIFY2(QString::fromStdString(run.name).contains("came with the program, " + share + " %"), run.name.c_str());
    }

    void answersAndIsLookedInto() {
        LoadedModel model = LoadedModel::open(includedModel());
        const Image photo = test::gradientImage(60, 40);
        const Prediction answer = model.predict(photo);
        QCOMPARE(answer.top.size(), std::size_t{5});
        QVERIFY(answer.top.front().probability > 0.01);
        const RelevanceMap map = relevance(model, photo, answer.top.front().index, relevanceMethod("relevance"));
        QCOMPARE(map.map.shape, (std::vector<std::int64_t>{8, 8}));
        QVERIFY(*std::ranges::max_element(map.map.values) > 0);
    }

    void canBeTrainedFurther() {
        const Config config = readTrainedModel(includedModel()).config;
        VisionTransformer network(config.model, config.head, ModelInput{3, 100});
        const Message said = takeWeights(*network, readStartingWeights(includedModel()));
        QVERIFY2(said.severity == Severity::Info, said.text.c_str());  // nothing begins anew
    }
};

QTEST_GUILESS_MAIN(TestIncludedModel)
#include "test_included_model.moc"
