// SPDX-License-Identifier: GPL-3.0-or-later
// The page's top rows: which data set is looked at, what it is, and what can be done with it.
#pragma once

#include "core/data/store/data_store.h"

#include <QWidget>

#include <optional>
#include <vector>

class QAction;
class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace vit::ui {

class DataBar : public QWidget {
    Q_OBJECT

public:
    explicit DataBar(QWidget* parent = nullptr);

    void setInfos(std::vector<DataInfo> infos);  // keeps the choice if it is still there
    const std::vector<DataInfo>& infos() const { return m_infos; }
    std::optional<DataInfo> current() const;
    void choose(const QString& name);            // also one that setInfos brings later
    void setExperimentData(const QString& name); // the data set that the experiment uses
    void setFacts(const QString& text);          // sizes and counts, once it is open
    void setBusy(bool busy);                     // while one is being added, fetched or removed

Q_SIGNALS:
    void chosen();  // another data set, or the same with another state
    void useRequested(const QString& name);
    void addFolderRequested();
    void addArchiveRequested();
    void downloadRequested(const QString& name);
    void removeRequested(const QString& name);

private:
    void makeButtons();
    void fill();
    void updateState();

    std::vector<DataInfo> m_infos;
    QString m_name;
    QString m_experimentData;
    bool m_busy = false;

    QComboBox* m_combo;
    QPushButton* m_use;
    QPushButton* m_download;
    QPushButton* m_add;
    QToolButton* m_remove;
    QLabel* m_description;
    QLabel* m_facts;
};

}  // namespace vit::ui
