// SPDX-License-Identifier: GPL-3.0-or-later
// libvit-video-codec.so: nothing but the way to OpenCV's writing of videos.
#include "core/data/images/video_file.h"

#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>

namespace {

class OpenCvVideo : public vit::VideoFile {
public:
    explicit OpenCvVideo(cv::VideoWriter writer) : m_writer(std::move(writer)) {}

    void add(const vit::Image& frame) override {
        cv::Mat turned(frame.height, frame.width, CV_8UC3);  // OpenCV has blue first
        for (std::size_t i = 0; i < frame.pixels.size(); i += 3) {
            for (std::size_t c = 0; c < 3; ++c) turned.data[i + c] = frame.pixels[i + 2 - c];
        }
        m_writer.write(turned);
    }

private:
    cv::VideoWriter m_writer;
};

std::unique_ptr<vit::VideoFile> open(const std::string& path, const std::string& code,
                                     const vit::VideoSettings& settings) {
    cv::VideoWriter writer(path, cv::VideoWriter::fourcc(code[0], code[1], code[2], code[3]),
                           settings.framesPerSecond, cv::Size(settings.width, settings.height));
    if (!writer.isOpened()) return nullptr;
    return std::make_unique<OpenCvVideo>(std::move(writer));
}

}  // namespace

extern "C" {
extern const vit::VideoCodec vitVideoCodec;
const vit::VideoCodec vitVideoCodec = {open};
}
