// SPDX-License-Identifier: GPL-3.0-or-later
// Reads, writes, cuts and resizes pictures with OpenCV.
#include "core/data/images/image.h"

#include "core/base/error.h"
#include "core/data/images/encoded_image.h"
#include "core/data/images/picture_codec.h"
#include "core/data/images/picture_formats.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace vit {

namespace {

// 16,384 × 16,384: more than any camera takes, and what decodes into less than 1 GB.
constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;
constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 30;

// A view; the picture must outlive it, and OpenCV must not write to it.
cv::Mat matOf(const Image& image) {
    if (image.width <= 0 || image.height <= 0 ||
        image.pixels.size() != static_cast<std::size_t>(image.width) * image.height * image.channels)
        throw Error("The picture is empty or its size does not match its pixels.");
    return cv::Mat(image.height, image.width, CV_8UC(image.channels), const_cast<std::uint8_t*>(image.pixels.data()));
}

Image imageOf(const cv::Mat& mat) {
    Image image{.width = mat.cols, .height = mat.rows, .channels = mat.channels()};
    image.pixels.resize(mat.total() * mat.elemSize());
    cv::Mat target(mat.rows, mat.cols, mat.type(), image.pixels.data());
    mat.copyTo(target);
    return image;
}

cv::Mat to8Bit(const cv::Mat& mat) {
    cv::Mat result;
    if (mat.depth() == CV_16U)
        mat.convertTo(result, CV_8U, 255.0 / 65535.0);
    else if (mat.depth() == CV_8U)
        result = mat;
    else
        throw Error("its pixels are neither 8 nor 16 bits deep; convert it to PNG or JPEG");
    return result;
}

// BGRA, 8 bits → BGR.
cv::Mat onWhite(const cv::Mat& bgra) {
    cv::Mat result(bgra.rows, bgra.cols, CV_8UC3);
    for (int y = 0; y < bgra.rows; ++y) {
        const auto* from = bgra.ptr<cv::Vec4b>(y);
        auto* to = result.ptr<cv::Vec3b>(y);
        for (int x = 0; x < bgra.cols; ++x) {
            const int alpha = from[x][3];
            for (int c = 0; c < 3; ++c)
                to[x][c] = static_cast<std::uint8_t>((from[x][c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
    return result;
}

// The largest of OpenCV's reductions that keeps the shorter side at `leastSide` or more.
int reducedColour(const EncodedImage& encoded, int leastSide) {
    const std::int64_t side = std::min(encoded.width, encoded.height);
    if (leastSide <= 0 || encoded.format != PictureFormat::Jpeg) return cv::IMREAD_COLOR;
    if (side / 8 >= leastSide) return cv::IMREAD_REDUCED_COLOR_8;
    if (side / 4 >= leastSide) return cv::IMREAD_REDUCED_COLOR_4;
    if (side / 2 >= leastSide) return cv::IMREAD_REDUCED_COLOR_2;
    return cv::IMREAD_COLOR;
}

cv::Mat decodeWith(const cv::Mat& buffer, int flags) {
    cv::Mat mat = pictureCodec().imdecode(buffer, flags);
    if (mat.empty()) throw Error("it is damaged, or of a kind that cannot be read; save it anew");
    return mat;
}

// Before any memory is made for it: a few bytes may claim to be a picture of any size.
void checkBeforeDecoding(const EncodedImage& encoded) {
    if (encoded.format == PictureFormat::Unknown)
        throw Error("it is no picture of a known format; those that can be opened here are " + openableFormats());
    if (!canOpen(encoded.format))
        throw Error("it is a " + formatName(encoded.format) +
                    " picture, which cannot be opened on this computer; convert it to one of " + openableFormats());
    if (encoded.truncated) throw Error("it is cut off: its end is missing");
    if (encoded.width <= 0 || encoded.height <= 0) throw Error("it is damaged: its header does not state its size");
    if (encoded.width > kMaxPixels / encoded.height)
        throw Error("it has " + std::to_string(encoded.width) + " × " + std::to_string(encoded.height) +
                    " pixels, more than can be opened; scale it down");
}

// BGR, 8 bits. OpenCV turns pictures upright, but not when it is asked to keep their transparency, and then alone it
// gives all 16 bits: so what turns out to have neither is decoded by the ordinary way.
cv::Mat decodeBgr(std::span<const std::uint8_t> bytes, int leastSide) {
    const EncodedImage encoded = inspectEncoded(bytes);
    checkBeforeDecoding(encoded);
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::uint8_t*>(bytes.data()));
    if (encoded.format == PictureFormat::Jpeg) return decodeWith(buffer, reducedColour(encoded, leastSide));

    const cv::Mat stored = decodeWith(buffer, cv::IMREAD_UNCHANGED);
    if (stored.channels() == 4) return onWhite(to8Bit(stored));
    if (stored.depth() == CV_8U) return decodeWith(buffer, cv::IMREAD_COLOR);
    cv::Mat bgr = to8Bit(stored);
    if (bgr.channels() == 1) cv::cvtColor(bgr, bgr, cv::COLOR_GRAY2BGR);
    return bgr;
}

std::vector<std::uint8_t> readBytes(const std::filesystem::path& path) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) throw Error("it is a folder");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(systemText(errno));
    const std::uintmax_t size = std::filesystem::file_size(path, failure);
    if (failure) throw Error(systemText(failure.value()));
    if (size == 0) throw Error("it is empty");
    if (size > static_cast<std::uintmax_t>(kMaxFileBytes)) throw Error("it is larger than 1 GB");
    std::vector<std::uint8_t> bytes(size);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (file.gcount() != static_cast<std::streamsize>(size)) throw Error(systemText(errno));
    return bytes;
}

// Throws Error with the bare cause, to be put behind the name of the picture.
Image decode(std::span<const std::uint8_t> encoded, int leastSide) {
    try {
        if (encoded.empty()) throw Error("it is empty");
        if (encoded.size() > static_cast<std::size_t>(kMaxFileBytes)) throw Error("it is larger than 1 GB");
        cv::Mat mat = decodeBgr(encoded, leastSide);
        cv::cvtColor(mat, mat, cv::COLOR_BGR2RGB);
        return imageOf(mat);
    } catch (const cv::Exception& fault) {
        throw Error("it cannot be decoded (" + fault.err + ")");
    } catch (const std::bad_alloc&) {
        throw Error("there is not enough memory for it; close other programs or scale it down");
    }
}

// The format is that of files with this ending; throws cv::Exception if there is none.
std::vector<std::uint8_t> encode(const Image& image, const std::string& ending) {
    const cv::Mat mat = matOf(image);
    std::vector<std::uint8_t> encoded;
    cv::Mat bgr;  // not in place, which would be in the caller's picture
    if (image.channels == 3) cv::cvtColor(mat, bgr, cv::COLOR_RGB2BGR);
    pictureCodec().imencode(ending, image.channels == 3 ? bgr : mat, encoded);
    return encoded;
}

}  // namespace

Image decodeImage(std::span<const std::uint8_t> encoded) {
    try {
        return decode(encoded, 0);
    } catch (const Error& cause) {
        throw Error(std::string("The picture cannot be opened: ") + cause.what() + ".");
    }
}

Image loadImage(const std::filesystem::path& path, int leastSide) {
    try {
        return decode(readBytes(path), leastSide);
    } catch (const Error& cause) {
        throw Error("The picture " + path.string() + " cannot be opened: " + cause.what() + ".");
    }
}

std::vector<std::uint8_t> encodePng(const Image& image) { return encode(image, ".png"); }

void saveImage(const Image& image, const std::filesystem::path& path) {
    std::vector<std::uint8_t> encoded;
    try {
        encoded = encode(image, path.extension().string());
    } catch (const cv::Exception&) {
        throw Error("The picture cannot be saved as " + path.string() +
                    ": choose a name that ends in .png, .jpg, .webp, .bmp or .tif.");
    }
    writeFileAtomically(path, std::as_bytes(std::span(encoded)));
}

Image cropCentre(const Image& image, int width, int height, double share) {
    // The side that is as long as the image's decides.
    const bool byHeight = std::int64_t{image.width} * height >= std::int64_t{image.height} * width;
    const double longest = share * (byHeight ? image.height : image.width);
    const auto side = [&](int whole, int own, int deciding) {
        const double pixels = longest * (static_cast<double>(own) / deciding);
        return std::min(whole, std::max(1, static_cast<int>(std::lround(pixels))));
    };
    const int wide = side(image.width, width, byHeight ? height : width);
    const int high = side(image.height, height, byHeight ? height : width);
    const cv::Rect centre((image.width - wide) / 2, (image.height - high) / 2, wide, high);
    return imageOf(matOf(image)(centre));
}

Image resizeArea(const Image& image, int width, int height) {
    cv::Mat mat = matOf(image);
    // OpenCV's area mode does something of its own along a side that grows: such a side is left for the second pass.
    const cv::Size shrunk(std::min(width, image.width), std::min(height, image.height));
    if (shrunk != mat.size()) cv::resize(mat, mat, shrunk, 0, 0, cv::INTER_AREA);
    if (cv::Size(width, height) != mat.size()) cv::resize(mat, mat, cv::Size(width, height), 0, 0, cv::INTER_LINEAR);
    return imageOf(mat);
}

Image resizeBilinear(const Image& image, int width, int height) {
    // In floating point, because OpenCV weighs 8-bit pixels with 11-bit fractions only.
    cv::Mat mat;
    matOf(image).convertTo(mat, CV_32F);
    cv::resize(mat, mat, cv::Size(width, height), 0, 0, cv::INTER_LINEAR);
    mat.convertTo(mat, CV_8U);
    return imageOf(mat);
}

Image convertChannels(const Image& image, int channels) {
    if ((channels != 1 && channels != 3) || (image.channels != 1 && image.channels != 3))
        throw Error("A picture has 1 or 3 channels, not " + std::to_string(channels) + ".");
    if (channels == image.channels) return image;
    cv::Mat mat;
    cv::cvtColor(matOf(image), mat, channels == 1 ? cv::COLOR_RGB2GRAY : cv::COLOR_GRAY2RGB);
    return imageOf(mat);
}

}  // namespace vit
