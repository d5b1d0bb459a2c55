// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses of the Inspect page through their widgets, on a model that was trained for a moment.
#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_store.h"
#include "tests/support/lens_driver.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

#include <QSemaphore>
#include <QTableWidget>

#include <atomic>
#include <filesystem>
#include <limits>
#include <memory>

using namespace vit;
using namespace vit::ui;
using test::kLensPatience;

namespace {

// What the questions of a HeldPanel pass, which may outlive it.
struct Gate {
    QSemaphore mayEnd;
    std::atomic<int> begun = 0;  // questions
};

// A lens whose questions end when they may, and ask before whether they are still wanted.
class HeldPanel : public LensPanel {
public:
    explicit HeldPanel(SessionBridge& bridge) : LensPanel(bridge, nullptr) {}
    ~HeldPanel() override { gate->mayEnd.release(std::numeric_limits<int>::max() / 2); }
    QWidget* controls() override { return nullptr; }

    const std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    int shown = 0;  // answers

protected:
    void askModel() override {
        ask([gate = gate](LoadedModel&, const Image&, const auto& progress) {
                ++gate->begun;
                gate->mayEnd.acquire();
                if (!progress(1, 1)) throw Cancelled();
                return true;
            },
            [this](bool) { ++shown; });
    }
};

}  // namespace

class TestLenses : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::LensDriver> m_lens;

private Q_SLOTS:
    void initTestCase() { m_lens = std::make_unique<test::LensDriver>(); }
    void cleanupTestCase() { m_lens.reset(); }

    void saysWhatIsMissing() {
        QVERIFY(m_lens->openPhoto());
        QTRY_VERIFY_WITH_TIMEOUT(m_lens->find<QAbstractButton>("lensRelevance")->isVisible(), kLensPatience);
        m_lens->click("lensRelevance");
        for (QLabel* message : m_lens->page->findChildren<QLabel*>("lensMessage"))
            if (message->isVisible()) QVERIFY(message->text().contains("Train one"));
        QVERIFY(!m_lens->find<MapView>("relevanceView")->isVisible());
        QVERIFY(!m_lens->find<QWidget>("lensExport")->isHidden());
        m_lens->click("lensPatches");
        QVERIFY(m_lens->find<QWidget>("lensExport")->isHidden());
    }

    void trains() { QVERIFY(m_lens->train()); }

    // Whatever changes while a question is under way: new weights let it end and ask anew, another picture ends it.
    void weightsThatChangeEndNoQuestion() {
        HeldPanel panel(m_lens->bridge());
        LensSubject subject{.image = std::make_shared<Image>(test::gradientImage(40, 30)), .trueClass = {},
                            .model = m_lens->config, .choice = {}};
        panel.setSubject(subject);
        panel.setLookedThrough(true);
        for (int answers = 1; answers <= 3; ++answers) {
            QTRY_COMPARE_WITH_TIMEOUT(int(panel.gate->begun), answers, kLensPatience);
            panel.renew();
            panel.renew();
            panel.gate->mayEnd.release();
            QTRY_COMPARE_WITH_TIMEOUT(panel.shown, answers, kLensPatience);
        }
        QTRY_COMPARE_WITH_TIMEOUT(int(panel.gate->begun), 4, kLensPatience);
        subject.image = std::make_shared<Image>(test::gradientImage(30, 40));
        panel.setSubject(subject);
        panel.gate->mayEnd.release();
        QTRY_COMPARE_WITH_TIMEOUT(int(panel.gate->begun), 5, kLensPatience);
        QCOMPARE(panel.shown, 3);
        panel.gate->mayEnd.release();
        QTRY_COMPARE_WITH_TIMEOUT(panel.shown, 4, kLensPatience);
    }

    void layersEndWithTheAnswer() {
        m_lens->click("lensLayers");
        auto* table = m_lens->find<QTableWidget>("layersTable");
        QTRY_VERIFY_WITH_TIMEOUT(table->isVisible(), kLensPatience);
        QCOMPARE(table->rowCount(), m_lens->layers() + 1);
        const QTableWidgetItem* answer = table->item(table->rowCount() - 1, 0);
        QVERIFY(answer->font().bold());
        QVERIFY(m_lens->text("layersFinding").contains(answer->text().section('\n', 0, 0)));
        QVERIFY(m_lens->text("layersFinding").startsWith("Decided"));
        // A flatten head has no answer of a patch, and says why.
        m_lens->click("layersPatches");
        QVERIFY(m_lens->find<QLabel>("layersNoPatches")->isVisible());
        QVERIFY(m_lens->text("layersNoPatches").contains("flatten head"));
        m_lens->click("layersAnswers");
    }

    void whatIsShownIsSaved() {
        m_lens->click("lensLayers");
        QVERIFY(m_lens->saved("layers.npy").contains(QString("'shape': (%1, ").arg(m_lens->layers() + 1).toLatin1()));
        m_lens->prompts.file = m_lens->path("layers.doc");
        m_lens->click("lensExport");
        auto* banner = m_lens->find<QLabel>("bannerText");
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible() && banner->text().contains(".svg"), kLensPatience);
    }

    void whatCannotBeOpenedIsNotMistakenForTheModelBefore_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::newRow("torn weights") << "best.safetensors" << QString() << "x";
        QTest::newRow("weights of another model") << "config.json" << "\"layers\": 2" << "\"layers\": 3";
    }
    void whatCannotBeOpenedIsNotMistakenForTheModelBefore() {
        QFETCH(QString, file);
        QFETCH(QString, from);
        QFETCH(QString, to);
        m_lens->click("lensLayers");
        auto* table = m_lens->find<QTableWidget>("layersTable");
        QTRY_VERIFY_WITH_TIMEOUT(table->isVisible(), kLensPatience);
        const std::filesystem::path good = RunStore(m_lens->path("runs").toStdString()).lastTrained()->folder;
        const std::filesystem::path damaged = m_lens->path("damaged").toStdString();
        std::filesystem::remove_all(damaged);
        std::filesystem::copy(good, damaged, std::filesystem::copy_options::recursive);
        QString text = from.isEmpty() ? to : QString::fromStdString(readTextFile(damaged / file.toStdString()));
        if (!from.isEmpty()) QVERIFY2(text.contains(from), qPrintable(text));
        writeFileAtomically(damaged / file.toStdString(), text.replace(from, to).toStdString());
        m_lens->page->setRun(damaged);
        auto* message = m_lens->find<QLabel>("predictionMessage");
        QTRY_VERIFY2_WITH_TIMEOUT(message->text().contains("could not be opened"), qPrintable(message->text()),
                                  kLensPatience);
        QVERIFY(!table->isVisible());
        QVERIFY(m_lens->messages().contains("open a run"));
        m_lens->page->setRun(good);
        QTRY_VERIFY_WITH_TIMEOUT(table->isVisible(), kLensPatience);
    }
};

QTEST_MAIN(TestLenses)
#include "test_lenses.moc"
