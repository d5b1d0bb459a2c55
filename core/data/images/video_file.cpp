// SPDX-License-Identifier: GPL-3.0-or-later
// Which codec goes with which ending.
#include "core/data/images/video_file.h"

#include "core/base/error.h"
#include "core/data/images/codec_library.h"

#include <algorithm>
#include <map>

namespace vit {

namespace {

// The first that there is. Browsers play H.264 alone in MP4; Motion JPEG comes with OpenCV itself.
const std::map<std::string, std::vector<std::string>>& codes() {
    static const std::map<std::string, std::vector<std::string>> all = {{".avi", {"MJPG"}}, {".mp4", {"avc1", "mp4v"}}};
    return all;
}

const VideoCodec& videoCodec() {
    static const auto& loaded =
        *static_cast<const VideoCodec*>(loadFromCodec(kVideoCodecFile, kVideoCodecSymbol, "writes videos"));
    return loaded;
}

}  // namespace

const std::vector<std::string>& videoEndings() {
    static const std::vector<std::string> endings = {".mp4", ".avi"};
    return endings;
}

std::unique_ptr<VideoFile> openVideo(const std::filesystem::path& path, const VideoSettings& settings) {
    const std::string ending = path.extension().string();
    for (const std::string& code : codes().at(ending)) {
        if (auto video = videoCodec().open(path.string(), code, settings)) return video;
    }
    throw Error("the OpenCV of this computer has no codec for videos in " + ending);
}

}  // namespace vit
