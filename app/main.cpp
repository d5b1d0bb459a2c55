// SPDX-License-Identifier: GPL-3.0-or-later
// vit-workbench: the window.
#include "core/base/error.h"
#include "core/data/store/data_store.h"
#include "core/device/device.h"
#include "core/runs/included_model.h"
#include "core/session/session.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/look/theme_controller.h"
#include "ui/shell/about.h"
#include "ui/shell/main_window.h"
#include "ui/shell/stall_meter.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QMessageBox>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <string_view>

namespace {

using namespace vit::ui;

constexpr int kWorkerNiceness = 5;  // the window's thread comes first on a busy processor

// A fault that no page has caught is told in words; the window and the run go on.
class Application : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        try {
            return QApplication::notify(receiver, event);
        } catch (const std::exception& error) {
            QMessageBox::critical(activeWindow(), tr("Something went wrong"), QString::fromUtf8(error.what()));
            return false;
        }
    }
};

struct Arguments {
    QString photo;
    QString dataFolder;
    QString runsFolder;
    QString stallReport;
};

Arguments parseArguments(const QCoreApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QObject::tr("Train a Vision Transformer, watch it learn, and look inside it."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption photo("photo", QObject::tr("Open this photo on the Inspect page."), "FILE");
    const QCommandLineOption data("data-folder", QObject::tr("Where the data sets lie."), "FOLDER");
    const QCommandLineOption runs("runs-folder", QObject::tr("Where runs are kept."), "FOLDER");
    const QCommandLineOption stalls(
        "stall-report", QObject::tr("At exit, write how long the window was held up while training (JSON)."), "FILE");
    parser.addOptions({photo, data, runs, stalls});
    parser.addPositionalArgument("photo", QObject::tr("The same as --photo."), "[FILE]");
    parser.process(application);
    const QStringList rest = parser.positionalArguments();
    return {rest.isEmpty() ? parser.value(photo) : rest.constFirst(), parser.value(data), parser.value(runs),
            parser.value(stalls)};
}

vit::Session::Options sessionOptions(const Arguments& arguments) {
    vit::Session::Options options;
    if (!arguments.dataFolder.isEmpty()) options.dataFolder = arguments.dataFolder.toStdString();
    if (!arguments.runsFolder.isEmpty()) options.runsFolder = arguments.runsFolder.toStdString();
    options.niceness = kWorkerNiceness;
    options.includedModel = vit::includedModel();
    return options;
}

int run(Application& application) {
    const Arguments arguments = parseArguments(application);
    vit::Session::Options options = sessionOptions(arguments);
    const auto store = std::make_shared<vit::DataStore>(options.dataFolder);
    options.data = store;
    Settings settings;
    ThemeController theme(settings.theme());
    Prompts prompts;
    SessionBridge bridge(options);
    MainWindow window(bridge, store, prompts, settings, theme);
    window.show();
    if (!arguments.photo.isEmpty()) window.openPhoto(arguments.photo);

    if (arguments.stallReport.isEmpty()) return QApplication::exec();
    StallMeter stalls;
    QObject::connect(&bridge, &SessionBridge::runStarted, &stalls, &StallMeter::start);
    QObject::connect(&bridge, &SessionBridge::runFinished, &stalls, &StallMeter::pause);
    QObject::connect(&bridge, &SessionBridge::runFailed, &stalls, &StallMeter::pause);
    const int code = QApplication::exec();
    stalls.writeReport(arguments.stallReport);
    return code;
}

int runAndTellFaults(int argc, char** argv) {
    Application application(argc, argv);
    try {
        return run(application);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "vit-workbench: %s\n", error.what());
        QMessageBox::critical(nullptr, "ViT Workbench", QString::fromUtf8(error.what()));
        return 1;
    }
}

// Help and version are words, which need no display.
bool asksForWords(int argc, char** argv) {
    constexpr std::array words = {"-h", "--help", "--help-all", "-v", "--version"};
    return std::any_of(argv + 1, argv + argc, [&](std::string_view argument) {
        return std::find(words.begin(), words.end(), argument) != words.end();
    });
}

}  // namespace

int main(int argc, char** argv) {
    vit::tuneAllocator();
    vit::shareProcessor();
    QApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication::setApplicationName("vit-workbench");
    QApplication::setApplicationDisplayName("ViT Workbench");
    QApplication::setDesktopFileName("vit-workbench");
    QApplication::setApplicationVersion(programVersion());
    if (asksForWords(argc, argv)) {
        const QCoreApplication application(argc, argv);
        parseArguments(application);
    }
    vit::endProcess(runAndTellFaults(argc, argv));
}
