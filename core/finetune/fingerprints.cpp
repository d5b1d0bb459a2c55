// SPDX-License-Identifier: GPL-3.0-or-later
// An image after the other, many at a time.
#include "core/finetune/fingerprints.h"

#include "core/base/parallel.h"
#include "core/io/checksum.h"

#include <cstdint>
#include <span>

namespace vit {

namespace {

std::vector<std::string> sumsOf(const ImageSource& images, const std::string& what, const Progress& progress) {
    std::vector<std::string> sums(static_cast<std::size_t>(images.count()));
    parallelFor(
        images.count(),
        [&](std::int64_t i) {
            std::vector<std::uint8_t> memory(images.shape().bytes());
            const std::span<const std::uint8_t> pixels = images.read(i, memory);
            sums[static_cast<std::size_t>(i)] = checksumOf(std::as_bytes(pixels), ChecksumKind::Sha256).hex;
        },
        [&](std::int64_t done) { report(progress, what, done, images.count()); });
    return sums;
}

}  // namespace

Fingerprints fingerprintsOf(const Dataset& data, const Progress& progress) {
    Fingerprints found;
    found.train = sumsOf(data.train(), "Looking at the training photos", progress);
    found.test = sumsOf(data.test(), "Looking at the test photos", progress);
    const ImageShape& shape = data.shape();
    std::string text = std::to_string(shape.width) + ' ' + std::to_string(shape.height) + ' ' +
                       std::to_string(shape.channels) + '\n';
    for (const std::string& name : data.classNames()) text += name + '\n';
    for (std::size_t i = 0; i < found.train.size(); ++i)
        text += found.train[i] + ' ' + std::to_string(data.train().label(static_cast<std::int64_t>(i))) + '\n';
    text += "test\n";
    for (std::size_t i = 0; i < found.test.size(); ++i)
        text += found.test[i] + ' ' + std::to_string(data.test().label(static_cast<std::int64_t>(i))) + '\n';
    found.all = checksumOf(std::as_bytes(std::span(text)), ChecksumKind::Sha256).hex;
    return found;
}

}  // namespace vit
