// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that a command is about to train with.
#include "app/cli/data_argument.h"

#include "core/base/error.h"
#include "core/data/store/data_store.h"

namespace vit::cli {

void requireDataSet(const std::string& name) {
    const DataInfo info = DataStore().info(name);
    if (info.available) return;
    throw InvalidInput("The data set " + info.name + " is not on this computer yet: vit-cli data add " + info.name +
                       " --from PATH" + (info.downloadable ? ", or vit-cli data download " + info.name : ""));
}

}  // namespace vit::cli
