// SPDX-License-Identifier: GPL-3.0-or-later
// A run's curves, results and weights as files that other programs read.
#pragma once

#include "core/runs/run_store.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

enum class ExportFormat { TensorBoard, Csv, Safetensors, Onnx, Report };

struct ExportKind {
    ExportFormat format;
    std::string name;    // "tensorboard": as on the command line
    std::string label;   // "TensorBoard": as in a menu
    std::string suffix;  // of the file, "csv"; empty for a folder
    std::string help;    // what it is, in a line
};

const std::vector<ExportKind>& exportKinds();

// What exportRun() may write to `out`; of TensorBoard, the folder.
std::vector<std::filesystem::path> exportedFiles(ExportFormat format, const std::filesystem::path& out);

enum class Existing { Keep, Replace };  // what happens to files that are there already

struct ExportResult {
    std::vector<std::filesystem::path> files;  // what was written
    std::string note;                          // what is worth knowing about them, in sentences; may be empty
};

// `out` is a file, for TensorBoard a folder. Throws InvalidInput if a file is there and is to be kept, or if the run
// does not have what is to be exported; Error if it cannot be read or written. The run may be going on.
ExportResult exportRun(const std::filesystem::path& runFolder, ExportFormat format, const std::filesystem::path& out,
                       Existing existing);

// One table, a row for each run.
ExportResult exportRunTable(const std::vector<RunSummary>& runs, const std::filesystem::path& out, Existing existing);

}  // namespace vit
