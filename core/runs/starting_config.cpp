// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/starting_config.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/io/safetensors.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"

namespace vit {

namespace fs = std::filesystem;

Config startingConfig(const fs::path& from) {
    if (fs::is_directory(from)) return readRun(from).config;
    const fs::path name = from.filename();
    if (name == run_files::kBestWeights || name == run_files::kLastWeights) {
        const fs::path folder = fs::absolute(from).parent_path();
        if (run_files::isThere(folder / run_files::kConfig)) return readRun(folder).config;
    }
    const SafetensorsFile file(from);
    if (const auto config = file.metadata().find("config"); config != file.metadata().end()) return fromJson(config->second);
    throw InvalidInput(from.string() + " does not say which model it is of: import it (vit-cli import " + from.string() +
                       ") and start from that run.");
}

}  // namespace vit
