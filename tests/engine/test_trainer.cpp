// SPDX-License-Identifier: GPL-3.0-or-later
// What a training leaves behind.
#include "core/config/presets.h"
#include "core/device/device.h"
#include "core/train/trainer.h"
#include "tests/support/numbered_images.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace vit;

class TestTrainer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void gradientsGoWithIt();
};

// The model lives on, to be asked; with the gradients it would hold as much memory again, or a recorded step's pool.
void TestTrainer::gradientsGoWithIt() {
    Config config = preset("testing").config;
    config.run.device = DeviceChoice::Cpu;
    const QTemporaryDir folder;
    std::shared_ptr<Classifier> classifier;
    {
        Trainer trainer(config, numberedImages(60, 6, 8), selectDevice(config.run), folder.path().toStdString(),
                        {[](const Event&) {}, [] { return Going::On; }});
        trainer.run({.maxSteps = 1});
        classifier = trainer.sharedClassifier();
    }
    for (const torch::Tensor& parameter : classifier->network()->parameters()) QVERIFY(!parameter.grad().defined());
}

QTEST_GUILESS_MAIN(TestTrainer)
#include "test_trainer.moc"
