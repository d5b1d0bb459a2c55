// SPDX-License-Identifier: GPL-3.0-or-later
// What the delegates of lists of pictures have in common.
#pragma once

class QImage;
class QPainter;
class QRect;
class QStyleOptionViewItem;

namespace vit::ui {

// Raised where the pointer is, framed where it is selected.
void paintCellGround(QPainter& painter, const QStyleOptionViewItem& option);

// The whole of it in the middle of the place.
void paintWithin(QPainter& painter, const QImage& image, const QRect& place);

}  // namespace vit::ui
