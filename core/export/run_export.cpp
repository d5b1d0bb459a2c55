// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the files of each format and puts them in their place.
#include "core/export/run_export.h"

#include "core/base/error.h"
#include "core/export/csv_export.h"
#include "core/export/onnx_export.h"
#include "core/export/report.h"
#include "core/export/safetensors_export.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"
#include "core/runs/run_tensorboard.h"

namespace vit {

namespace fs = std::filesystem;

namespace {

void requirePlace(const fs::path& path, Existing existing) {
    std::error_code fault;
    if (fs::is_directory(path, fault)) throw InvalidInput(path.string() + " is a folder: name a file.");
    if (existing == Existing::Keep && run_files::isThere(path)) {
        throw InvalidInput(path.string() + " is there already: choose another name, or ask for it to be replaced.");
    }
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, fault)) throw InvalidInput("There is no folder " + folder.string() + ".");
}

ExportResult write(const fs::path& path, const std::string& content, std::string note = {}) {
    writeFileAtomically(path, content);
    return {{path}, std::move(note)};
}

ExportResult writeTensorBoard(const RunSummary& run, const fs::path& folder, Existing existing) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) throwSystemFault("Cannot make the folder", folder, fault.value());
    const fs::path path = folder / tensorBoardFileName(run);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, fault)) {
        const std::string name = entry.path().filename().string();
        if (name.find("tfevents") != std::string::npos && name != path.filename().string()) {
            throw InvalidInput(folder.string() +
                               " holds another run's event files, with which TensorBoard would mix this "
                               "one: choose a new folder.");
        }
    }
    requirePlace(path, existing);
    return write(path, tensorBoardEvents(run, readCurves(run.folder)),
                 "To look at it: tensorboard --logdir " + folder.string());
}

// "run-steps.csv" beside "run.csv"
fs::path beside(const fs::path& epochs, const char* what) {
    return epochs.parent_path() / (epochs.stem().string() + what + epochs.extension().string());
}
fs::path stepsBeside(const fs::path& epochs) { return beside(epochs, "-steps"); }
fs::path layersBeside(const fs::path& epochs) { return beside(epochs, "-layers"); }

ExportResult writeCsv(const RunSummary& run, const fs::path& epochs, Existing existing) {
    const fs::path steps = stepsBeside(epochs);
    requirePlace(steps, existing);
    const RunCurves curves = readCurves(run.folder);
    const bool measured = !curves.layers.empty();
    if (measured) requirePlace(layersBeside(epochs), existing);
    writeFileAtomically(epochs, epochTable(run, curves));
    writeFileAtomically(steps, stepTable(run, curves));
    if (!measured) return {{epochs, steps}, {}};
    writeFileAtomically(layersBeside(epochs), layerTable(run, curves));
    return {{epochs, steps, layersBeside(epochs)}, {}};
}

std::string namesNote(const Config& config) {
    const std::vector<std::string> reasons = reasonsAgainstTimm(config);
    if (reasons.empty()) {
        const std::string names = "The names are those of timm's VisionTransformer, which ";
        const std::string made = "timm_model() in resources/pytorch/vit_workbench.py makes one ";
        if (config.model.mlpLastGelu)
            return names + "lacks the GELU after each MLP's last layer: " + made + "that has it.";
        return names + "holds this model as it is: " + made + "of its sizes.";
    }
    std::string list;
    for (const std::string& reason : reasons) list += (list.empty() ? "" : "; ") + reason;
    return "timm's VisionTransformer cannot hold this model (" + list +
           "), so the names are our own: VisionTransformer in resources/pytorch/vit_workbench.py loads them.";
}

ExportResult writeStateDict(const TrainedWeights& weights, const fs::path& path) {
    writeSafetensors(path, stateDict(weights));
    return {{path}, namesNote(weights.config())};
}

}  // namespace

const std::vector<ExportKind>& exportKinds() {
    static const std::vector<ExportKind> kinds = {
        {ExportFormat::TensorBoard, "tensorboard", "TensorBoard", "",
         "Curves, hyperparameters and results for TensorBoard"},
        {ExportFormat::Csv, "csv", "CSV", "csv", "Tables of the epochs, of the steps and of the layers"},
        {ExportFormat::Safetensors, "safetensors", "Weights for PyTorch (safetensors)", "safetensors",
         "The best weights, for PyTorch and timm"},
        {ExportFormat::Onnx, "onnx", "ONNX", "onnx", "The model with its preprocessing, for onnxruntime and others"},
        {ExportFormat::Report, "report", "Report (HTML)", "html", "Plots, settings and results on one page"},
    };
    return kinds;
}

std::vector<fs::path> exportedFiles(ExportFormat format, const fs::path& out) {
    if (format == ExportFormat::Csv) return {out, stepsBeside(out), layersBeside(out)};
    return {out};
}

ExportResult exportRun(const fs::path& runFolder, ExportFormat format, const fs::path& out, Existing existing) {
    const RunSummary run = readRun(runFolder);
    if (format != ExportFormat::TensorBoard) requirePlace(out, existing);
    switch (format) {
        case ExportFormat::TensorBoard:
            return writeTensorBoard(run, out, existing);
        case ExportFormat::Csv:
            return writeCsv(run, out, existing);
        case ExportFormat::Safetensors:
            return writeStateDict(TrainedWeights(run.folder), out);
        case ExportFormat::Onnx:
            return write(out, onnxModel(TrainedWeights(run.folder)),
                         "Its input \"pixels\" takes values 0 to 255; how to prepare a photo stands in its metadata.");
        case ExportFormat::Report:
            return write(out, htmlReport(run, readCurves(run.folder)));
    }
    return {};
}

ExportResult exportRunTable(const std::vector<RunSummary>& runs, const fs::path& out, Existing existing) {
    requirePlace(out, existing);
    return write(out, runTable(runs));
}

}  // namespace vit
