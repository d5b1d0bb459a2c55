// SPDX-License-Identifier: GPL-3.0-or-later
// OpenCV's reading and writing of picture files. It stands on some 150 libraries, whose loading would take a quarter of
// the program's start; so it is a library of its own (core/codec), which is loaded when the first picture comes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cv {
class Mat;
}

namespace vit {

// The first two as OpenCV's functions of these names; they may throw cv::Exception.
struct PictureCodec {
    cv::Mat (*imdecode)(const cv::Mat& encoded, int flags);
    void (*imencode)(const std::string& ending, const cv::Mat& picture, std::vector<std::uint8_t>& encoded);
    // Whether this OpenCV was built for the format of files that end so. It is asked for the writing of it, which takes
    // no file to ask; of each format it has both or neither.
    bool (*knows)(const std::string& ending);
};

// What core/codec exports: `extern "C" const PictureCodec vitPictureCodec`, in this file.
inline constexpr auto kPictureCodecFile = "libvit-picture-codec.so";
inline constexpr auto kPictureCodecSymbol = "vitPictureCodec";

// Loads it at the first call. Throws Error if it is not there.
const PictureCodec& pictureCodec();

}  // namespace vit
