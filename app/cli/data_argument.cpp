// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that a command is about to train with.
#include "data_argument.h"

#include "data/data_store.h"
#include "error.h"

namespace vit::cli {

void requireDataSet(const std::string& name) {
    const DataInfo info = DataStore().info(name);
    if (info.available) return;
    throw InvalidInput("The data set " + info.name + " is not on this computer yet: vit-cli data add " + info.name +
                       " --from PATH" + (info.downloadable ? ", or vit-cli data download " + info.name : ""));
}

}  // namespace vit::cli
