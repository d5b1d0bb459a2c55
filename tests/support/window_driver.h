// SPDX-License-Identifier: GPL-3.0-or-later
// The real window on the real engine, with folders of its own, driven as a person drives it.
#pragma once

#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/form/experiment_form.h"
#include "ui/look/theme_controller.h"
#include "ui/shell/main_window.h"

#include <QAction>
#include <QComboBox>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <memory>
#include <optional>

namespace vit::test {

constexpr int kTrainingTimeoutMs = 90'000;  // a loaded machine; seconds otherwise

class AnsweringPrompts : public ui::Prompts {
public:
    QString openFile(QWidget*, const QString&, const QString&, const QString&) override { return file; }
    QString saveFile(QWidget*, const QString&, const QString&, const QString&) override { return file; }
    bool confirm(QWidget*, const QString&, const QString& text, const QString&, const QString&) override {
        questions << text;
        return yes;
    }
    void showError(QWidget*, const QString&, const QString& text) override { errors << text; }
    void showInformation(QWidget*, const QString&, const QString& text) override { informations << text; }
    std::optional<Extension> askExtension(QWidget*, const QString&, const Config&) override { return extension; }

    int choose(QWidget*, const QString&, const QString& text, const QStringList& ways) override {
        questions << text;
        return way >= 0 ? way : static_cast<int>(ways.size()) - 1;
    }
    std::optional<ui::HostChoice> askHost(QWidget*, const ui::HostChoice&) override { return host; }

    std::optional<Extension> extension;
    std::optional<ui::HostChoice> host;
    int way = -1;  // the last one
    QString file;
    bool yes = true;
    QStringList questions;
    QStringList errors;
    QStringList informations;
};

class WindowDriver {
public:
    // Fresh folders with a photo in them, and the window.
    void start() {
        m_folder = std::make_unique<QTemporaryDir>();
        QImage picture(320, 240, QImage::Format_RGB888);
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x) picture.setPixelColor(x, y, QColor(x % 256, y, (x + y) % 256));
        QVERIFY(picture.save(photo(), "JPG", 92));
        m_prompts = std::make_unique<AnsweringPrompts>();
        open();
    }

    void end() {
        m_window.reset();
        m_bridge.reset();
        m_theme.reset();
        m_settings.reset();
        m_folder.reset();
    }

    // The program begins, or begins again on what it has left behind.
    void open() {
        m_window.reset();
        m_bridge.reset();
        m_settings = std::make_unique<ui::Settings>(m_folder->filePath("settings.ini"));
        m_theme = std::make_unique<ui::ThemeController>(m_settings->theme());
        Session::Options options;
        options.dataFolder = m_folder->filePath("data").toStdString();
        options.runsFolder = m_folder->filePath("runs").toStdString();
        options.data = std::make_shared<DataStore>(options.dataFolder);
        m_bridge = std::make_unique<ui::SessionBridge>(options);
        m_window = std::make_unique<ui::MainWindow>(*m_bridge, options.data, *m_prompts, *m_settings, *m_theme);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY(!m_window->form()->dataSets().empty());
    }

    template <class T = QWidget>
    T* find(const QString& name) const {
        T* widget = m_window->findChild<T*>(name);
        if (!widget) qFatal("There is no widget named %s.", qUtf8Printable(name));
        return widget;
    }

    void type(const QString& key, const QString& text) const {
        auto* widget = find(key);
        widget->setFocus();
        QTest::keyClick(widget, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(widget, text);
    }

    void click(const QString& button) const { QTest::mouseClick(find<QToolButton>(button), Qt::LeftButton); }
    void clickTrain() const { click("trainButton"); }

    void choosePreset(const QString& name) const {
        auto* selector = find<QComboBox>("presetSelector");
        selector->setFocus();
        QTest::keyClick(selector, Qt::Key_Home);
        while (selector->currentData().toString() != name) QTest::keyClick(selector, Qt::Key_Down);
    }

    void chooseTestingPreset(int epochs) const {
        choosePreset("testing");
        type("run.epochs", QString::number(epochs));
        type("run.threads",
             "1");  // two threads that wait for each other are slow on a processor that others use as well
    }

    QAction* action(const QString& text) const {
        for (QAction* action : m_window->actions())
            if (action->text() == text) return action;
        qFatal("There is no action named %s.", qUtf8Printable(text));
    }
    void trigger(const QString& text) const { action(text)->trigger(); }

    QString photo() const { return m_folder->filePath("photo.jpg"); }

protected:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AnsweringPrompts> m_prompts;
    std::unique_ptr<ui::Settings> m_settings;
    std::unique_ptr<ui::ThemeController> m_theme;
    std::unique_ptr<ui::SessionBridge> m_bridge;
    std::unique_ptr<ui::MainWindow> m_window;
};

}  // namespace vit::test
