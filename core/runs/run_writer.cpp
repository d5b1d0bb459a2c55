// SPDX-License-Identifier: GPL-3.0-or-later
// Appends to a run's curves and log, and writes its other files whole.
#include "runs/run_writer.h"

#include "config/schema.h"
#include "io/atomic_file.h"
#include "io/strict_json.h"
#include "io/system_fault.h"
#include "runs/run_files.h"
#include "train/event_json.h"

#include <cerrno>
#include <string_view>

namespace vit {

namespace {

// Leaves the lines at the front that `isKept` accepts.
template <typename T, typename IsKept>
void cutBack(const std::filesystem::path& path, const std::vector<run_files::Line<T>>& lines, IsKept isKept) {
    if (!run_files::isThere(path)) return;
    std::string kept;
    for (const auto& [text, value] : lines) {
        if (!isKept(value)) break;
        kept += text + '\n';
    }
    writeFileAtomically(path, kept);
}

std::FILE* openForAppending(const std::filesystem::path& path) {
    std::FILE* file = std::fopen(path.c_str(), "abe");
    if (!file) throwSystemFault("Cannot write", path, errno);
    return file;
}

void removeIfThere(const std::filesystem::path& path) {
    std::error_code fault;
    std::filesystem::remove(path, fault);
    if (fault) throwSystemFault("Cannot remove", path, fault.value());
}

void write(std::FILE* file, const std::string& line, const std::filesystem::path& path) {
    if (std::fwrite(line.data(), 1, line.size(), file) != line.size()) throwSystemFault("Cannot write", path, errno);
}

void flushFile(std::FILE* file, const std::filesystem::path& path) {
    if (std::fflush(file) != 0) throwSystemFault("Cannot write", path, errno);
}

}  // namespace

RunWriter::RunWriter(std::filesystem::path folder, std::int64_t keepEpochs, std::int64_t keepSteps)
    : m_folder(std::move(folder)), m_flushed(std::chrono::steady_clock::now()) {
    using namespace run_files;
    cutBack(m_folder / kSteps, readSteps(m_folder), [&](const StepDone& step) { return step.step <= keepSteps; });
    cutBack(m_folder / kEpochs, readEpochs(m_folder), [&](const EpochDone& done) { return done.epoch <= keepEpochs; });
    cutBack(m_folder / kProbe, readProbe(m_folder),
            [&](const ProbePredicted& probe) { return probe.prediction.epoch <= keepEpochs; });
    removeIfThere(m_folder / kResult);  // it has not ended any more
    m_steps.reset(openForAppending(m_folder / kSteps));
    m_epochs.reset(openForAppending(m_folder / kEpochs));
    m_log.reset(openForAppending(m_folder / kLog));
}

void RunWriter::writeConfig(const Config& config) {
    writeFileAtomically(m_folder / run_files::kConfig, toJson(config));
}

void RunWriter::writeEnvironment(const std::string& json) {
    using namespace run_files;
    auto environment = parseStrictJson(json);
    // A run that goes on keeps the time at which it began.
    environment[kCreatedKey] = readCreated(m_folder).value_or(timeText(std::time(nullptr), kIsoTime));
    writeFileAtomically(m_folder / kEnvironment, environment.dump(2) + "\n");
}

void RunWriter::append(const StepDone& step) {
    constexpr auto kFlushInterval = std::chrono::seconds(1);
    write(m_steps.get(), toJson(Event(step)) + "\n", m_folder / run_files::kSteps);
    if (std::chrono::steady_clock::now() - m_flushed >= kFlushInterval) flush();
}

void RunWriter::append(const EpochDone& epoch) {
    write(m_epochs.get(), toJson(Event(epoch)) + "\n", m_folder / run_files::kEpochs);
    flush();
}

void RunWriter::append(const ProbePredicted& probe) {
    const std::filesystem::path path = m_folder / run_files::kProbe;
    if (!m_probe) m_probe.reset(openForAppending(path));  // most runs have no such picture
    write(m_probe.get(), toJson(Event(probe)) + "\n", path);
    flushFile(m_probe.get(), path);
}

void RunWriter::log(const Message& message) {
    const std::filesystem::path path = m_folder / run_files::kLog;
    const std::string time = run_files::timeText(std::time(nullptr), run_files::kIsoTime);
    const char* severity = message.severity == Severity::Warning ? " WARNING " : " ";
    write(m_log.get(), time + severity + message.text + "\n", path);
    flushFile(m_log.get(), path);
}

void RunWriter::writeResult(const RunFinished& result) {
    flush();
    const auto json = eventJson(result);
    writeFileAtomically(m_folder / run_files::kResult,
                        json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void RunWriter::flush() {
    flushFile(m_steps.get(), m_folder / run_files::kSteps);
    flushFile(m_epochs.get(), m_folder / run_files::kEpochs);
    flushFile(m_log.get(), m_folder / run_files::kLog);
    m_flushed = std::chrono::steady_clock::now();
}

}  // namespace vit
