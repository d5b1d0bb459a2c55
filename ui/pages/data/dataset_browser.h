// SPDX-License-Identifier: GPL-3.0-or-later
// The classes and the thumbnails of one data set, by split, as stored or as augmented.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"

#include <QWidget>

#include <cstdint>
#include <memory>

class QCheckBox;
class QLabel;
class QLayout;
class QLineEdit;
class QListView;
class QTableView;
class QToolButton;

namespace vit::ui {

class ClassCountModel;
class DatasetModel;
class Segments;

class DatasetBrowser : public QWidget {
    Q_OBJECT

public:
    explicit DatasetBrowser(QWidget* parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset);
    // The validation share, the limit of training images, and what the augmentations are.
    void setConfig(const Config& config);

    Split split() const;
    int selectedClass() const;

Q_SIGNALS:
    void imageChosen(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass);
    void failed(const QString& problem);

private:
    QWidget* makeClassList();
    QWidget* makeThumbnails();
    QLayout* makeChoices();
    QListView* makeThumbnailView();
    void connectParts();

    void showSplit();   // counts of the split, then its thumbnails
    void countSplits();
    void showImages();
    void showNothing(const QString& why);
    void showAugmentation();
    void filterClasses(const QString& text);
    void choose(const QModelIndex& index);

    std::shared_ptr<const Dataset> m_dataset;
    Config m_config;
    std::uint64_t m_seed = 1;

    QLineEdit* m_search;
    ClassCountModel* m_classModel;
    QTableView* m_classes;
    Segments* m_splits;
    QCheckBox* m_augmented;
    QToolButton* m_reshuffle;
    DatasetModel* m_model;
    QListView* m_thumbnails;
    QLabel* m_footer;
};

}  // namespace vit::ui
