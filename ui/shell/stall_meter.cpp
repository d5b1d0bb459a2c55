// SPDX-License-Identifier: GPL-3.0-or-later
// A precise timer that compares when it should have fired with when it did.
#include "ui/shell/stall_meter.h"

#include "core/io/atomic_file.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kIntervalMs = 10;

double quantile(const std::vector<float>& sorted, double share) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(share * double(sorted.size() - 1))];
}

}  // namespace

StallMeter::StallMeter(QObject* parent) : QObject(parent) {
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(kIntervalMs);
    connect(&m_timer, &QTimer::timeout, this, &StallMeter::tick);
}

void StallMeter::start() {
    m_timer.start();
    m_sinceTick.start();
}

void StallMeter::pause() { m_timer.stop(); }

StallMeter::Stalls StallMeter::stalls() const {
    std::vector<float> sorted = m_delays;
    std::sort(sorted.begin(), sorted.end());
    return {sorted.size(), quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted, 1)};
}

void StallMeter::writeReport(const QString& path) const {
    const Stalls found = stalls();
    const QJsonObject report{{"intervals", static_cast<qint64>(found.intervals)},
                             {"interval_ms", kIntervalMs},
                             {"p50_ms", found.median},
                             {"p99_ms", found.high},
                             {"max_ms", found.most}};
    writeFileAtomically(path.toStdString(), QJsonDocument(report).toJson().toStdString());
}

void StallMeter::tick() {
    const double elapsed = double(m_sinceTick.nsecsElapsed()) / 1e6;
    m_sinceTick.start();
    m_delays.push_back(static_cast<float>(std::max(0.0, elapsed - kIntervalMs)));
}

}  // namespace vit::ui
