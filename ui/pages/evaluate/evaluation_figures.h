// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of an evaluation, and how well it is calibrated.
#pragma once

#include "core/evaluation/evaluation.h"

#include <QFrame>

#include <memory>

class QFormLayout;

namespace vit::ui {

class ReliabilityView;
class Segments;

class EvaluationFigures : public QFrame {
    Q_OBJECT

public:
    explicit EvaluationFigures(QWidget* parent = nullptr);

    void setEvaluation(std::shared_ptr<const Evaluation> evaluation);  // null: none

private:
    void showBins();

    std::shared_ptr<const Evaluation> m_evaluation;
    QFormLayout* m_rows;
    Segments* m_bins;
    ReliabilityView* m_reliability;
};

}  // namespace vit::ui
