// SPDX-License-Identifier: GPL-3.0-or-later
// Measures how fast the Runs page opens and scrolls on a store of many runs: runs_page STORE [RUNS EPOCHS]. The store
// is made if it is not there. Prints medians and worst cases; asserts nothing.
#include "core/runs/run_overview.h"
#include "tests/benchmarks/run_store_maker.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/look/theme.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstdio>

using namespace vit;
using namespace vit::ui;

namespace {

double milliseconds(const QElapsedTimer& timer) { return double(timer.nsecsElapsed()) / 1e6; }

void printTimes(const char* what, std::vector<double> times) {
    std::sort(times.begin(), times.end());
    std::printf("%-34s median %7.1f ms   99th percentile %7.1f ms   worst %7.1f ms\n", what, times[times.size() / 2],
                times[times.size() * 99 / 100], times.back());
}

void measureListing(const std::filesystem::path& store) {
    std::filesystem::remove(store / ".overview.json");
    QElapsedTimer timer;
    timer.start();
    const std::size_t runs = readOverview(store).size();
    std::printf("%zu runs read anew                  %7.1f ms\n", runs, milliseconds(timer));
    std::vector<double> times;
    for (int i = 0; i < 10; ++i) {
        timer.restart();
        readOverview(store);
        times.push_back(milliseconds(timer));
    }
    printTimes("read by their digest", times);
}

void measurePage(const std::filesystem::path& store) {
    const QTemporaryDir folder;
    Settings settings(folder.filePath("settings.ini"));
    Prompts prompts;
    SessionBridge bridge({.dataFolder = folder.path().toStdString(), .runsFolder = store});
    QElapsedTimer timer;
    timer.start();
    RunsPage page(bridge, prompts, settings);
    page.resize(1600, 900);
    page.show();
    while (page.model().rowCount() == 0) QApplication::processEvents(QEventLoop::AllEvents, 5);
    page.repaint();
    std::printf("the page opened, rows to be seen  %7.1f ms\n", milliseconds(timer));

    std::vector<double> frames;
    QScrollBar* bar = page.table()->verticalScrollBar();
    for (int i = 0; i < 300; ++i) {
        timer.restart();
        bar->setValue(bar->maximum() * i / 300);
        page.table()->viewport()->repaint();
        frames.push_back(milliseconds(timer));
    }
    printTimes("a frame while scrolling", frames);

    std::vector<double> moves;
    page.table()->selectRow(0);
    for (int i = 0; i < 100; ++i) {
        timer.restart();
        QTest::keyClick(page.table(), Qt::Key_Down);
        page.table()->viewport()->repaint();
        moves.push_back(milliseconds(timer));
        QApplication::processEvents();
    }
    printTimes("moving the selection by a row", moves);
    std::vector<double> sorts;
    for (int i = 0; i < 10; ++i) {
        timer.restart();
        page.table()->sortByColumn(2 + i, i % 2 == 0 ? Qt::AscendingOrder : Qt::DescendingOrder);
        page.table()->viewport()->repaint();
        sorts.push_back(milliseconds(timer));
    }
    printTimes("sorting by a column", sorts);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "Usage: runs_page STORE [RUNS EPOCHS]\n");
        return 2;
    }
    QApplication application(argc, argv);
    applyTheme(false);
    const std::filesystem::path store = argv[1];
    test::StoreSize size;
    if (argc > 3) size = {std::atoi(argv[2]), std::atoi(argv[3]), 20};
    if (!std::filesystem::exists(store)) test::makeStore(store, size);
    measureListing(store);
    measurePage(store);
    return 0;
}
