// SPDX-License-Identifier: GPL-3.0-or-later
// Checks a data set's tables, measures its channels and cuts it into splits.
#include "core/data/dataset.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

void check(const std::string& name, const Dataset::Shape& shape, std::int64_t classes, const ImageTable& table,
           Split split) {
    const std::string where = "Data set " + name + ", " + splitName(split) + " images: ";
    const std::size_t imageBytes = static_cast<std::size_t>(shape.width) * shape.height * shape.channels;
    const std::size_t expected = table.labels.size() * imageBytes;
    if (table.pixels.size() != expected)
        throw Error(where + std::to_string(table.labels.size()) + " labels need " + std::to_string(expected) +
                    " bytes of pixels, but there are " + std::to_string(table.pixels.size()) + ".");
    const auto wrong = std::find_if(table.labels.begin(), table.labels.end(),
                                    [classes](std::int32_t label) { return label < 0 || label >= classes; });
    if (wrong != table.labels.end())
        throw Error(where + "image " + std::to_string(wrong - table.labels.begin()) + " has label " +
                    std::to_string(*wrong) + ", but there are " + std::to_string(classes) + " classes.");
}

// Exact integer sums; the variance is the population's.
ChannelStatistics measure(const std::vector<std::uint8_t>& pixels, int channels) {
    std::array<std::uint64_t, 3> sum{};
    std::array<std::uint64_t, 3> squares{};
    const auto step = static_cast<std::size_t>(channels);
    for (std::size_t c = 0; c < step; ++c) {
        for (std::size_t i = c; i < pixels.size(); i += step) {
            const std::uint64_t value = pixels[i];
            sum[c] += value;
            squares[c] += value * value;
        }
    }
    ChannelStatistics result;
    const double count = static_cast<double>(pixels.size()) / static_cast<double>(step);
    for (std::size_t c = 0; c < step; ++c) {
        result.mean[c] = static_cast<double>(sum[c]) / count;
        const double variance = static_cast<double>(squares[c]) / count - result.mean[c] * result.mean[c];
        result.deviation[c] = std::sqrt(std::max(0.0, variance));
    }
    return result;
}

}  // namespace

const char* splitName(Split split) {
    switch (split) {
        case Split::Train: return "train";
        case Split::Validation: return "validation";
        case Split::Test: return "test";
    }
    return "";
}

Dataset::Dataset(std::string name, Shape shape, std::vector<std::string> classNames, ImageTable train, ImageTable test)
    : m_name(std::move(name)),
      m_shape(shape),
      m_classNames(std::move(classNames)),
      m_train(std::move(train)),
      m_test(std::move(test)) {
    if (shape.width <= 0 || shape.height <= 0 || (shape.channels != 1 && shape.channels != 3))
        throw Error("Data set " + m_name + ": images of " + std::to_string(shape.width) + " × " +
                    std::to_string(shape.height) + " × " + std::to_string(shape.channels) +
                    " cannot be used; they need a width, a height and 1 or 3 channels.");
    if (m_classNames.empty()) throw Error("Data set " + m_name + " has no classes.");
    if (m_train.labels.empty()) throw Error("Data set " + m_name + " has no training images.");
    check(m_name, shape, classes(), m_train, Split::Train);
    check(m_name, shape, classes(), m_test, Split::Test);
    m_statistics = measure(m_train.pixels, shape.channels);
}

DatasetView::DatasetView(std::shared_ptr<const Dataset> dataset, Split split, double validationShare,
                         std::int64_t trainLimit)
    : m_dataset(std::move(dataset)), m_table(&m_dataset->trainTable()), m_split(split) {
    if (split == Split::Test) {
        m_table = &m_dataset->testTable();
        m_count = m_dataset->testCount();
        return;
    }
    const std::int64_t all = m_dataset->trainCount();
    const auto train = static_cast<std::int64_t>(std::floor(static_cast<double>(all) * (1.0 - validationShare)));
    if (train < 1 || train > all)
        throw InvalidInput(Issues{{"data.validation_share",
                                   "Choose a share that leaves some of the " + std::to_string(all) +
                                       " training images for training."}});
    if (split == Split::Validation) {
        m_first = train;
        m_count = all - train;
    } else {
        m_count = trainLimit > 0 ? std::min(train, trainLimit) : train;
    }
}

std::span<const std::uint8_t> DatasetView::pixels(std::int64_t index) const {
    const auto bytes = static_cast<std::size_t>(m_dataset->imageBytes());
    return std::span(m_table->pixels).subspan(static_cast<std::size_t>(m_first + index) * bytes, bytes);
}

Image DatasetView::image(std::int64_t index) const {
    const Dataset::Shape& shape = m_dataset->shape();
    const std::span<const std::uint8_t> from = pixels(index);
    return {.width = shape.width,
            .height = shape.height,
            .channels = shape.channels,
            .pixels = {from.begin(), from.end()}};
}

}  // namespace vit
