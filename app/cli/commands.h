// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of vit-cli. Each adds itself to the program and runs as a callback of its parser; what goes wrong is
// thrown as vit::InvalidInput or vit::Error and turned into words and an exit code by main().
#pragma once

namespace CLI {
class App;
}

namespace vit::cli {

void addPresetsCommand(CLI::App& app);
void addConfigCommand(CLI::App& app);
void addDataCommand(CLI::App& app);
void addTrainCommand(CLI::App& app);
void addEvaluateCommand(CLI::App& app);
void addPredictCommand(CLI::App& app);
void addFinetuneCommand(CLI::App& app);
void addInspectCommand(CLI::App& app);
void addPatchesCommand(CLI::App& app);
void addRunsCommand(CLI::App& app);
void addSweepCommand(CLI::App& app);
void addCompareReferenceCommand(CLI::App& app);
void addImportCommand(CLI::App& app);
void addDevicesCommand(CLI::App& app);
void addCheckCommand(CLI::App& app);
void addBenchCommand(CLI::App& app);
void addExportCommand(CLI::App& app);
void addFilmCommand(CLI::App& app);
void addJobCommand(CLI::App& app);

}  // namespace vit::cli
