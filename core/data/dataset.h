// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled images of one size in memory, as 8-bit values and in one copy, shared read-only between threads.
#pragma once

#include "core/data/images/image.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vit {

enum class Split { Train, Validation, Test };
const char* splitName(Split split);  // "train", "validation", "test"

// Images of one table, [count, height, width, channels], channel fastest.
struct ImageTable {
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;  // one an image, 0 … classes-1
};

// Per-channel mean and standard deviation of the stored training images, of 0–255 values.
struct ChannelStatistics {
    std::array<double, 3> mean{};
    std::array<double, 3> deviation{};
};

class Dataset {
public:
    struct Shape {
        int width = 0;
        int height = 0;
        int channels = 3;
        bool operator==(const Shape&) const = default;
    };

    // `train` and `test` as stored; the tables' sizes must agree with the shape and labels with the class names, or
    // Error.
    Dataset(std::string name, Shape shape, std::vector<std::string> classNames, ImageTable train, ImageTable test);

    const std::string& name() const { return m_name; }
    const Shape& shape() const { return m_shape; }
    const std::vector<std::string>& classNames() const { return m_classNames; }
    std::int64_t classes() const { return static_cast<std::int64_t>(m_classNames.size()); }
    std::int64_t imageBytes() const { return std::int64_t{m_shape.width} * m_shape.height * m_shape.channels; }

    const ImageTable& trainTable() const { return m_train; }  // the validation images are its last ones
    const ImageTable& testTable() const { return m_test; }
    std::int64_t trainCount() const { return static_cast<std::int64_t>(m_train.labels.size()); }
    std::int64_t testCount() const { return static_cast<std::int64_t>(m_test.labels.size()); }

    // Over the whole training table, as the published example adapts before it splits.
    const ChannelStatistics& statistics() const { return m_statistics; }

private:
    std::string m_name;
    Shape m_shape;
    std::vector<std::string> m_classNames;
    ImageTable m_train;
    ImageTable m_test;
    ChannelStatistics m_statistics;
};

// One split of a data set as positions in a table. Train and Validation share the training table: the last
// `validationShare` of it (rounded as Keras does: train = floor(n * (1 - share))) is Validation.
class DatasetView {
public:
    DatasetView(std::shared_ptr<const Dataset> dataset, Split split, double validationShare,
                std::int64_t trainLimit = 0);

    std::int64_t count() const { return m_count; }
    Split split() const { return m_split; }
    const Dataset& dataset() const { return *m_dataset; }
    std::int32_t label(std::int64_t index) const { return m_table->labels[static_cast<std::size_t>(m_first + index)]; }
    std::span<const std::uint8_t> pixels(std::int64_t index) const;
    Image image(std::int64_t index) const;

private:
    std::shared_ptr<const Dataset> m_dataset;
    const ImageTable* m_table;
    Split m_split;
    std::int64_t m_first = 0;
    std::int64_t m_count = 0;
};

// A photo as a model was trained to see it: centre square, brought (area) to the training images' size and channels.
// The model's input pipeline then resizes it to the input size.
Image prepareForModel(const Image& photo, const Dataset::Shape& nativeShape);

}  // namespace vit
