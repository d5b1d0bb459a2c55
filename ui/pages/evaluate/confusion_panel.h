// SPDX-License-Identifier: GPL-3.0-or-later
// What is confused with what, three ways: the matrix with its order, the classes' scores, the most confused pairs.
#pragma once

#include "core/evaluation/evaluation.h"

#include <QFrame>

#include <memory>

class QComboBox;
class QLabel;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;

namespace vit::ui {

class ClassScoreModel;
class ConfusedPairModel;
class ConfusionView;
class ElidedLabel;
class Segments;

class ConfusionPanel : public QFrame {
    Q_OBJECT

public:
    explicit ConfusionPanel(QWidget* parent = nullptr);

    void setEvaluation(std::shared_ptr<const Evaluation> evaluation);  // null: none

Q_SIGNALS:
    void cellChosen(int truth, int predicted);
    void classChosen(int index);

private:
    enum class Order { Superclass, Similarity, Name, AsGiven };

    QWidget* makeMatrix();
    QTableView* makeTable(const char* name, const QString& title, QSortFilterProxyModel* proxy);
    void fillOrders();
    void applyOrder();

    std::shared_ptr<const Evaluation> m_evaluation;
    Segments* m_parts;
    QStackedWidget* m_stack;
    QComboBox* m_orders;
    ConfusionView* m_matrix;
    ElidedLabel* m_pointed;
    ClassScoreModel* m_classes;
    ConfusedPairModel* m_pairs;
};

}  // namespace vit::ui
