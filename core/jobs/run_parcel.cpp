// SPDX-License-Identifier: GPL-3.0-or-later
// Archives made ready beside the run, and moved into it.
#include "core/jobs/run_parcel.h"

#include "core/data/store/archive.h"
#include "core/data/store/archive_writer.h"
#include "core/io/plain_file.h"
#include "core/io/system_fault.h"
#include "core/io/temporary_folder.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr ArchiveLimits kRunLimits = {.entries = 100'000};

bool belongs(const fs::path& file, Parcel parcel) {
    if (file == run_files::kLock || file == run_files::kElsewhere) return false;
    if (file.extension() != ".safetensors") return file.filename().string().front() != '.';
    return parcel == Parcel::Whole || (parcel == Parcel::WithBest && file == run_files::kBestWeights);
}

void move(const fs::path& from, const fs::path& to) {
    std::error_code failure;
    fs::create_directories(to.parent_path(), failure);
    if (!failure) fs::rename(from, to, failure);
    if (failure) throwSystemFault("Cannot write", to, failure.value());
}

// Weights last, the description of the run before them: whoever opens the run meanwhile finds what belongs together.
bool comesBefore(const fs::path& a, const fs::path& b) {
    const bool weightsA = a.extension() == ".safetensors", weightsB = b.extension() == ".safetensors";
    return weightsA != weightsB ? weightsB : a < b;
}

}  // namespace

void sendRun(const fs::path& run, Parcel parcel, int output, const Progress& progress) {
    std::vector<fs::path> files = filesBelow(run);
    std::erase_if(files, [&](const fs::path& file) { return !belongs(file, parcel); });
    packFiles(run, files, output, progress);
}

void receiveRun(const fs::path& archive, const fs::path& mirror, const RunElsewhere& about) {
    refuseLink(mirror);
    const TemporaryFolder temporary(mirror.parent_path());
    const fs::path unpacked = temporary.path() / "run";
    fs::create_directory(unpacked);
    unpackArchive(archive, unpacked, {}, kRunLimits);
    std::error_code failure;
    fs::create_directories(mirror, failure);
    if (failure) throwSystemFault("Cannot make the run's folder", mirror, failure.value());
    writeRunElsewhere(mirror, about);
    std::vector<fs::path> files = filesBelow(unpacked);
    std::sort(files.begin(), files.end(), comesBefore);
    for (const fs::path& file : files) {
        if (!belongs(file, Parcel::Whole)) continue;
        if (file == run_files::kAbout && run_files::isThere(mirror / file)) continue;
        refuseLink(mirror / file.parent_path());
        move(unpacked / file, mirror / file);
    }
}

}  // namespace vit
