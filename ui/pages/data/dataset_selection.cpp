// SPDX-License-Identifier: GPL-3.0-or-later
// Picks the positions of a class out of a split.
#include "ui/pages/data/dataset_selection.h"

#include <QCoreApplication>

#include <utility>

namespace vit::ui {

DatasetSelection::DatasetSelection(std::shared_ptr<const Dataset> dataset, Split split, const DataConfig& data,
                                   int classIndex) {
    if (!dataset) return;
    m_view.emplace(std::move(dataset), split, data);
    for (std::int64_t i = 0; i < m_view->count(); ++i) {
        if (classIndex == kAllClasses || m_view->label(i) == classIndex) m_positions.push_back(i);
    }
}

DatasetSelection::DatasetSelection(std::shared_ptr<const Dataset> dataset, Split split, const DataConfig& data,
                                   std::vector<std::int64_t> images)
    : m_view(DatasetView(std::move(dataset), split, data)),
      m_positions(std::move(images)) {}

QString DatasetSelection::className(std::int64_t position) const {
    return QString::fromStdString(m_view->dataset().classNames()[static_cast<std::size_t>(label(position))]);
}

std::shared_ptr<const Image> DatasetSelection::image(std::int64_t position) const {
    return std::make_shared<const Image>(m_view->image(indexInSplit(position)));
}

QString DatasetSelection::title(std::int64_t position) const {
    return QStringLiteral("%1 · %2 %3")
        .arg(QString::fromStdString(m_view->dataset().name()), splitName(m_view->split()))
        .arg(indexInSplit(position));
}

std::vector<std::int64_t> classCounts(const DatasetView& view) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(view.dataset().classes()));
    for (std::int64_t i = 0; i < view.count(); ++i) ++counts[static_cast<std::size_t>(view.label(i))];
    return counts;
}

QString splitTitle(Split split) {
    switch (split) {
        case Split::Train: return QCoreApplication::translate("Split", "Train");
        case Split::Validation: return QCoreApplication::translate("Split", "Validation");
        case Split::Test: return QCoreApplication::translate("Split", "Test");
    }
    return {};
}

}  // namespace vit::ui
