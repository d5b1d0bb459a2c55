// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/included_model.h"

#include "core/runs/run_files.h"

#include <system_error>

namespace vit {

std::filesystem::path includedModel() {
    namespace fs = std::filesystem;
    std::error_code problem;
    const fs::path program = fs::read_symlink("/proc/self/exe", problem);
    const fs::path folder = program.parent_path().parent_path() / "share" / "vit-workbench" / "model";
    return !problem && run_files::isThere(folder / run_files::kBestWeights) ? folder : fs::path();
}

}  // namespace vit
