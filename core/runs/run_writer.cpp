// SPDX-License-Identifier: GPL-3.0-or-later
// Appends to a run's curves and log, and writes its other files whole.
#include "core/runs/run_writer.h"

#include "core/base/json_text.h"
#include "core/config/schema.h"
#include "core/events/event_json.h"
#include "core/io/atomic_file.h"
#include "core/io/plain_file.h"
#include "core/io/strict_json.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"
#include "core/runs/run_log_text.h"

#include <system_error>

namespace vit {

namespace {

// Leaves the lines at the front that `isKept` accepts; what was there beside them, in words.
template <typename T, typename IsKept>
std::vector<std::string> cutBack(const std::filesystem::path& path, const std::vector<run_files::Line<T>>& lines,
                                 IsKept isKept) {
    std::vector<std::string> notes;
    if (!run_files::isThere(path)) return notes;
    std::string kept;
    std::size_t keptLines = 0;
    std::size_t wholeBytes = 0;
    for (const auto& [text, value] : lines) {
        wholeBytes += text.size() + 1;
        if (keptLines < lines.size() && isKept(value)) {
            kept += text + '\n';
            ++keptLines;
        }
    }
    const std::string name = path.filename().string();
    if (std::filesystem::file_size(path) > wholeBytes)
        notes.push_back("The last line of " + name + " was torn: left out.");
    if (keptLines < lines.size()) {
        const std::size_t count = lines.size() - keptLines;
        notes.push_back(std::to_string(count) + (count == 1 ? " line of " : " lines of ") + name +
                        " came after the last checkpoint: they are trained again.");
    }
    writeFileAtomically(path, kept);
    return notes;
}

void removeIfThere(const std::filesystem::path& path) {
    std::error_code fault;
    std::filesystem::remove(path, fault);
    if (fault) throwSystemFault("Cannot remove", path, fault.value());
}

std::string logLine(const char* severity, const std::string& text) {
    return run_files::timeText(std::time(nullptr), run_files::kIsoTime) + severity + text;
}

// Files that were being written when a process was killed; not those that another one writes just now.
std::vector<std::string> removeHalfWritten(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> found;
    std::error_code fault;
    std::filesystem::directory_iterator entry(folder, fault);
    for (; !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault)) {
        if (isHalfWritten(entry->path())) found.push_back(entry->path());
    }
    if (fault) throwSystemFault("Cannot look into", folder, fault.value());
    std::vector<std::string> notes;
    for (const auto& path : found) {
        removeIfThere(path);
        notes.push_back("The half-written file " + path.filename().string() + " was removed.");
    }
    return notes;
}

// The files that grow, of which one may be a link where the run came from somebody else: refused before anything of the
// run is changed. All others are replaced as a whole, which replaces a link and not what it leads to.
std::filesystem::path withoutLinks(std::filesystem::path folder) {
    using namespace run_files;
    for (const char* name : {kSteps, kEpochs, kLayers, kProbe, kLog, kTensorBoard}) refuseLink(folder / name);
    return folder;
}

}  // namespace

RunWriter::RunWriter(std::filesystem::path folder, std::int64_t keepEpochs, std::int64_t keepSteps)
    : m_folder(withoutLinks(std::move(folder))), m_recovered(removeHalfWritten(m_folder)), m_pictures(m_folder),
      m_flushed(std::chrono::steady_clock::now()) {
    using namespace run_files;
    const auto note = [this](std::vector<std::string> notes) {
        for (std::string& text : notes) m_recovered.push_back(std::move(text));
    };
    note(cutBack(m_folder / kSteps, readSteps(m_folder), [&](const StepDone& step) { return step.step <= keepSteps; }));
    note(cutBack(m_folder / kEpochs, readEpochs(m_folder),
                 [&](const EpochDone& done) { return done.epoch <= keepEpochs; }));
    note(cutBack(m_folder / kLayers, readLayers(m_folder),
                 [&](const LayersMeasured& measured) { return measured.step <= keepSteps; }));
    note(cutBack(m_folder / kProbe, readProbe(m_folder),
                 [&](const ProbePredicted& probe) {
                     return probe.prediction.epoch <= keepEpochs && probe.prediction.step <= keepSteps;
                 }));
    removeIfThere(m_folder / kResult);  // it has not ended any more
    m_steps.emplace(m_folder / kSteps);
    m_epochs.emplace(m_folder / kEpochs);
    m_log.emplace(m_folder / kLog);
}

void RunWriter::writeConfig(const Config& config) {
    writeFileAtomically(m_folder / run_files::kConfig, toJson(config));
}

void RunWriter::writeEnvironment(const std::string& json) {
    using namespace run_files;
    auto environment = parseStrictJson(json);
    // A run that goes on keeps where it came from, and the time at which it began.
    for (const char* key : {kStartedFromKey, kImportedKey}) {
        if (environment.contains(key)) continue;
        if (const auto kept = readEnvironmentText(m_folder, key)) environment[key] = *kept;
    }
    environment[kCreatedKey] = readCreated(m_folder).value_or(timeWithOffset(std::time(nullptr)));
    writeFileAtomically(m_folder / kEnvironment, jsonText(environment, 2) + "\n");
}

void RunWriter::startTensorBoard() { m_tensorBoard.emplace(m_folder); }

void RunWriter::append(const StepDone& step) {
    constexpr auto kFlushInterval = std::chrono::seconds(1);
    m_steps->append(toJson(Event(step)));
    if (m_tensorBoard) m_tensorBoard->add(step);
    if (std::chrono::steady_clock::now() - m_flushed >= kFlushInterval) flush();
}

void RunWriter::append(const LayersMeasured& measured) {
    if (!m_layers) m_layers.emplace(m_folder / run_files::kLayers);  // a run need not measure them
    m_layers->append(toJson(Event(measured)));
    if (m_tensorBoard) m_tensorBoard->add(measured);
}

void RunWriter::append(const EpochDone& epoch) {
    m_epochs->append(toJson(Event(epoch)));
    m_log->append(logLine(" ", logText(epoch)));
    if (m_tensorBoard) m_tensorBoard->add(epoch);
    flush();
}

void RunWriter::append(const ProbePredicted& probe) {
    if (!m_probe) m_probe.emplace(m_folder / run_files::kProbe);  // most runs have no such picture
    m_probe->append(toJson(Event(probe)));
    m_pictures.keep();
    if (m_tensorBoard) m_tensorBoard->add(probe);
    m_probe->flush();
}

void RunWriter::log(const RunStarted& run) {
    m_log->append(logLine(" ", logText(run)));
    m_log->flush();
}

void RunWriter::log(const Message& message) {
    m_log->append(logLine(message.severity == Severity::Warning ? " WARNING " : " ", message.text));
    m_log->flush();
}

void RunWriter::writeResult(const RunFinished& result) {
    m_log->append(logLine(" ", logText(result)));
    flushCurves();
    run_files::writeResult(m_folder, result);
    endTensorBoard(result);
}

// The run is safe by now, and TensorBoard's file can be made of its curves again: no reason to call the run failed.
void RunWriter::endTensorBoard(const RunFinished& result) {
    if (!m_tensorBoard) return;
    m_tensorBoard->add(result);
    try {
        m_tensorBoard->flush();
    } catch (const Error& fault) {
        m_log->append(logLine(" WARNING ", fault.what()));
        flushLog();
    }
}

void RunWriter::flush() {
    flushCurves();
    if (m_tensorBoard) m_tensorBoard->flush();
}

void RunWriter::flushCurves() {
    m_flushed = std::chrono::steady_clock::now();
    m_steps->flush();
    m_epochs->flush();
    if (m_layers) m_layers->flush();
    if (m_probe) m_probe->flush();
    flushLog();
}

void RunWriter::sync() {
    m_flushed = std::chrono::steady_clock::now();
    m_steps->sync();
    m_epochs->sync();
    if (m_layers) m_layers->sync();
    if (m_probe) m_probe->sync();
    flushLog();
}

// log() has told when its line could not be written; curves and checkpoints do not wait for it.
void RunWriter::flushLog() {
    try {
        m_log->flush();
    } catch (const Error&) {
        return;
    }
}

}  // namespace vit
