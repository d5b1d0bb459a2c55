// SPDX-License-Identifier: GPL-3.0-or-later
// Images of an evaluation as thumbnails: what they were taken for, and how sure the model was.
#pragma once

#include "ui/pages/data/dataset_model.h"
#include "ui/pages/evaluate/evaluation_runner.h"

#include <QFrame>

#include <memory>
#include <vector>

class QLabel;
class QListView;

namespace vit::ui {

class EvaluatedImagesModel : public DatasetModel {
    Q_OBJECT

public:
    using DatasetModel::DatasetModel;

    // `places` of the split's images; without a result there are none.
    void setImages(std::shared_ptr<const EvaluatedSplit> result, std::vector<std::int64_t> places);

    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::shared_ptr<const EvaluatedSplit> m_result;
};

// The thumbnails under a heading.
class EvaluatedImages : public QFrame {
    Q_OBJECT

public:
    // `name` is the list's objectName.
    explicit EvaluatedImages(QWidget* parent = nullptr, const QString& name = QStringLiteral("evaluatedImages"));

    void setResult(std::shared_ptr<const EvaluatedSplit> result);  // begins with the most confident errors
    void showCell(int truth, int predicted);
    void showClass(int index);
    void showConfidentErrors();
    void showUncertainHits();

Q_SIGNALS:
    void imageChosen(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass);
    void failed(const QString& problem);  // an image cannot be read

private:
    void show(const QString& heading, std::vector<std::int64_t> places);
    template <typename Condition>
    std::vector<std::int64_t> placesWhere(Condition condition) const;

    std::shared_ptr<const EvaluatedSplit> m_result;
    EvaluatedImagesModel* m_model;
    QLabel* m_heading;
    QListView* m_view;
};

}  // namespace vit::ui
