// SPDX-License-Identifier: GPL-3.0-or-later
// libvit-picture-codec.so: nothing but the way to OpenCV's codecs.
#include "core/data/images/picture_codec.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

extern "C" {
extern const vit::PictureCodec vitPictureCodec;
const vit::PictureCodec vitPictureCodec = {
    [](const cv::Mat& encoded, int flags) { return cv::imdecode(encoded, flags); },
    [](const std::string& ending, const cv::Mat& picture, std::vector<std::uint8_t>& encoded) {
        cv::imencode(ending, picture, encoded);
    },
    [](const std::string& ending) { return cv::haveImageWriter("x" + ending); }};
}
