// SPDX-License-Identifier: GPL-3.0-or-later
// Each click asks anew.
#include "ui/pages/inspect/lenses/what_if_panel.h"

#include "core/lenses/patch_pictures.h"
#include "ui/lens/map_view.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/lenses/lens_controls.h"
#include "ui/widgets/number_item.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vit::ui {

namespace {

constexpr std::size_t kShown = 8;  // classes in the table of answers

void makePlain(QTableWidget* table) {
    table->setShowGrid(false);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->horizontalHeader()->setHighlightSections(false);
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + kSpace);
}

WhatIfPanel::Answer compute(LoadedModel& model, const Image& image, const WhatIf& change,
                            const std::optional<WhatIfPanel::Answer>& before) {
    const bool known = before && sameWeights(before->state, model.state());
    WhatIfPanel::Answer answer;
    answer.state = model.state();
    answer.picture = known ? before->picture : model.look(image).picture;
    answer.grid = tokenGrid(model.config());
    answer.classNames = model.classNames();
    answer.change = change;
    answer.answer = whatIf(model, image, change, known ? before->answer.before : std::vector<double>());
    return answer;
}

}  // namespace

WhatIfPanel::WhatIfPanel(SessionBridge& bridge, QWidget* parent) : LensPanel(bridge, parent) {
    m_view = new MapView(content());
    m_view->setObjectName("whatIfView");
    m_view->setAccessibleName(tr("The picture, whose patches can be hidden"));
    m_answers = new QTableWidget(0, 4, content());
    m_answers->setObjectName("whatIfAnswers");
    m_answers->setAccessibleName(tr("Answers before and after"));
    m_answers->setHorizontalHeaderLabels({tr("Class"), tr("Before"), tr("After"), tr("Change")});
    makePlain(m_answers);
    m_answers->setSelectionMode(QAbstractItemView::NoSelection);
    m_answers->setFocusPolicy(Qt::NoFocus);
    m_answers->verticalHeader()->hide();
    m_answers->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_answers->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_finding = new QLabel(content());
    m_finding->setObjectName("whatIfFinding");
    m_finding->setWordWrap(true);
    m_finding->setTextFormat(Qt::PlainText);
    auto* layout = new QVBoxLayout(content());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_view, 3);
    layout->addWidget(m_finding);
    layout->addWidget(m_answers, 2);
    makeControls();
    connect(m_view, &MapView::patchClicked, this, [this](int patch) { cover(patch, !m_hidden.contains(patch)); });
    // What was done to the first one is done to all that follow.
    connect(m_view, &MapView::patchDragged, this, [this](int from, int to) { cover(to, m_hidden.contains(from)); });
}

void WhatIfPanel::makeControls() {
    m_controls = new LensControls(tr("What if"), this);
    m_controls->addText("whatIfHint")
        ->setText(tr("Click a patch, or press Space on it, to hide it or show it again. Drag over others, or hold Shift "
                     "with the arrow keys, to do the same to them. A tick stands for a block or a head that works."));
    m_switches = new QTableWidget(m_controls);
    m_switches->setObjectName("whatIfSwitches");
    m_switches->setAccessibleName(tr("Blocks and heads that work"));
    makePlain(m_switches);
    m_switches->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_controls->add(m_switches, 1);
    m_shuffled = new QPushButton(icon("shuffle"), tr("Shuffle the patches"), m_controls);
    m_shuffled->setObjectName("whatIfShuffle");
    m_shuffled->setToolTip(tr("Another order at each click"));
    m_controls->add(m_shuffled);
    auto* reset = new QPushButton(icon("reset"), tr("As it was"), m_controls);
    reset->setObjectName("whatIfReset");
    reset->setToolTip(tr("Show all patches in their places, switch everything on"));
    m_controls->add(reset);
    connect(m_switches, &QTableWidget::itemChanged, this, [this] { refresh(); });
    connect(m_shuffled, &QPushButton::clicked, this, [this] {
        ++m_shuffle;
        refresh();
    });
    connect(reset, &QPushButton::clicked, this, [this] {
        this->reset();
        refresh();
    });
}

QWidget* WhatIfPanel::controls() { return m_controls; }

LensSettings WhatIfPanel::exportSettings() const {
    LensSettings settings;
    settings.change = change();
    return settings;
}

void WhatIfPanel::beginSubject() {
    m_answer.reset();
    m_hidden.clear();
    m_shuffle = 0;
}

void WhatIfPanel::reset() {
    m_hidden.clear();
    m_shuffle = 0;
    const QSignalBlocker blocker(m_switches);
    for (int row = 0; row < m_switches->rowCount(); ++row)
        for (int column = 0; column < m_switches->columnCount(); ++column)
            m_switches->item(row, column)->setCheckState(Qt::Checked);
}

void WhatIfPanel::fillSwitches(std::int64_t layers, std::int64_t heads) {
    if (layers == m_layers && heads == m_heads) return;
    m_layers = layers;
    m_heads = heads;
    const QSignalBlocker blocker(m_switches);
    m_switches->setRowCount(static_cast<int>(layers));
    m_switches->setColumnCount(static_cast<int>(heads) + 1);
    QStringList rows, columns{tr("Block")};
    for (std::int64_t head = 0; head < heads; ++head) columns << tr("H%1").arg(head + 1);
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        rows << QString::number(layer + 1);
        for (int column = 0; column <= heads; ++column) {
            auto* item = new QTableWidgetItem;
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
            item->setCheckState(Qt::Checked);
            item->setToolTip(column == 0 ? tr("Block %1").arg(layer + 1)
                                         : tr("Block %1, head %2").arg(layer + 1).arg(column));
            m_switches->setItem(static_cast<int>(layer), column, item);
        }
    }
    m_switches->setHorizontalHeaderLabels(columns);
    m_switches->setVerticalHeaderLabels(rows);
}

void WhatIfPanel::cover(int patch, bool hidden) {
    if (patch < 0 || hidden == m_hidden.contains(patch)) return;
    if (hidden) m_hidden.insert(patch);
    else m_hidden.erase(patch);
    m_view->setHidden({m_hidden.begin(), m_hidden.end()});
    refresh();
}

WhatIf WhatIfPanel::change() const {
    WhatIf change;
    for (const int patch : m_hidden)
        if (patch < m_grid.patches()) change.hidden.push_back(patch);
    if (m_shuffle > 0) change.order = shuffledPatches(m_grid.patches(), m_shuffle);
    for (int row = 0; row < m_switches->rowCount(); ++row) {
        for (int column = 0; column < m_switches->columnCount(); ++column) {
            if (m_switches->item(row, column)->checkState() == Qt::Checked) continue;
            if (column == 0) change.blocks.push_back(row);
            else change.heads.emplace_back(row, column - 1);
        }
    }
    return change;
}

void WhatIfPanel::askModel() {
    // Of the model's own sizes: what was switched off in another model is not in this one.
    m_grid = tokenGrid(*subject().model);
    fillSwitches(subject().model->model.layers, subject().model->model.heads);
    ask([change = change(), before = m_answer](LoadedModel& model, const Image& image, const auto&) {
            return compute(model, image, change, before);
        },
        [this](const Answer& answer) { show(answer); });
}

void WhatIfPanel::show(const Answer& answer) {
    m_answer = answer;
    m_view->setPicture(changedPicture(answer.picture, answer.grid, {{}, answer.change.order, {}, {}}));
    // Nothing is laid over the picture; the patches can be pointed at all the same.
    const auto patches = static_cast<std::size_t>(answer.grid.patches());
    m_view->setMap({static_cast<int>(answer.grid.rows), static_cast<int>(answer.grid.columns),
                    std::vector<float>(patches, NAN)});
    m_view->setPatchTexts(std::vector<QString>(patches, tr("shown")));
    m_view->setHidden({m_hidden.begin(), m_hidden.end()});
    showAnswers(answer);
}

void WhatIfPanel::showAnswers(const Answer& answer) {
    const auto& before = answer.answer.before;
    const auto& after = answer.answer.after;
    std::vector<std::size_t> order(before.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::max(before[a], after[a]) > std::max(before[b], after[b]);
    });
    order.resize(std::min(kShown, order.size()));
    m_answers->setRowCount(static_cast<int>(order.size()));
    for (int row = 0; row < m_answers->rowCount(); ++row) {
        const std::size_t index = order[static_cast<std::size_t>(row)];
        const double points = 100 * (after[index] - before[index]);
        m_answers->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(answer.classNames[index])));
        m_answers->setItem(row, 1, numberItem(percentText(before[index])));
        m_answers->setItem(row, 2, numberItem(percentText(after[index])));
        const QString sign = points > 0 ? QStringLiteral("+") : points < 0 ? QStringLiteral("−") : QString();
        m_answers->setItem(row, 3, numberItem(sign + QString::number(std::abs(points), 'f', 2)));
    }
    const auto first = [](const std::vector<double>& shares) {
        return static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
    };
    const QString was = QString::fromStdString(answer.classNames[first(before)]);
    const QString is = QString::fromStdString(answer.classNames[first(after)]);
    QString finding = was == is ? tr("The answer stays “%1”.").arg(was) : tr("The answer turns from “%1” to “%2”.").arg(was, is);
    if (!answer.change.hidden.empty())
        finding += ' ' + tr("Hidden patches: %1 of %2; %3.")
                             .arg(answer.change.hidden.size())
                             .arg(answer.grid.patches())
                             .arg(QString::fromStdString(answer.answer.hiding));
    if (!answer.change.order.empty()) finding += ' ' + tr("The patches are shuffled.");
    m_finding->setText(finding);
}

}  // namespace vit::ui
