// SPDX-License-Identifier: GPL-3.0-or-later
// --split train|validation|test.
#include "app/cli/split_option.h"

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace vit::cli {

void addSplitOption(CLI::App& command, Split& split) {
    std::map<std::string, Split> splits;
    for (const Split each : {Split::Train, Split::Validation, Split::Test}) splits.emplace(splitName(each), each);
    command.add_option("--split", split, "train, validation or test")
        ->transform(CLI::CheckedTransformer(splits).description(""))
        ->type_name("SPLIT")
        ->default_str(splitName(split));
}

}  // namespace vit::cli
