// SPDX-License-Identifier: GPL-3.0-or-later
// The Inspect page with a photo and a model that was trained for a moment, driven as a person drives it.
#pragma once

#include "core/config/presets.h"
#include "core/data/store/data_store.h"
#include "tests/support/made_images.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/lens/map_view.h"
#include "ui/pages/inspect/inspect_page.h"

#include <QAbstractButton>
#include <QFile>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>

namespace vit::test {

inline constexpr int kLensPatience = 30000;  // ms; what takes a blink takes seconds on a busy machine

class LensDriver {
public:
    explicit LensDriver(HeadType head = HeadType::Flatten) {
        m_store = std::make_shared<DataStore>(path("data").toStdString());
        saveImage(gradientImage(120, 90), path("photo.png").toStdString());
        config = preset("testing").config;
        config.data.trainLimit = 64;
        config.schedule.epochs = 1;
        config.head.type = head;
        if (head != HeadType::Flatten) config.head.units.clear();
        m_bridge = std::make_unique<ui::SessionBridge>(
            Session::Options{.dataFolder = m_store->folder(), .runsFolder = path("runs").toStdString()});
        page = std::make_unique<ui::InspectPage>(*m_bridge, m_store, prompts);
        page->resize(1280, 760);
        page->setConfig(config);
        page->show();
    }

    ui::SessionBridge& bridge() { return *m_bridge; }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    bool openPhoto() { return page->openPhoto(path("photo.png")); }
    bool train(std::int64_t maxSteps = 0) {
        QSignalSpy finished(m_bridge.get(), &ui::SessionBridge::runFinished);
        m_bridge->train({.config = config, .label = "testing", .maxSteps = maxSteps});
        return finished.wait(kLensPatience);
    }

    template <class T>
    T* find(const char* name) const {
        T* widget = page->findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    QString text(const char* label) const { return find<QLabel>(label)->text(); }
    void click(const char* button) const { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    // What stands in place of what a lens cannot show.
    QString messages() const {
        QStringList shown;
        for (const QLabel* message : page->findChildren<QLabel*>("lensMessage")) shown << message->text();
        return shown.join(" | ");
    }
    // What the shown lens saves under a name; empty when it does not.
    QByteArray saved(const QString& name) {
        prompts.file = path(name);
        QFile file(prompts.file);
        file.remove();
        click("lensExport");
        return QTest::qWaitFor([&] { return file.exists(); }, kLensPatience) && file.open(QIODevice::ReadOnly)
                   ? file.readAll()
                   : QByteArray();
    }
    int layers() const { return static_cast<int>(config.model.layers); }
    int heads() const { return static_cast<int>(config.model.heads); }

private:
    QTemporaryDir m_folder;
    std::shared_ptr<DataStore> m_store;
    std::unique_ptr<ui::SessionBridge> m_bridge;

public:
    Config config;
    ScriptedPrompts prompts;
    std::unique_ptr<ui::InspectPage> page;  // goes before the bridge
};

}  // namespace vit::test
