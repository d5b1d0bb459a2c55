// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for another computer to train on, and tries whether it can be reached.
#pragma once

#include "ui/bridge/training_place.h"

#include <QDialog>
#include <QProcess>

class QLabel;
class QLineEdit;
class QPushButton;

namespace vit::ui {

struct HostChoice {
    QString host;
    FarPrograms programs;
};

class HostDialog : public QDialog {
    Q_OBJECT

public:
    HostDialog(const HostChoice& suggestion, QWidget* parent);
    ~HostDialog() override;

    HostChoice choice() const;

private:
    void check();
    void onChecked();
    void updateButtons();

    FarPrograms m_programs;
    QLineEdit* m_host;
    QLineEdit* m_there;
    QLineEdit* m_ssh;
    QPushButton* m_check;
    QPushButton* m_accept;
    QLabel* m_result;
    QProcess m_process;
};

// What `vit-cli job about` has answered, in words: version and devices, or that the version is another.
QString aboutHostText(const QString& host, const QByteArray& answer);

}  // namespace vit::ui
