// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a video by OpenCV, which stands on some hundred libraries for it: so it is a library of its own (core/codec),
// loaded when the first video is written.
#pragma once

#include "core/data/images/image.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace vit {

class VideoFile {
public:
    VideoFile() = default;
    VideoFile(const VideoFile&) = delete;
    VideoFile& operator=(const VideoFile&) = delete;
    virtual ~VideoFile() = default;  // ends the file

    virtual void add(const Image& frame) = 0;  // RGB, of the video's size
};

struct VideoSettings {
    double framesPerSecond = 10;
    int width = 0;  // even numbers, as most codecs want
    int height = 0;
};

// The names' endings that are known: ".mp4", ".avi".
const std::vector<std::string>& videoEndings();

// Throws Error with the mere cause if OpenCV was built without what the ending needs, or the file cannot be written.
std::unique_ptr<VideoFile> openVideo(const std::filesystem::path& path, const VideoSettings& settings);

// What core/codec exports: `extern "C" const VideoCodec vitVideoCodec`. `code` as in https://fourcc.org; null if there
// is no such codec.
struct VideoCodec {
    std::unique_ptr<VideoFile> (*open)(const std::string& path, const std::string& code, const VideoSettings& settings);
};
inline constexpr auto kVideoCodecFile = "libvit-video-codec.so";
inline constexpr auto kVideoCodecSymbol = "vitVideoCodec";

}  // namespace vit
