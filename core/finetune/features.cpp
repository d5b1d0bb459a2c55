// SPDX-License-Identifier: GPL-3.0-or-later
// A safetensors file for each model and data set: its checksum tells damage, its key what it is of.
#include "core/finetune/features.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/neighbours.h"
#include "core/io/checksum.h"
#include "core/io/safetensors.h"
#include "core/io/user_folders.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr const char* kKey = "key";
constexpr std::uintmax_t kMostBytes = std::uintmax_t{2} << 30;
constexpr std::int64_t kImagesBetweenReports = 64;
constexpr const char* kForm = "features 1";  // another one when what they are is changed

// Everything that the features depend on.
std::string keyOf(const fs::path& modelFolder, const LoadedModel& model, const Fingerprints& images) {
    Config network;  // what a run is trained with changes nothing
    network.model = model.config().model;
    network.head = model.config().head;
    const ChannelStatistics& statistics = model.description().statistics;
    std::string text = std::string(kForm) + '\n' +
                       checksumOf(modelFolder / run_files::kBestWeights, ChecksumKind::Sha256).hex + '\n' + images.all +
                       '\n' + toJson(network) + '\n';
    for (const auto* numbers : {&statistics.mean, &statistics.deviation})
        for (const double number : *numbers) text += numberText(number) + ' ';
    return checksumOf(std::as_bytes(std::span(text)), ChecksumKind::Sha256).hex;
}

std::vector<std::int32_t> labelsOf(const ImageSource& images) {
    std::vector<std::int32_t> labels;
    for (std::int64_t i = 0; i < images.count(); ++i) labels.push_back(images.label(i));
    return labels;
}

std::optional<std::vector<float>> valuesOf(const TensorFile& file, const char* name, std::int64_t rows,
                                           std::int64_t width) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end() || found->second.dtype != "F32" ||
        found->second.shape != std::vector<std::int64_t>{rows, width})
        return std::nullopt;
    std::vector<float> values(static_cast<std::size_t>(rows * width));
    if (!values.empty()) std::memcpy(values.data(), found->second.bytes.data(), values.size() * sizeof(float));
    return values;
}

bool readKept(const fs::path& path, const std::string& key, PhotoFeatures& features) {
    if (!run_files::isThere(path)) return false;
    try {
        const TensorFile file = readSafetensors(path);
        const auto stored = file.metadata.find(kKey);
        if (stored == file.metadata.end() || stored->second != key) return false;
        auto train = valuesOf(file, "train", features.train.view().count(), features.train.width);
        auto test = valuesOf(file, "test", features.test.view().count(), features.test.width);
        if (!train || !test) return false;
        features.train.values = std::move(*train);
        features.test.values = std::move(*test);
        return true;
    } catch (const Error&) {
        return false;
    }
}

TensorData dataOf(const OwnRows& rows) {
    const auto bytes = std::as_bytes(std::span(rows.values));
    return {"F32", {rows.view().count(), rows.width}, {bytes.begin(), bytes.end()}};
}

// The oldest first, never the one that was just written.
void makeRoom(const fs::path& cache, const fs::path& newest) {
    struct Kept {
        fs::file_time_type written;
        std::uintmax_t bytes;
        fs::path path;
    };
    std::vector<Kept> files;
    std::uintmax_t all = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(cache, ignored)) {
        if (!entry.is_regular_file(ignored) || entry.path().extension() != ".safetensors") continue;
        files.push_back({entry.last_write_time(ignored), entry.file_size(ignored), entry.path()});
        all += files.back().bytes;
    }
    std::ranges::sort(files, {}, &Kept::written);
    for (const Kept& file : files) {
        if (all <= kMostBytes) return;
        if (file.path == newest) continue;
        fs::remove(file.path, ignored);
        all -= file.bytes;
    }
}

void keep(const fs::path& path, const std::string& key, PhotoFeatures& features) {
    try {
        std::error_code fault;
        fs::create_directories(path.parent_path(), fault);
        writeSafetensors(path, {{{"train", dataOf(features.train)}, {"test", dataOf(features.test)}}, {{kKey, key}}},
                         Checksum::Crc32c);
        makeRoom(path.parent_path(), path);
    } catch (const Error& fault) {
        features.trouble = fault.what();
    }
}

void compute(LoadedModel& model, const DatasetView& images, const char* what, const Progress& progress,
             std::vector<float>& rows) {
    for (std::int64_t first = 0; first < images.count(); first += kImagesBetweenReports) {
        report(progress, what, first, images.count());
        const std::vector<float> part = featuresOf(model, images.part(first, kImagesBetweenReports));
        rows.insert(rows.end(), part.begin(), part.end());
    }
    report(progress, what, images.count(), images.count());
}

}  // namespace

double secondsPerPhoto(const fs::path& modelFolder, const std::shared_ptr<const Dataset>& data,
                       const Progress& progress) {
    using Clock = std::chrono::steady_clock;
    constexpr std::int64_t kAtOnce = 32;
    constexpr std::chrono::duration<double> kEnough(0.2);
    report(progress, "Measuring the model", 0, 0);
    LoadedModel model = LoadedModel::open(modelFolder, DeviceChoice::Auto);
    const DatasetView photos = DatasetView(data, Split::Train, 0).part(0, kAtOnce);
    if (photos.count() == 0) return 0;
    featuresOf(model, photos.part(0, 1));  // what is made once is made now
    std::int64_t count = 0;
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < kEnough) {
        report(progress, "Measuring the model", 0, 0);
        featuresOf(model, photos);
        count += photos.count();
    }
    return std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(count);
}

fs::path featureCacheFolder() { return userCacheFolder() / "features"; }

PhotoFeatures photoFeatures(const fs::path& modelFolder, const std::shared_ptr<const Dataset>& data,
                            const Fingerprints& images, const fs::path& cache, const Progress& progress) {
    report(progress, "Opening the model", 0, 0);
    LoadedModel model = LoadedModel::open(modelFolder, DeviceChoice::Auto);
    PhotoFeatures features;
    features.train = {{}, featureCount(model.config()), labelsOf(data->train())};
    features.test = {{}, featureCount(model.config()), labelsOf(data->test())};
    const std::string key = keyOf(modelFolder, model, images);
    const fs::path path = cache / (key + ".safetensors");
    features.kept = readKept(path, key, features);
    if (features.kept) return features;
    compute(model, DatasetView(data, Split::Train, 0), "Features of the training photos", progress,
            features.train.values);
    compute(model, DatasetView(data, Split::Test, 0), "Features of the test photos", progress, features.test.values);
    keep(path, key, features);
    return features;
}

}  // namespace vit
