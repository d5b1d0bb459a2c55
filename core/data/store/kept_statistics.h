// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics of a data set's channels, measured once and kept with it.
#pragma once

#include "core/data/channel_statistics.h"

#include <filesystem>

namespace vit {

// Those that the manifest keeps of as many training images of this shape, from the same files; else measures them and adds
// them to it. A manifest that cannot be read or written (a folder for reading only) means no more than measuring again next
// time.
ChannelStatistics keptStatistics(const ImageSource& train, const std::filesystem::path& manifest,
                                 const Progress& progress = {});

}  // namespace vit
