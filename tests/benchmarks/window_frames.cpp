// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the window while something happens in it: how long it paints a frame, and how long its event loop is held
// up.
//   window_frames RUN PHOTO [--data FOLDER] [--seconds N] [--play]
// RUN is a run's folder; its configuration is what is trained meanwhile. --play measures too while the slider of the
// epochs plays, again and again, what the run has kept. QT_QPA_PLATFORM=offscreen measures without a screen; under
// xvfb-run it is one.
#include "core/data/store/data_store.h"
#include "core/device/device.h"
#include "core/runs/run_store.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/lens/map_view.h"
#include "ui/look/theme_controller.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/inspect/time/epoch_slider.h"
#include "ui/shell/main_window.h"
#include "ui/shell/stall_meter.h"

#include <QAbstractButton>
#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatienceMs = 120'000;
constexpr int kWorkerNiceness = 5;  // as the program has it
constexpr int kHandMs = 16;         // sixty times a second

// Takes the time of each frame of the window, from its request to its end.
class Application : public QApplication {
public:
    using QApplication::QApplication;

    std::vector<double> frames;  // ms

    bool notify(QObject* receiver, QEvent* event) override {
        const bool paints = !m_painting && event->type() == QEvent::UpdateRequest;
        if (!paints) return QApplication::notify(receiver, event);
        m_painting = true;
        QElapsedTimer timer;
        timer.start();
        const bool result = QApplication::notify(receiver, event);
        frames.push_back(double(timer.nsecsElapsed()) / 1e6);
        m_painting = false;
        return result;
    }

private:
    bool m_painting = false;
};

void waitUntil(const std::function<bool()>& condition, const char* what) {
    if (!QTest::qWaitFor(condition, kPatienceMs)) throw std::runtime_error(std::string("There was no ") + what + ".");
}

class Measurement {
public:
    Measurement(Application& application, MainWindow& window, int seconds)
        : m_application(application), m_window(window), m_seconds(seconds) {
        std::printf(
            "| %-34s | frames a second | frame: median, 95th percentile, most, ms |"
            " held up: median, 99th percentile, most, ms | maps a second |\n|---|---:|---:|---:|---:|\n",
            "");
    }

    template <class T>
    T* find(const QString& name) const {
        auto* widget = m_window.findChild<T*>(name);
        if (!widget) throw std::runtime_error("There is no " + name.toStdString() + " in the window.");
        return widget;
    }

    void openAttention() const {
        m_window.showPage(MainWindow::InspectPageIndex);
        find<QAbstractButton>("lensAttention")->click();
        waitUntil([this] { return find<MapView>("attentionView")->isVisible(); }, "map of attention");
    }

    // `act` is what a person does meanwhile, sixty times a second.
    void take(const char* what, const std::function<void()>& act = {}) {
        auto* view = find<MapView>("attentionView");
        int maps = 0;
        HeatMap shown = view->map();
        QTimer hand;
        hand.setTimerType(Qt::PreciseTimer);
        QObject::connect(&hand, &QTimer::timeout, view, [&] {
            act();
            if (view->map() == shown) return;
            shown = view->map();
            ++maps;
        });
        m_application.frames.clear();
        StallMeter stalls;
        stalls.start();
        if (act) hand.start(kHandMs);
        QTest::qWait(1000 * m_seconds);
        hand.stop();
        stalls.pause();
        print(what, stalls.stalls(), maps);
    }

    // The pointer moves over the patches of the attention.
    void takePointing(const char* what) {
        auto* view = find<MapView>("attentionView");
        take(what, [view, moves = 0]() mutable {
            QTest::mouseMove(view, view->patchRect(moves++ * 7 % view->patchCount()).center());
        });
    }

    // From the first moment to the last, and again.
    void takePlaying() {
        const auto* slider = find<EpochSlider>("epochSlider");
        auto* play = find<QAbstractButton>("epochPlay");
        waitUntil([play] { return play->isEnabled(); }, "epoch that was kept");
        bool playing = false;
        const auto playOn = [&] {
            if (playing && slider->value() != slider->maximum()) return;
            play->click();
            playing = slider->value() != slider->maximum();
        };
        take("playing the epochs", playOn);
        if (playing) play->click();
        QTest::keyClick(m_window.findChild<EpochSlider*>("epochSlider"), Qt::Key_End);
    }

private:
    Application& m_application;
    MainWindow& m_window;
    int m_seconds;

    void print(const char* what, const StallMeter::Stalls& stalls, int maps) const {
        std::vector<double> frames = m_application.frames;
        std::sort(frames.begin(), frames.end());
        if (frames.empty()) frames.push_back(0);
        std::printf("| %-34s | %.1f | %.1f, %.1f, %.1f | %.1f, %.1f, %.1f | %.1f |\n", what,
                    double(m_application.frames.size()) / m_seconds, frames[frames.size() / 2],
                    frames[frames.size() * 95 / 100], frames.back(), stalls.median, stalls.high, stalls.most,
                    double(maps) / m_seconds);
        std::fflush(stdout);
    }
};

struct Arguments {
    std::filesystem::path run;
    QString photo;
    std::filesystem::path data;
    int seconds = 10;
    bool play = false;
};

Arguments parseArguments(const QApplication& application) {
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption data("data", "The folder of the data sets.", "FOLDER",
                                  QString::fromStdString(DataStore::defaultFolder().string()));
    const QCommandLineOption seconds("seconds", "Of each measurement.", "N", "10");
    const QCommandLineOption play("play", "Also measure while what the run has kept plays.");
    parser.addOptions({data, seconds, play});
    parser.addPositionalArgument("RUN", "A run's folder.");
    parser.addPositionalArgument("PHOTO", "An image file.");
    parser.process(application);
    const QStringList rest = parser.positionalArguments();
    if (rest.size() != 2) parser.showHelp(2);
    return {rest[0].toStdString(), rest[1], parser.value(data).toStdString(),
            std::max(1, parser.value(seconds).toInt()), parser.isSet(play)};
}

void run(Application& application, const Arguments& arguments) {
    const QTemporaryDir home;
    Session::Options options{.dataFolder = arguments.data, .runsFolder = home.filePath("runs").toStdString()};
    options.data = std::make_shared<DataStore>(options.dataFolder);
    options.niceness = kWorkerNiceness;
    Settings settings(home.filePath("settings.ini"));
    ThemeController theme(settings.theme());
    Prompts prompts;
    SessionBridge bridge(options);
    MainWindow window(bridge, options.data, prompts, settings, theme);
    window.resize(1600, 1000);
    window.show();
    window.inspectPage()->setRun(arguments.run);
    window.openPhoto(arguments.photo);

    Measurement measurement(application, window, arguments.seconds);
    measurement.openAttention();
    measurement.take("at rest");
    measurement.takePointing("pointing at attention");
    if (arguments.play) measurement.takePlaying();
    int steps = 0;
    QObject::connect(&bridge, &SessionBridge::stepsDone, &window, [&] { ++steps; });
    Config config = readRun(arguments.run).config;
    config.run.epochs = 100'000;  // longer than it is looked at
    bridge.train({.config = config, .label = "measured"});
    waitUntil([&] { return steps > 3; }, "step of training");
    window.showPage(MainWindow::TrainPageIndex);
    measurement.take("training, its page");
    measurement.openAttention();
    measurement.take("training, attention at rest");
    measurement.takePointing("training, pointing at attention");
    bridge.requestStop();
    waitUntil([&] { return !bridge.busy(); }, "end of the training");
}

}  // namespace

int main(int argc, char** argv) {
    tuneAllocator();
    shareProcessor();
    Application application(argc, argv);
    try {
        run(application, parseArguments(application));
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "window_frames: %s\n", fault.what());
        return 1;
    }
    return 0;
}
