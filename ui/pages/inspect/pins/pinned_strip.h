// SPDX-License-Identifier: GPL-3.0-or-later
// The pinned pictures side by side; the one that is looked at is selected.
#pragma once

#include <QListView>

namespace vit::ui {

class PinnedPictures;

class PinnedStrip : public QListView {
    Q_OBJECT

public:
    PinnedStrip(PinnedPictures& pictures, QWidget* parent);

    // -1: the picture that is looked at is not pinned. Tells nobody.
    void setShown(int row);

Q_SIGNALS:
    void chosen(int row);  // with the mouse or the keys

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void rowsAboutToBeRemoved(const QModelIndex& parent, int first, int last) override;

private:
    void layOut();

    PinnedPictures& m_pictures;
    bool m_telling = true;
};

}  // namespace vit::ui
