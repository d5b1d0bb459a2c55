// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs page on a store of made runs, with a bridge whose events the test makes.
#pragma once

#include "tests/benchmarks/run_store_maker.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"

#include <QAction>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

namespace vit::test {

constexpr int kPatience = 30000;  // ms
constexpr StoreSize kSmallStore = {12, 4, 3};

// Folders of runs and files of settings, gone with this object.
class RunStores {
public:
    std::filesystem::path newStore(const StoreSize& size = kSmallStore) {
        const std::filesystem::path store = m_folder.filePath("store" + QString::number(++m_stores)).toStdString();
        std::filesystem::create_directories(store);
        makeStore(store, size);
        return store;
    }
    // For tests that change nothing in it.
    std::filesystem::path sharedStore() {
        if (m_sharedStore.empty()) m_sharedStore = newStore();
        return m_sharedStore;
    }
    QString newSettings() { return m_folder.filePath("settings" + QString::number(++m_settings) + ".ini"); }

private:
    QTemporaryDir m_folder;
    std::filesystem::path m_sharedStore;
    int m_stores = 0;
    int m_settings = 0;
};

class FakeBridge : public ui::SessionBridge {
public:
    using SessionBridge::post;
    using SessionBridge::SessionBridge;
};

// The page and all that it needs, shown.
struct RunsBench {
    explicit RunsBench(const std::filesystem::path& store, const QString& settingsFile)
        : settings(settingsFile), bridge({.dataFolder = store / "data", .runsFolder = store}),
          page(bridge, prompts, settings) {
        page.resize(1200, 800);
        page.show();
    }

    template <class T>
    T* find(const char* name) {
        T* widget = page.findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    bool waitForRows(int rows) {
        return QTest::qWaitFor([&] { return page.model().rowCount() == rows; }, kPatience);
    }
    QString cell(int row, const char* key) {
        const auto* model = page.table()->model();
        return model->index(row, page.model().sectionOf(key)).data().toString();
    }
    int shownRows() { return page.table()->model()->rowCount(); }
    void trigger(const char* action) { find<QAction>(action)->trigger(); }
    void typeFilter(const QString& text) { find<QLineEdit>("runsFilter")->setText(text); }

    ScriptedPrompts prompts;
    ui::Settings settings;
    FakeBridge bridge;
    ui::RunsPage page;
};

}  // namespace vit::test
