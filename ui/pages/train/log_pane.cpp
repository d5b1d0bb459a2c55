// SPDX-License-Identifier: GPL-3.0-or-later
// A table of lines that follows its end unless the user has scrolled up.
#include "ui/pages/train/log_pane.h"

#include "ui/look/theme.h"
#include "ui/widgets/elided_label.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

// Colours by level from the current theme, which a model cannot know.
class LineDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        const Colors& c = colors(option->palette);
        QColor colour = index.column() == LogModel::Time ? c.mutedText : c.text;
        switch (static_cast<LogLevel>(index.data(LogModel::LevelRole).toInt())) {
            case LogLevel::Warning: colour = c.warning; break;
            case LogLevel::Error: colour = c.error; break;
            case LogLevel::Success: colour = c.success; break;
            case LogLevel::Info: break;
        }
        option->palette.setColor(QPalette::Text, colour);
    }
};

QToolButton* makeButton(QWidget* parent, const QString& iconName, const QString& tip, const QString& name) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(icon(iconName, IconTint::Muted));
    button->setIconSize({15, 15});
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

QTableView* makeView(LogModel& model, QWidget* parent) {
    auto* view = new QTableView(parent);
    view->setObjectName("logView");
    view->setModel(&model);
    view->setItemDelegate(new LineDelegate(view));
    view->setShowGrid(false);
    view->horizontalHeader()->hide();
    view->horizontalHeader()->setSectionResizeMode(LogModel::Time, QHeaderView::ResizeToContents);
    view->horizontalHeader()->setStretchLastSection(true);
    view->verticalHeader()->hide();
    view->verticalHeader()->setDefaultSectionSize(view->fontMetrics().height() + 5);
    view->verticalHeader()->setMinimumSectionSize(0);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setWordWrap(false);
    view->setTextElideMode(Qt::ElideRight);
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
    view->setMinimumHeight(48);
    return view;
}

}  // namespace

LogPane::LogPane(LogModel& model, QWidget* parent)
    : QWidget(parent), m_model(model), m_header(new QToolButton(this)), m_lastLine(new ElidedLabel(this)),
      m_view(makeView(model, this)) {
    setRole(this, "card");
    setAttribute(Qt::WA_StyledBackground);
    m_header->setObjectName("logHeader");
    m_header->setText(' ' + tr("Log"));
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setIconSize({14, 14});
    setRole(m_header, "header");
    setRole(m_lastLine, "muted");
    QToolButton* copy = makeButton(this, "copy", tr("Copy the whole log"), "logCopy");
    QToolButton* clear = makeButton(this, "trash", tr("Clear the log"), "logClear");

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(0, 0, 0, 0);
    bar->setSpacing(kSpaceSmall);
    bar->addWidget(m_header);
    bar->addWidget(m_lastLine, 1);
    bar->addWidget(copy);
    bar->addWidget(clear);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 1, kSpaceSmall, kSpaceSmall);
    layout->setSpacing(0);
    layout->addLayout(bar);
    auto* body = new QHBoxLayout;
    body->setContentsMargins(kSpace, 0, 0, 0);
    body->addWidget(m_view);
    layout->addLayout(body, 1);

    auto* copyLines = new QAction(icon("copy"), tr("Copy lines"), m_view);
    copyLines->setShortcut(QKeySequence::Copy);
    copyLines->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(copyLines);
    connect(copyLines, &QAction::triggered, this, &LogPane::copySelection);
    connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(m_model.plainText()); });
    connect(clear, &QToolButton::clicked, &m_model, &LogModel::clear);
    connect(m_header, &QToolButton::clicked, this, [this] { setOpen(!m_open); });
    connect(&m_model, &LogModel::rowsInserted, this, [this] {
        const QScrollBar* bar = m_view->verticalScrollBar();
        if (bar->value() == bar->maximum())
            QMetaObject::invokeMethod(m_view, &QTableView::scrollToBottom, Qt::QueuedConnection);
        showLastLine();
    });
    connect(&m_model, &LogModel::modelReset, this, &LogPane::showLastLine);
    setOpen(true);
}

void LogPane::setOpen(bool open) {
    m_open = open;
    m_view->setVisible(open);
    m_header->setIcon(icon(open ? "chevron-down" : "chevron-right", IconTint::Muted));
    m_header->setToolTip(open ? tr("Fold the log away") : tr("Show the log"));
    setMaximumHeight(open ? QWIDGETSIZE_MAX : sizeHint().height());
    showLastLine();
    Q_EMIT openChanged(open);
}

void LogPane::copySelection() {
    QList<int> rows;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows()) rows << index.row();
    std::sort(rows.begin(), rows.end());
    if (!rows.isEmpty()) QApplication::clipboard()->setText(m_model.plainText(rows));
}

void LogPane::showLastLine() {
    const int last = m_model.rowCount() - 1;
    m_lastLine->setText(m_open || last < 0 ? QString() : m_model.index(last, LogModel::Text).data().toString());
}

}  // namespace vit::ui
