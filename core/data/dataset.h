// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled images of one size as 8-bit values, shared read-only between threads, and the splits that training takes.
#pragma once

#include "core/config/config.h"
#include "core/data/channel_statistics.h"
#include "core/data/image_source.h"
#include "core/data/images/image.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vit {

enum class Split { Train, Validation, Test };
const char* splitName(Split split);  // "train", "validation", "test"

// The two tables of a data set, as a reader of its files gives them.
struct LabelledImages {
    std::vector<std::string> classNames;
    std::shared_ptr<const ImageSource> train;  // the validation images are among them
    std::shared_ptr<const ImageSource> test;
    std::vector<std::string> superclasses = {};  // the wider class that each class belongs to; empty: none is known
    std::optional<ChannelStatistics> statistics = {};  // of the training table, where they are known without reading it
    std::int64_t validation = 0;  // so many of the last training images the data set itself sets aside; 0: none
};

class Dataset {
public:
    using Shape = ImageShape;

    // `statistics` are those of the whole training table, as the published example adapts before it splits. Both
    // tables have images of one shape, and labels and superclasses that agree with the class names, or Error; and so if
    // all training images are set aside for validation.
    Dataset(std::string name, LabelledImages images, const ChannelStatistics& statistics);

    const std::string& name() const { return m_name; }
    const Shape& shape() const { return m_images.train->shape(); }
    const std::vector<std::string>& classNames() const { return m_images.classNames; }
    const std::vector<std::string>& superclasses() const { return m_images.superclasses; }  // as in LabelledImages
    std::int64_t classes() const { return static_cast<std::int64_t>(m_images.classNames.size()); }

    const ImageSource& train() const { return *m_images.train; }
    const ImageSource& test() const { return *m_images.test; }
    std::int64_t trainCount() const { return train().count(); }
    std::int64_t testCount() const { return test().count(); }
    std::int64_t validationCount() const { return m_images.validation; }  // as in LabelledImages

    const ChannelStatistics& statistics() const { return m_statistics; }

private:
    std::string m_name;
    LabelledImages m_images;
    ChannelStatistics m_statistics;
};

// One split of a data set as positions in a table. Train and Validation share the training table: `validationShare` of it
// (rounded as Keras does: train = floor(n * (1 - share))) is Validation, the last ones or, where the configuration says
// so, of each class alike (validation_split.h) or those that the data set itself sets aside. This alone cuts splits, so all
// that look at one see the same.
class DatasetView {
public:
    // By the share, the way, the seed and the limit of training images that the configuration has. Throws InvalidInput if
    // none would be left to train with, or if it names validation images of the data set's own and there are none.
    DatasetView(std::shared_ptr<const Dataset> dataset, Split split, const DataConfig& cut);
    // The last ones.
    DatasetView(std::shared_ptr<const Dataset> dataset, Split split, double validationShare,
                std::int64_t trainLimit = 0);

    // Its images from `first` on, `count` of them or as many as there are.
    DatasetView part(std::int64_t first, std::int64_t count) const;

    std::int64_t count() const { return m_count; }
    Split split() const { return m_split; }
    const Dataset& dataset() const { return *m_dataset; }
    std::int32_t label(std::int64_t index) const { return m_source->label(place(index)); }
    // As ImageSource has them, from any thread.
    bool isAtHand(std::int64_t index) const { return m_source->isAtHand(place(index)); }
    std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const {
        return m_source->read(place(index), into);
    }
    void fill(std::int64_t index, std::span<std::uint8_t> into) const { m_source->fill(place(index), into); }
    Image image(std::int64_t index) const;

private:
    std::shared_ptr<const Dataset> m_dataset;
    const ImageSource* m_source;
    Split m_split;
    std::shared_ptr<const std::vector<std::int64_t>> m_places;  // in the table; null: one after the other
    std::int64_t m_first = 0;
    std::int64_t m_count = 0;

    std::int64_t place(std::int64_t index) const {
        return m_places ? (*m_places)[static_cast<std::size_t>(m_first + index)] : m_first + index;
    }
};

// How a data set is cut that need not be the one that `cut` was made for. That one: as it says. Another one: by its own
// validation images if it sets some aside, else as it says too, or from the end where that names such images.
DataConfig cutFor(const Dataset& dataset, DataConfig cut = {});

// A photo as a model was trained to see it: brought to the training images' size and channels as the configuration's
// photo_fit, photo_share and photo_filter say; by default the centre in the shape of the model's input `frame`, a square as a
// rule, by area. Without one that shape is the training images' own. A photo that has their size is taken as it is. The
// model's input pipeline then resizes it to the input size.
Image prepareForModel(const Image& photo, const Dataset::Shape& nativeShape, const DataConfig& how = {},
                      const std::optional<ImageSize>& frame = {});

}  // namespace vit
