// SPDX-License-Identifier: GPL-3.0-or-later
// A strip at the top of a page: what went wrong and what to do, or how far a piece of work is, with Cancel.
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QProgressBar;
class QToolButton;

namespace vit::ui {

class Banner : public QFrame {
    Q_OBJECT

public:
    explicit Banner(QWidget* parent = nullptr);

    void showError(const QString& text);
    void showProgress(const QString& what, qint64 done = 0, qint64 total = 0);  // bytes or images; total 0 = not known
    void clear();
    void clearProgress();  // leaves an error where it is

    bool showsError() const;
    QString text() const;

Q_SIGNALS:
    void cancelRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void drawIcon();

    QLabel* m_icon;
    QLabel* m_text;
    QProgressBar* m_bar;
    QToolButton* m_close;  // dismisses an error, cancels the work
    bool m_error = false;
};

}  // namespace vit::ui
