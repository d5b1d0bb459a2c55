// SPDX-License-Identifier: GPL-3.0-or-later
// Looks into the manifest, and writes to it.
#include "core/data/store/kept_statistics.h"

#include "core/base/error.h"
#include "core/data/store/data_manifest.h"

#include <optional>

namespace vit {

namespace {

std::optional<ChannelStatistics> statisticsIn(const std::filesystem::path& file, const ImageSource& train) {
    try {
        for (const MeasuredImages& measured : readManifest(file).measured)
            if (measured.count == train.count() && measured.shape == train.shape() && measured.files == train.marks().times)
                return measured.statistics;
    } catch (const Error&) {  // measured again
    }
    return std::nullopt;
}

void keep(const std::filesystem::path& file, const MeasuredImages& measured) {
    try {
        DataManifest manifest = readManifest(file);  // what another program may have added meanwhile stays
        std::erase_if(manifest.measured, [&](const MeasuredImages& old) { return old.shape == measured.shape; });
        manifest.measured.push_back(measured);
        writeManifest(manifest, file);
    } catch (const Error&) {  // measured again next time
    }
}

}  // namespace

ChannelStatistics keptStatistics(const ImageSource& train, const std::filesystem::path& manifest,
                                 const Progress& progress) {
    if (const auto known = statisticsIn(manifest, train)) return *known;
    const ChannelStatistics measured = measureChannels(train, progress);
    keep(manifest, {train.count(), train.shape(), measured, train.marks().times});
    return measured;
}

}  // namespace vit
