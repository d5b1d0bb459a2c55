// SPDX-License-Identifier: GPL-3.0-or-later
// The tables, and where they go.
#include "core/export/evaluation_files.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/export/evaluation_report.h"
#include "core/io/atomic_file.h"
#include "core/io/csv.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"

#include <array>

namespace vit {

namespace fs = std::filesystem;

namespace {

struct EvaluationFile {
    const char* name;
    std::string (*content)(const Evaluation&);
};

std::string predictionTable(const Evaluation& evaluation) {
    std::string table =
        csvRow({"index", "label", "predicted", "confidence", "top_1", "top_2", "top_3", "top_4", "top_5"});
    for (std::size_t i = 0; i < evaluation.images.size(); ++i) {
        const ImagePrediction& image = evaluation.images[i];
        std::vector<std::string> row = {std::to_string(i), std::to_string(image.label), std::to_string(image.predicted),
                                        numberText(image.confidence)};
        for (const std::int32_t index : image.top)
            row.push_back(index == ImagePrediction::kNoClass ? "" : std::to_string(index));
        table += csvRow(row);
    }
    return table;
}

std::string classTable(const Evaluation& evaluation) {
    const auto& [names, superclasses] = evaluation.classes;
    std::string table = csvRow({"index", "class", "superclass", "precision", "recall", "f1", "support"});
    for (std::size_t i = 0; i < evaluation.scores.size(); ++i) {
        const ClassScores& scores = evaluation.scores[i];
        table += csvRow({std::to_string(i), names[i], superclasses.empty() ? "" : superclasses[i],
                         numberText(scores.precision), numberText(scores.recall), numberText(scores.f1),
                         std::to_string(scores.support)});
    }
    return table;
}

std::string confusionTable(const Evaluation& evaluation) {
    const std::vector<std::string>& names = evaluation.classes.names;
    std::vector<std::string> row = {"true_class"};
    row.insert(row.end(), names.begin(), names.end());
    std::string table = csvRow(row);
    for (std::int64_t truth = 0; truth < evaluation.confusion.classes(); ++truth) {
        row = {names[static_cast<std::size_t>(truth)]};
        for (std::int64_t predicted = 0; predicted < evaluation.confusion.classes(); ++predicted)
            row.push_back(std::to_string(evaluation.confusion.at(truth, predicted)));
        table += csvRow(row);
    }
    return table;
}

constexpr std::array kFiles = {
    EvaluationFile{"predictions.csv", predictionTable},
    EvaluationFile{"per_class.csv", classTable},
    EvaluationFile{"confusion.csv", confusionTable},
    EvaluationFile{"report.html", [](const Evaluation& evaluation) { return htmlReport(evaluation); }},
    EvaluationFile{"summary.json", [](const Evaluation& evaluation) { return toJson(evaluation.summary); }},
};

}  // namespace

void prepareEvaluationFolder(const fs::path& folder, Existing existing) {
    std::error_code fault;
    if (run_files::isThere(folder) && !fs::is_directory(folder, fault))
        throw InvalidInput(folder.string() + " is a file: name a folder.");
    for (const EvaluationFile& file : kFiles) {
        const fs::path path = folder / file.name;
        if (fs::is_directory(path, fault)) throw InvalidInput(path.string() + " is a folder: choose another one.");
        if (existing == Existing::Keep && run_files::isThere(path))
            throw InvalidInput(path.string() +
                               " is there already: choose another folder, or ask for it to be replaced.");
    }
    fs::create_directories(folder, fault);
    if (fault) throwSystemFault("Cannot make the folder", folder, fault.value());
}

std::vector<fs::path> writeEvaluation(const Evaluation& evaluation, const fs::path& folder, Existing existing) {
    prepareEvaluationFolder(folder, existing);
    std::vector<fs::path> written;
    for (const EvaluationFile& file : kFiles) {
        written.push_back(folder / file.name);
        writeFileAtomically(written.back(), file.content(evaluation));
    }
    return written;
}

}  // namespace vit
