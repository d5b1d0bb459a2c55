// SPDX-License-Identifier: GPL-3.0-or-later
// The most probable classes as horizontal bars with their names and percentages.
#pragma once

#include "core/events/prediction.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace vit::ui {

class PredictionBars : public QWidget {
    Q_OBJECT

public:
    explicit PredictionBars(QWidget* parent = nullptr);

    void setBars(std::vector<ClassProbability> bars);
    const std::vector<ClassProbability>& bars() const { return m_bars; }

    // Faded: they belong to a picture that is no longer shown.
    void setStale(bool stale);

    // The class that the picture is of; its bar is highlighted. Empty: not known.
    void setTrueClass(const QString& name);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    int rowHeight() const;
    QString barText(const ClassProbability& bar) const;  // "3 · apple · 12.3 %"
    void updateAccessibleText();

    std::vector<ClassProbability> m_bars;
    QString m_trueClass;
    bool m_stale = false;
};

}  // namespace vit::ui
