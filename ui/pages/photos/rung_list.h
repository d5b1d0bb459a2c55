// SPDX-License-Identifier: GPL-3.0-or-later
// The third step: the ways, a row each, with a check mark, how long it is likely to take, and its result as it comes in.
#pragma once

#include "core/finetune/ladder.h"

#include <QFrame>
#include <QString>

#include <vector>

class QCheckBox;
class QLabel;
class QSpinBox;

namespace vit::ui {

class ShareBar;

class RungList : public QFrame {
    Q_OBJECT

public:
    explicit RungList(QWidget* parent = nullptr);

    std::vector<Rung> chosen() const;
    std::int64_t epochs() const;
    // Seconds of each, as likelySeconds() has them.
    void showLikely(const std::vector<double>& seconds);
    void clearResults();
    void showBegun(Rung rung);
    void showResults(const LadderResult& result);
    void setBusy(bool busy);

Q_SIGNALS:
    void changed();  // what is chosen, or the epochs

private:
    struct Row {
        Rung rung;
        QCheckBox* check;
        QLabel* help;
        ShareBar* bar;
        QLabel* result;
        QString likely;
    };

    Row makeRow(const RungRow& rung);

    std::vector<Row> m_rows;
    QSpinBox* m_epochs;
};

}  // namespace vit::ui
