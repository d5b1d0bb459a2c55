// SPDX-License-Identifier: GPL-3.0-or-later
// Measures how long the event loop keeps a timer waiting: what a person feels as a stalled window.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <cstddef>
#include <vector>

namespace vit::ui {

class StallMeter : public QObject {
    Q_OBJECT

public:
    explicit StallMeter(QObject* parent = nullptr);

    // Measures between start() and pause(); more than one such stretch adds up.
    void start();
    void pause();

    // What has been measured: the delay beyond the interval.
    struct Stalls {
        std::size_t intervals = 0;
        double median = 0;  // ms
        double high = 0;    // 99th percentile
        double most = 0;
    };
    Stalls stalls() const;

    // {"intervals": n, "interval_ms": 10, "p50_ms": …, "p99_ms": …, "max_ms": …}.
    // Throws vit::Error if the file cannot be written.
    void writeReport(const QString& path) const;

private:
    void tick();

    QTimer m_timer;
    QElapsedTimer m_sinceTick;
    std::vector<float> m_delays;  // ms
};

}  // namespace vit::ui
