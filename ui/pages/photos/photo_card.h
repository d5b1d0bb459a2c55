// SPDX-License-Identifier: GPL-3.0-or-later
// The first step: which photos, and what is to be known of them.
#pragma once

#include "core/data/store/data_store.h"
#include "core/finetune/photo_report.h"

#include <QFrame>
#include <QString>

#include <vector>

class QComboBox;
class QLabel;
class QPushButton;

namespace vit::ui {

class PhotoCard : public QFrame {
    Q_OBJECT

public:
    explicit PhotoCard(QWidget* parent = nullptr);

    void setDataSets(const std::vector<DataInfo>& infos);
    QString data() const;  // empty: none is chosen
    void choose(const QString& name);
    void showReport(const PhotoReport& report);
    void clearReport();
    void setBusy(bool busy);

Q_SIGNALS:
    void folderWanted();                       // by the button
    void folderDropped(const QString& folder);
    void dataChosen();                         // by the user

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QPushButton* m_folder;
    QComboBox* m_data;
    QLabel* m_counts;
    QLabel* m_warnings;
};

}  // namespace vit::ui
