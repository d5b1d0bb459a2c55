// SPDX-License-Identifier: GPL-3.0-or-later
// All tables of checks, one after the other.
#include "core/check/check_groups.h"

#include "core/base/error.h"
#include "core/base/number_text.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include <sys/utsname.h>
#include <unistd.h>

namespace vit {

namespace {

std::vector<Check> allChecks() {
    std::vector<Check> checks;
    for (const auto table :
         {numberChecks(), partChecks(), inputChecks(), dropoutChecks(), trainingChecks(), runChecks(), speedChecks()})
        checks.insert(checks.end(), table.begin(), table.end());
    return checks;
}

bool isMeant(const std::string& wanted, const char* key) {
    const std::string name = key;
    return name == wanted || name.starts_with(wanted + ".");
}

void requireKnown(const std::string& wanted) {
    std::string known;
    for (const Check& check : allChecks()) {
        if (isMeant(wanted, check.key)) return;
        known += (known.empty() ? "" : ", ") + std::string(check.key);
    }
    throw InvalidInput("There is no check \"" + wanted + "\". There are: " + known +
                       "; the part before the dot means all of its kind.");
}

std::vector<Check> chosenChecks(const CheckRequest& request) {
    for (const std::string& wanted : request.only) requireKnown(wanted);
    if (!request.spoil.empty()) requireKnown(request.spoil);
    std::vector<Check> checks = allChecks();
    std::erase_if(checks, [&](const Check& check) {
        if (check.speed && !request.speed) return true;
        return !request.only.empty() && std::ranges::none_of(request.only, [&](const std::string& wanted) {
            return isMeant(wanted, check.key);
        });
    });
    return checks;
}

// What a fault says, without the path of calls that led to it.
std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

Findings findingsOf(const Check& check, CheckBench& bench) {
    try {
        return check.run(bench);
    } catch (const Cancelled&) {
        throw;
    } catch (const c10::Error& fault) {
        return {{CheckState::Failed, "broke off: " + firstLine(fault.what_without_backtrace()), {}, {}}};
    } catch (const std::exception& fault) {
        return {{CheckState::Failed, "broke off: " + firstLine(fault.what()), {}, {}}};
    }
}

std::string systemName() {
    std::ifstream file("/etc/os-release");
    constexpr std::string_view kKey = "PRETTY_NAME=";
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(kKey)) continue;
        std::erase(line, '"');
        return line.substr(kKey.size());
    }
    return "Linux";
}

std::vector<std::pair<std::string, std::string>> aboutOf(const DeviceSelection& selection) {
    const DeviceInfo& device = selection.device;
    const DeviceInfo cpu = availableDevices().front();
    utsname system{};
    uname(&system);
    std::vector<std::pair<std::string, std::string>> about = {
        {"Program", "ViT Workbench " VIT_VERSION},
        {"Libraries", libraryVersions()},
        {"Machine", cpu.name + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " cores, " +
                        bytesText(cpu.memoryBytes)},
        {"System", systemName() + ", " + system.sysname + " " + system.release + " " + system.machine},
        {"Device", selection.deviceText}};
    if (device.choice == DeviceChoice::Cuda && device.memoryBytes > 0)
        about.emplace_back("Its memory", bytesText(device.memoryBytes));
    about.emplace_back("bf16 arithmetic", device.bfloat16 ? "yes" : "no");
    return about;
}

}  // namespace

std::vector<std::string> checkKeys() {
    std::vector<std::string> keys;
    for (const Check& check : allChecks()) keys.emplace_back(check.key);
    return keys;
}

CheckReport checkComputer(const CheckRequest& request, const Progress& progress) {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<Check> checks = chosenChecks(request);
    const DeviceSelection selection = selectDevice(
        {.device = request.device, .precision = Precision::Auto, .threads = request.threads});
    at::set_num_threads(selection.threads);
    CheckBench bench(selection, progress);
    CheckReport report;
    report.about = aboutOf(selection);
    for (std::size_t i = 0; i < checks.size(); ++i) {
        const Check& check = checks[i];
        bench.setStage(check.what, static_cast<std::int64_t>(i), static_cast<std::int64_t>(checks.size()));
        bench.setSpoils(!request.spoil.empty() && isMeant(request.spoil, check.key));
        for (const Finding& finding : findingsOf(check, bench)) {
            const std::string what = check.what + (finding.of.empty() ? "" : ": " + finding.of);
            report.rows.push_back({check.key, what, finding.state, finding.measured, finding.allowed});
        }
    }
    bench.setStage("Done", static_cast<std::int64_t>(checks.size()), static_cast<std::int64_t>(checks.size()));
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace vit
