// SPDX-License-Identifier: GPL-3.0-or-later
// A file for each split of each data set.
#include "core/runs/run_evaluation.h"

#include "core/base/error.h"
#include "core/data/data_description.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <string>
#include <system_error>

namespace vit {

namespace {

namespace fs = std::filesystem;

KeptEvaluation readEvaluation(const fs::path& path) {
    const std::string text = readTextFile(path);
    try {
        return keptEvaluationFromJson(text);
    } catch (const Error& fault) {
        throw Error("Cannot read " + path.string() + ": " + fault.what());
    }
}

bool isOfItsOwnData(const fs::path& runFolder, const EvaluationSubject& subject) {
    const fs::path environment = runFolder / run_files::kEnvironment;
    return !run_files::isThere(environment) ||
           dataDescriptionFromJson(readTextFile(environment)).dataset == subject.data;
}

std::vector<fs::path> filesOfOtherData(const fs::path& runFolder) {
    std::vector<fs::path> found;
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(runFolder, unreadable)) {
        const std::string name = entry.path().filename().string();
        for (const Split split : {Split::Test, Split::Validation, Split::Train}) {
            const std::string begin = "evaluation-" + std::string(splitName(split)) + "-of-";
            if (name.starts_with(begin) && name.ends_with(".json")) found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

void keepEvaluation(const fs::path& runFolder, const KeptEvaluation& evaluation) {
    const EvaluationSubject& subject = evaluation.summary.subject;
    const std::string name = isOfItsOwnData(runFolder, subject)
                                 ? run_files::evaluationOf(subject.split)
                                 : run_files::evaluationOf(subject.split, subject.data);
    writeFileAtomically(runFolder / name, toJson(evaluation));
}

std::vector<KeptEvaluation> readEvaluations(const fs::path& runFolder) {
    std::vector<KeptEvaluation> kept;
    for (const Split split : {Split::Test, Split::Validation, Split::Train}) {
        const fs::path path = runFolder / run_files::evaluationOf(splitName(split));
        if (run_files::isThere(path)) kept.push_back(readEvaluation(path));
    }
    for (const fs::path& path : filesOfOtherData(runFolder)) kept.push_back(readEvaluation(path));
    return kept;
}

}  // namespace vit
