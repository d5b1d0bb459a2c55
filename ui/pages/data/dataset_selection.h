// SPDX-License-Identifier: GPL-3.0-or-later
// The images of one split of a data set, of one class or of all, in the order in which they are stored.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace vit::ui {

class DatasetSelection {
public:
    static constexpr int kAllClasses = -1;

    DatasetSelection() = default;
    // `data` says how the splits are cut; its name is not looked at.
    DatasetSelection(std::shared_ptr<const Dataset> dataset, Split split, const DataConfig& data,
                     int classIndex = kAllClasses);

    // Those images of the split, in this order.
    DatasetSelection(std::shared_ptr<const Dataset> dataset, Split split, const DataConfig& data,
                     std::vector<std::int64_t> images);

    std::int64_t count() const { return static_cast<std::int64_t>(m_positions.size()); }
    std::int64_t indexInSplit(std::int64_t position) const { return m_positions[static_cast<std::size_t>(position)]; }
    std::int32_t label(std::int64_t position) const { return m_view->label(indexInSplit(position)); }
    QString className(std::int64_t position) const;
    // Throws Error if it has to be decoded first and cannot be.
    std::shared_ptr<const Image> image(std::int64_t position) const;
    bool isAtHand(std::int64_t position) const { return m_view->isAtHand(indexInSplit(position)); }
    QString title(std::int64_t position) const;  // "cifar-100 · test 12"

private:
    std::optional<DatasetView> m_view;
    std::vector<std::int64_t> m_positions;
};

// Images of each class in a split.
std::vector<std::int64_t> classCounts(const DatasetView& view);

// "Train", "Validation", "Test"
QString splitTitle(Split split);

}  // namespace vit::ui
