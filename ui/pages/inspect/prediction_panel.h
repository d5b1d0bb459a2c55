// SPDX-License-Identifier: GPL-3.0-or-later
// The card that says what the model takes the picture for, which model that is, and how it got there.
#pragma once

#include "core/events/prediction.h"

#include <QFrame>
#include <QString>

#include <vector>

class QLabel;

namespace vit::ui {

class PredictionBars;
class ProbabilityStrip;

class PredictionPanel : public QFrame {
    Q_OBJECT

public:
    explicit PredictionPanel(QWidget* parent = nullptr);

    // Another picture, of this class (empty: not known): what is shown belongs to the one before until it is replaced.
    void beginPicture(const QString& trueClass);
    void beginModel();  // another model: the history is not its own
    void showPrediction(const Prediction& prediction);
    void showEarlier(const Prediction& prediction);  // of a moment gone by: marked in the history
    void addHistory(const std::vector<Prediction>& kept);  // what was said before of this picture
    void showMessage(const QString& text);   // in place of a prediction: none yet, or why there is none
    void setModelNote(const QString& text);  // what the model sees differently; empty: nothing

private:
    void showBars(const Prediction& prediction);
    void updateHistory();
    void clearHistory();
    void updateTruth();

    QLabel* m_message;
    PredictionBars* m_bars;
    QLabel* m_truth;
    QLabel* m_caption;
    QLabel* m_note;
    ProbabilityStrip* m_history;
    QString m_trueClass;
    bool m_stale = false;  // the bars are of the picture before
};

// "2026-03-01-1407-first-steps · epoch 3 of training · 4.1 ms"
QString predictionCaption(const Prediction& prediction);

}  // namespace vit::ui
