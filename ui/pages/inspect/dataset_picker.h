// SPDX-License-Identifier: GPL-3.0-or-later
// A row of controls to walk through the images of a data set: split, class, previous, next, random.
#pragma once

#include "ui/pages/data/dataset_selection.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QToolButton;

namespace vit::ui {

class DatasetPicker : public QWidget {
    Q_OBJECT

public:
    explicit DatasetPicker(QWidget* parent = nullptr);

    // Keeps split, class and position where they fit. Null: nothing to pick from, the controls are off.
    void setDataset(std::shared_ptr<const Dataset> dataset, const DataConfig& data);

    bool empty() const { return m_selection.count() == 0; }
    const DatasetSelection& selection() const { return m_selection; }
    std::int64_t position() const { return m_position; }

    void showPrevious();  // the first one's is the last
    void showNext();
    void showRandom();

Q_SIGNALS:
    void picked();  // also when the selection has become empty
    void failed(const QString& problem);

private:
    void reselect(std::int64_t position);
    void preferSplitWithImages();
    DatasetSelection select() const;
    void moveTo(std::int64_t position);
    void fillClasses();

    std::shared_ptr<const Dataset> m_dataset;
    DataConfig m_data;
    DatasetSelection m_selection;
    std::int64_t m_position = 0;

    QComboBox* m_split;
    QComboBox* m_class;
    QToolButton* m_previous;
    QToolButton* m_next;
    QToolButton* m_random;
    QLabel* m_where;
};

}  // namespace vit::ui
