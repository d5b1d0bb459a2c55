// SPDX-License-Identifier: GPL-3.0-or-later
// Someone looks through all the lenses, again and again, while the model trains: each lens shows what it is there for, and
// the training does not notice.
#include "core/config/presets.h"
#include "core/data/store/data_store.h"
#include "core/session/session.h"
#include "tests/support/made_images.h"
#include "tests/support/same_run.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/lens/map_view.h"
#include "ui/pages/inspect/inspect_page.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <filesystem>
#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatience = 60'000;  // ms
constexpr int kRounds = 6;

struct LensOfPage {
    const char* button;
    const char* view;  // what is to be seen when there is an answer
};
constexpr std::array kLenses = {
    LensOfPage{"lensAttention", "attentionView"}, LensOfPage{"lensRelevance", "relevanceView"},
    LensOfPage{"lensTokens", "tokensView"},       LensOfPage{"lensLayers", "layersTable"},
    LensOfPage{"lensWhatIf", "whatIfView"},
};

}  // namespace

class TestLensesInTraining : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path home() const { return m_folder.path().toStdString(); }
    TrainRequest request(const char* name) const {
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.data.trainLimit = 150;
        request.config.data.validationShare = 0;  // a stop while it validates leaves out what a run of as many steps has
        request.config.run.epochs = 100'000;
        request.config.run.threads = 1;
        request.runFolder = home() / name;
        return request;
    }

private Q_SLOTS:
    void trainingDoesNotNotice();
};

void TestLensesInTraining::trainingDoesNotNotice() {
    const auto store = std::make_shared<DataStore>(home() / "data");
    test::ScriptedPrompts prompts;
    SessionBridge bridge({.dataFolder = store->folder(), .runsFolder = home() / "runs", .data = store});
    InspectPage page(bridge, store, prompts);
    page.resize(1280, 760);
    page.setConfig(request("looked-into").config);
    page.show();
    const QString photo = m_folder.filePath("photo.png");
    saveImage(test::gradientImage(120, 90), photo.toStdString());
    QVERIFY(page.openPhoto(photo));
    QSignalSpy finished(&bridge, &SessionBridge::runFinished);
    QSignalSpy epochs(&bridge, &SessionBridge::epochDone);
    bridge.train(request("looked-into"));
    QTRY_VERIFY_WITH_TIMEOUT(epochs.count() > 0, kPatience);

    for (int round = 0; round < kRounds; ++round) {
        for (const LensOfPage& lens : kLenses) {
            QTest::mouseClick(page.findChild<QAbstractButton*>(lens.button), Qt::LeftButton);
            auto* view = page.findChild<QWidget*>(lens.view);
            QTRY_VERIFY2_WITH_TIMEOUT(view->isVisible(), lens.view, kPatience);
            if (auto* map = qobject_cast<MapView*>(view)) {
                QVERIFY(map->patchCount() > 0);
                QTest::mouseMove(map, map->patchRect(round % map->patchCount()).center());
                QTest::mouseClick(map, Qt::LeftButton, {}, map->patchRect(round % map->patchCount()).center());
            }
            if (auto* classes = page.findChild<QComboBox*>("relevanceClass"); classes->isVisible())
                QTest::keyClick(classes, Qt::Key_Down);
            const qsizetype before = epochs.count();  // with what it shows now, it sees another epoch or two
            QTRY_VERIFY_WITH_TIMEOUT(epochs.count() > before, kPatience);
            QVERIFY2(view->isVisible(), lens.view);
        }
    }
    QVERIFY(bridge.busy());
    bridge.requestStop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);

    TrainRequest alone = request("alone");
    alone.maxSteps = finished.at(0).at(0).value<RunFinished>().stepsDone;
    Session session({store->folder(), home() / "runs", store, 0}, [](const Event&) {});
    session.train(alone);
    session.wait();
    QCOMPARE(test::runDifference(home() / "alone", home() / "looked-into"), std::string());
    qInfo("%d lenses seen in %lld steps", kRounds * static_cast<int>(kLenses.size()),
          static_cast<long long>(alone.maxSteps));
}

QTEST_MAIN(TestLensesInTraining)
#include "test_lenses_in_training.moc"
