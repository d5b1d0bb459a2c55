// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli job: what a window, here or on another computer, asks of this one.
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/data/store/archive.h"
#include "core/data/store/data_store.h"
#include "core/device/device.h"
#include "core/io/checksum.h"
#include "core/io/disk_space.h"
#include "core/io/system_fault.h"
#include "core/io/temporary_folder.h"
#include "core/jobs/job_follow.h"
#include "core/jobs/job_runner.h"
#include "core/jobs/job_start.h"
#include "core/jobs/job_store.h"
#include "core/jobs/local_ranks.h"
#include "core/jobs/run_parcel.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <unistd.h>

namespace vit::cli {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

void answer(const Json& json) { std::cout << jsonText(json) << std::endl; }

// What kind of answer it is stands first, so that a program need not read the words.
Json problem(const char* kind, const std::exception& fault) { return {{"problem", kind}, {"text", fault.what()}}; }

void tellAbout() {
    Json devices = Json::array();
    for (const DeviceInfo& device : availableDevices()) {
        devices.push_back({{"device", device.choice == DeviceChoice::Cuda ? "cuda" : "cpu"},
                           {"name", device.name},
                           {"memory_bytes", device.memoryBytes}});
    }
    answer({{"version", jobVersion()}, {"libraries", libraryVersions()}, {"devices", devices}});
}

void start() {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    try {
        const StartedJob job = startJob(JobStore(), jobRequestFromJson(text));
        answer({{"job", job.id}, {"run", job.runFolder.filename().string()}, {"run_folder", job.runFolder.string()}});
    } catch (const DataMissing& fault) {
        Json json = problem("data", fault);
        json["name"] = fault.name();
        answer(json);
    } catch (const InvalidInput& fault) {
        Json json = problem("input", fault);
        for (const Issue& issue : fault.issues()) json["keys"].push_back(issue.key);
        answer(json);
    } catch (const Error& fault) {
        answer(problem("fault", fault));
    }
}

void list(bool asJson) {
    std::vector<std::vector<std::string>> rows = {{"Job", "State", "Run"}};
    for (const JobState& job : JobStore().list()) {
        const std::string state = job.paused ? "paused" : job.running ? "running" : "ended";
        if (asJson) answer({{"job", job.id}, {"state", state}, {"run_folder", job.runFolder.string()}});
        rows.push_back({job.id, state, job.runFolder.string()});
    }
    if (!asJson) std::cout << table(rows);
}

void fetch(const std::string& id, bool best, bool all) {
    const fs::path run = runFolderOf(JobStore().find(id));
    if (!fs::is_directory(run)) throw InvalidInput("The run of the job " + id + " is not there any more.");
    if (::isatty(STDOUT_FILENO) != 0)
        throw InvalidInput("What comes is a tar archive: send it to a file, vit-cli job fetch " + id + " > run.tar");
    sendRun(run, all ? Parcel::Whole : best ? Parcel::WithBest : Parcel::Curves, STDOUT_FILENO);
}

// Until the input ends.
void receiveFile(const fs::path& path, std::int64_t bytes) {
    std::ofstream file(path, std::ios::binary);
    std::vector<char> block(1 << 18);
    std::int64_t left = bytes;
    while (left > 0) {
        const ssize_t count = ::read(STDIN_FILENO, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        left -= count;
        if (!file.write(block.data(), count)) throwSystemFault("Cannot write", path, errno);
    }
    if (!file.flush()) throwSystemFault("Cannot write", path, errno);
    if (left > 0) throw Error("The data did not come whole: the connection ended before. Try again.");
}

void receiveData(const std::string& name, std::int64_t bytes, const std::string& sha256) {
    DataStore store;
    const TemporaryFolder temporary(store.folder());
    const fs::path archive = temporary.path() / "data.tar";
    requireFreeSpace(temporary.path(), 2 * bytes, "The data set " + name);
    receiveFile(archive, bytes);
    if (checksumOf(archive, ChecksumKind::Sha256).hex != sha256)
        throw Error("The data set " + name + " came with another checksum than it was sent with. Send it again.");
    const fs::path prepared = temporary.path() / "prepared";
    fs::create_directory(prepared);
    unpackArchive(archive, prepared);
    store.adopt(name, prepared);
    answer({{"data", name}});
}

void addFetch(CLI::App& job) {
    struct Options {
        std::string id;
        bool best = false;
        bool all = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = job.add_subcommand("fetch", "Write the run's folder to the output, as a tar archive");
    command->add_option("ID", options->id, "The job, as vit-cli job list names it")->required();
    command->add_flag("--best", options->best, "With the best weights so far");
    command->add_flag("--all", options->all, "With all weights");
    command->callback([options] { fetch(options->id, options->best, options->all); });
}

void addReceiveData(CLI::App& job) {
    struct Options {
        std::string name;
        std::string sha256;
        std::int64_t bytes = 0;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command =
        job.add_subcommand("receive-data", "Take a data set from the input, as a tar archive of its folder");
    command->add_option("NAME", options->name, "What it is called")->required();
    command->add_option("--bytes", options->bytes, "The archive's size")->required()->check(CLI::PositiveNumber);
    command->add_option("--sha256", options->sha256, "Its checksum")->required();
    command->callback([options] { receiveData(options->name, options->bytes, options->sha256); });
}

void addAttach(CLI::App& job) {
    struct Options {
        std::string id;
        std::int64_t from = 0;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = job.add_subcommand(
        "attach",
        "Print a job's events, one JSON object a line, as they come, and pass commands on that come on the input: "
        "{\"command\": \"stop\"}, \"pause\" or \"continue\". When the input ends, the job goes on");
    command->add_option("ID", options->id, "The job, as vit-cli job list names it")->required();
    command->add_option("--from", options->from, "Begin with this event, counted from 0")
        ->check(CLI::NonNegativeNumber);
    command->callback([options] {
        followJob(JobStore().find(options->id), options->from, STDIN_FILENO, STDOUT_FILENO);
    });
}

}  // namespace

void addJobCommand(CLI::App& app) {
    CLI::App* job = app.add_subcommand(
        "job", "Trainings that go on when the program that asked for them goes: for a window on another computer");
    job->require_subcommand(1);
    job->add_subcommand("about", "Print this program's version and this computer's devices, as JSON")
        ->callback(tellAbout);
    job->add_subcommand("start", "Start what a JSON request on the input asks for, and print the job's id")
        ->callback(start);
    addAttach(*job);
    auto asJson = std::make_shared<bool>(false);
    CLI::App* lists = job->add_subcommand("list", "List the jobs of this computer");
    lists->add_flag("--json", *asJson, "One JSON object a line");
    lists->callback([asJson] { list(*asJson); });
    addFetch(*job);
    addReceiveData(*job);
    auto id = std::make_shared<std::string>();
    CLI::App* run = job->add_subcommand("run", "Train a job that was prepared")->group("");
    run->add_option("ID", *id)->required();
    run->callback([id] {
        const InterruptGuard interrupt;
        runJob(JobStore().find(*id), [&] { return interrupt.requested(); });
    });
}

}  // namespace vit::cli
