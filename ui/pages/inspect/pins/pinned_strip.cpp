// SPDX-License-Identifier: GPL-3.0-or-later
// A list on its side, with room for all of them.
#include "ui/pages/inspect/pins/pinned_strip.h"

#include "core/session/session.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/pins/pinned_delegate.h"
#include "ui/pages/inspect/pins/pinned_pictures.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScopedValueRollback>

#include <algorithm>

namespace vit::ui {

PinnedStrip::PinnedStrip(PinnedPictures& pictures, QWidget* parent) : QListView(parent), m_pictures(pictures) {
    setObjectName("pinnedStrip");
    setAccessibleName(tr("Pinned pictures"));
    setFlow(QListView::LeftToRight);
    setWrapping(false);
    setUniformItemSizes(true);
    setMouseTracking(true);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setItemDelegate(new PinnedDelegate(this));
    setModel(&pictures);
    layOut();
}

void PinnedStrip::layOut() {
    const int height = PinnedDelegate::rowHeight(fontMetrics());
    setFixedHeight(height + 2 * frameWidth());
    setGridSize({std::max(1, viewport()->width() / static_cast<int>(kMostProbes)), height});
}

void PinnedStrip::setShown(int row) {
    const QScopedValueRollback quiet(m_telling, false);
    if (row < 0) {
        clearSelection();
        setCurrentIndex({});
    } else {
        setCurrentIndex(m_pictures.index(row));
    }
}

void PinnedStrip::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (m_telling && current.isValid()) Q_EMIT chosen(current.row());
}

// To come here chooses nothing.
void PinnedStrip::focusInEvent(QFocusEvent* event) {
    const QScopedValueRollback quiet(m_telling, false);
    const bool none = !currentIndex().isValid();
    QListView::focusInEvent(event);
    if (none) setCurrentIndex({});
}

// What is looked at stays so when it is pinned no longer.
void PinnedStrip::rowsAboutToBeRemoved(const QModelIndex& parent, int first, int last) {
    const QScopedValueRollback quiet(m_telling, false);
    QListView::rowsAboutToBeRemoved(parent, first, last);
}

void PinnedStrip::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    QPainter painter(viewport());
    const Colors& c = colors(this);
    if (m_pictures.count() == 0) {
        painter.setPen(c.mutedText);
        painter.drawText(viewport()->rect().adjusted(kSpace, 0, -kSpace, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Pin up to %1 pictures with Ctrl+D: their answers stand here side by side, are renewed "
                            "after each epoch, and are kept with the run.")
                             .arg(kMostProbes));
    }
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1));
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

void PinnedStrip::resizeEvent(QResizeEvent* event) {
    QListView::resizeEvent(event);
    layOut();
}

void PinnedStrip::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) layOut();
}

void PinnedStrip::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete && currentIndex().isValid()) m_pictures.unpin(currentIndex().row());
    else QListView::keyPressEvent(event);
}

void PinnedStrip::contextMenuEvent(QContextMenuEvent* event) {
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const QPersistentModelIndex index = byKey ? currentIndex() : indexAt(event->pos());
    if (!index.isValid()) return;
    auto* menu = new QMenu(this);
    menu->setObjectName("pinnedMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(icon("pin"), tr("Unpin"), QKeySequence(Qt::Key_Delete), this,
                    [this, index] { m_pictures.unpin(index.row()); });
    menu->addAction(tr("Unpin all"), this, [this] { m_pictures.clear(); });
    menu->popup(byKey ? viewport()->mapToGlobal(visualRect(index).center()) : event->globalPos());
}

}  // namespace vit::ui
