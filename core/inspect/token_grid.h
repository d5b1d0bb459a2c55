// SPDX-License-Identifier: GPL-3.0-or-later
// Where a model's tokens lie on its picture.
#pragma once

#include "core/config/config.h"
#include "core/config/parameter_plan.h"

#include <cstdint>

namespace vit {

struct TokenGrid {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t patchSize = 0;  // pixels of the network's input
    bool classToken = false;     // the first token has no place
    std::int64_t registers = 0;  // nor have so many that follow

    std::int64_t patches() const { return rows * columns; }
    std::int64_t firstPatch() const { return (classToken ? 1 : 0) + registers; }  // its token
    std::int64_t tokens() const { return patches() + firstPatch(); }
};

inline TokenGrid tokenGrid(const Config& config) {
    const GridSize grid = config.model.grid();
    return {grid.rows, grid.columns, config.model.patchSize, hasClassToken(config.head), config.model.registers};
}

}  // namespace vit
