// SPDX-License-Identifier: GPL-3.0-or-later
// A switch, and what it shows.
#include "ui/pages/evaluate/confusion_panel.h"

#include "core/evaluation/class_order.h"
#include "ui/look/theme.h"
#include "ui/pages/evaluate/class_score_model.h"
#include "ui/pages/evaluate/confused_pair_model.h"
#include "ui/pages/evaluate/confusion_view.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/segments.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>
#include <utility>

namespace vit::ui {

namespace {

enum Part { Matrix, Classes, Pairs };

QSortFilterProxyModel* sorted(QAbstractItemModel* model, int role) {
    auto* proxy = new QSortFilterProxyModel(model);
    proxy->setSourceModel(model);
    proxy->setSortRole(role);
    proxy->setSortCaseSensitivity(Qt::CaseInsensitive);
    return proxy;
}

}  // namespace

ConfusionPanel::ConfusionPanel(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    m_parts = new Segments(this);
    m_parts->add(Matrix, "part.matrix", tr("Confusion matrix"), tr("Which classes are taken for which"));
    m_parts->add(Classes, "part.classes", tr("Classes"), tr("Precision, recall and F1 of each class"));
    m_parts->add(Pairs, "part.pairs", tr("Confused pairs"), tr("The pairs of classes that are confused most"));
    m_orders = new QComboBox(this);
    m_orders->setObjectName("classOrder");
    m_orders->setAccessibleName(tr("Order of the classes"));
    m_orders->setToolTip(tr("In which order the classes stand"));

    m_classes = new ClassScoreModel(this);
    QSortFilterProxyModel* classes = sorted(m_classes, ClassScoreModel::SortRole);
    QTableView* classTable = makeTable("classScores", tr("Classes"), classes);
    m_pairs = new ConfusedPairModel(this);
    QSortFilterProxyModel* pairs = sorted(m_pairs, ConfusedPairModel::SortRole);
    QTableView* pairTable = makeTable("confusedPairs", tr("Confused pairs"), pairs);
    pairTable->horizontalHeader()->setSectionResizeMode(ConfusedPairModel::Predicted, QHeaderView::Stretch);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(makeMatrix());
    m_stack->addWidget(classTable);
    m_stack->addWidget(pairTable);

    auto* top = new QHBoxLayout;
    top->addWidget(m_parts);
    top->addStretch();
    top->addWidget(m_orders);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpaceSmall);
    layout->setSpacing(kSpaceSmall);
    layout->addLayout(top);
    layout->addWidget(m_stack, 1);

    connect(m_parts, &Segments::chosenChanged, this, [this] {
        m_stack->setCurrentIndex(m_parts->chosen());
        m_orders->setVisible(m_parts->chosen() == Matrix);
    });
    connect(m_orders, &QComboBox::currentIndexChanged, this, &ConfusionPanel::applyOrder);
    connect(m_matrix, &ConfusionView::cellChosen, this, &ConfusionPanel::cellChosen);
    connect(classTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this, classes](const QModelIndex& row) {
                if (row.isValid()) Q_EMIT classChosen(classes->mapToSource(row).row());
            });
    connect(pairTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this, pairs](const QModelIndex& row) {
                if (!row.isValid()) return;
                const ConfusedPair& pair = m_pairs->pair(pairs->mapToSource(row).row());
                Q_EMIT cellChosen(pair.truth, pair.predicted);
            });
}

QWidget* ConfusionPanel::makeMatrix() {
    auto* whole = new QWidget(this);
    m_matrix = new ConfusionView(whole);
    m_matrix->setObjectName("confusionMatrix");
    m_pointed = new ElidedLabel(whole);
    m_pointed->setObjectName("pointedCell");
    setRole(m_pointed, "muted");
    const QString hint = tr("Click a cell to see its images; the wheel zooms, dragging moves");
    m_pointed->setText(hint);
    connect(m_matrix, &ConfusionView::pointedAt, this,
            [this, hint](const QString& text) { m_pointed->setText(text.isEmpty() ? hint : text); });
    auto* layout = new QVBoxLayout(whole);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(m_matrix, 1);
    layout->addWidget(m_pointed);
    return whole;
}

QTableView* ConfusionPanel::makeTable(const char* name, const QString& title, QSortFilterProxyModel* proxy) {
    auto* table = new QTableView(this);
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setModel(proxy);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setTabKeyNavigation(false);
    table->setShowGrid(false);
    table->setAlternatingRowColors(true);
    table->setSortingEnabled(true);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpace);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);  // as the model has them
    return table;
}

void ConfusionPanel::setEvaluation(std::shared_ptr<const Evaluation> evaluation) {
    m_evaluation = std::move(evaluation);
    m_classes->setEvaluation(m_evaluation);
    m_pairs->setEvaluation(m_evaluation);
    fillOrders();
    applyOrder();
}

// Keeps the choice where it is still there; the superclasses are the first one where they are known.
void ConfusionPanel::fillOrders() {
    const QSignalBlocker blocker(m_orders);
    const bool grouped = m_evaluation && !m_evaluation->classes.superclasses.empty();
    const QVariant chosen = m_orders->currentData();
    m_orders->clear();
    const auto add = [this](const QString& text, Order order) { m_orders->addItem(text, static_cast<int>(order)); };
    if (grouped) add(tr("By superclass"), Order::Superclass);
    add(tr("By similarity"), Order::Similarity);
    add(tr("By name"), Order::Name);
    add(tr("As in the data set"), Order::AsGiven);
    m_orders->setCurrentIndex(std::max(0, m_orders->findData(chosen)));
}

void ConfusionPanel::applyOrder() {
    if (!m_evaluation) return m_matrix->setMatrix(nullptr, {});
    const auto& [names, superclasses] = m_evaluation->classes;
    ClassOrder order(names.size());
    switch (static_cast<Order>(m_orders->currentData().toInt())) {
        case Order::Superclass: order = orderBySuperclass(names, superclasses); break;
        case Order::Similarity: order = orderBySimilarity(m_evaluation->confusion); break;
        case Order::Name: order = orderByName(names); break;
        case Order::AsGiven: std::iota(order.begin(), order.end(), 0); break;
    }
    m_matrix->setMatrix(m_evaluation, std::move(order));
}

}  // namespace vit::ui
