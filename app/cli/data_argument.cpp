// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that a command is about to train with.
#include "app/cli/data_argument.h"

#include "core/base/error.h"

namespace vit::cli {

DataInfo requireDataSet(const std::string& name) {
    DataInfo info = DataStore().info(name);
    if (info.available) return info;
    throw InvalidInput("The data set " + info.name + " is not on this computer yet: vit-cli data add " + info.name +
                       " --from PATH" + (info.downloadable ? ", or vit-cli data download " + info.name : ""));
}

}  // namespace vit::cli
