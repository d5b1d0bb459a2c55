// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets of tables in memory, measured on the spot.
#pragma once

#include "core/data/dataset.h"
#include "core/data/memory_images.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vit::test {

inline std::shared_ptr<const Dataset> measured(std::string name, LabelledImages images) {
    const ChannelStatistics statistics = measureChannels(*images.train);
    return std::make_shared<const Dataset>(std::move(name), std::move(images), statistics);
}

inline std::shared_ptr<const Dataset> datasetInMemory(std::string name, const ImageShape& shape,
                                                      std::vector<std::string> classNames, ImageTable train,
                                                      ImageTable test = {}) {
    LabelledImages images{std::move(classNames), std::make_shared<const MemoryImages>(shape, std::move(train)),
                          std::make_shared<const MemoryImages>(shape, std::move(test))};
    return measured(std::move(name), std::move(images));
}

}  // namespace vit::test
