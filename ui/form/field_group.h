// SPDX-License-Identifier: GPL-3.0-or-later
// A section of the form that can be folded away.
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace vit::ui {

class FieldRow;

class FieldGroup : public QWidget {
    Q_OBJECT

public:
    explicit FieldGroup(const QString& title, QWidget* parent = nullptr);

    QString title() const { return m_title; }
    void addRow(FieldRow* row);
    void addFigure(QWidget* figure);  // below the rows; hidden while they are searched
    const std::vector<FieldRow*>& rows() const { return m_rows; }

    bool isOpen() const { return m_open; }
    void setOpen(bool open);
    // Shows only the rows that match, opened; nothing at all when none does. No words: as the user left it.
    void filter(const QString& words);
    void setCounts(int changed, int problems);

private:
    void showBody(bool shown);

    QString m_title;
    QToolButton* m_header;
    QLabel* m_note;
    QWidget* m_body;
    QVBoxLayout* m_bodyLayout;
    std::vector<FieldRow*> m_rows;
    QWidget* m_figure = nullptr;
    bool m_open = true;
};

}  // namespace vit::ui
