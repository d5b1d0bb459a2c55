// SPDX-License-Identifier: GPL-3.0-or-later
// A card with a title, a zoomable picture and a line that says its size.
#pragma once

#include <QFrame>
#include <QString>

class QAction;
class QHBoxLayout;
class QLabel;

namespace vit::ui {

class ImageView;

class PictureCard : public QFrame {
    Q_OBJECT

public:
    PictureCard(const QString& title, const char* viewName, QWidget* parent = nullptr);

    ImageView* view() const { return m_view; }
    void setCaption(const QString& text);
    void addButton(QAction* action);  // beside the title

private:
    ImageView* m_view;
    QLabel* m_caption;
    QLabel* m_zoom;
    QHBoxLayout* m_top;
};

// "1,920 × 1,080 px"
QString sizeText(int width, int height);

}  // namespace vit::ui
