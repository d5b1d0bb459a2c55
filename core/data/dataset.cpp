// SPDX-License-Identifier: GPL-3.0-or-later
// Checks a data set's tables and cuts it into splits.
#include "core/data/dataset.h"

#include "core/base/error.h"
#include "core/data/validation_split.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vit {

namespace {

void checkLabels(const std::string& name, std::int64_t classes, const ImageSource& images, Split split) {
    for (std::int64_t i = 0; i < images.count(); ++i) {
        const std::int32_t label = images.label(i);
        if (label < 0 || label >= classes)
            throw Error("Data set " + name + ", " + splitName(split) + " images: image " + std::to_string(i) +
                        " has label " + std::to_string(label) + ", but there are " + std::to_string(classes) +
                        " classes.");
    }
}

// So many of the training table.
std::int64_t heldBack(const Dataset& dataset, const DataConfig& cut) {
    if (cut.validationSplit == ValidationSplit::Folder) {
        if (dataset.validationCount() > 0) return dataset.validationCount();
        throw InvalidInput(Issues{{"data.validation_split",
                                   "The data set " + dataset.name() +
                                       " sets no images aside for validation, as a folder does that has train, val and "
                                       "test: take the last ones (end) or a share of each class (stratified)."}});
    }
    const std::int64_t all = dataset.trainCount();
    const auto train = static_cast<std::int64_t>(std::floor(static_cast<double>(all) * (1.0 - cut.validationShare)));
    if (train < 1 || train > all)
        throw InvalidInput(Issues{{"data.validation_share",
                                   "Choose a share that leaves some of the " + std::to_string(all) +
                                       " training images for training."}});
    return all - train;
}

std::string shapeText(const ImageShape& shape) {
    return std::to_string(shape.width) + " × " + std::to_string(shape.height) + " × " + std::to_string(shape.channels);
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

Dataset::Dataset(std::string name, LabelledImages images, const ChannelStatistics& statistics)
    : m_name(std::move(name)), m_images(std::move(images)), m_statistics(statistics) {
    const Shape& shape = this->shape();
    if (shape.width <= 0 || shape.height <= 0 || (shape.channels != 1 && shape.channels != 3))
        throw Error("Data set " + m_name + ": images of " + shapeText(shape) +
                    " cannot be used; they need a width, a height and 1 or 3 channels.");
    if (test().shape() != shape)
        throw Error("Data set " + m_name + ": the test images are of " + shapeText(test().shape()) +
                    ", but those to train with of " + shapeText(shape) + ".");
    if (classNames().empty()) throw Error("Data set " + m_name + " has no classes.");
    if (!superclasses().empty() && superclasses().size() != classNames().size())
        throw Error("Data set " + m_name + ": " + std::to_string(superclasses().size()) + " superclasses for " +
                    std::to_string(classNames().size()) + " classes.");
    if (trainCount() == 0) throw Error("Data set " + m_name + " has no training images.");
    if (validationCount() < 0 || validationCount() >= trainCount())
        throw Error("Data set " + m_name + " has only validation images, and none to train with.");
    checkLabels(m_name, classes(), train(), Split::Train);
    checkLabels(m_name, classes(), test(), Split::Test);
}

DatasetView::DatasetView(std::shared_ptr<const Dataset> dataset, Split split, double validationShare,
                         std::int64_t trainLimit)
    : DatasetView(std::move(dataset), split, DataConfig{.validationShare = validationShare, .trainLimit = trainLimit}) {}

DatasetView::DatasetView(std::shared_ptr<const Dataset> dataset, Split split, const DataConfig& cut)
    : m_dataset(std::move(dataset)), m_source(&m_dataset->train()), m_split(split) {
    if (split == Split::Test) {
        m_source = &m_dataset->test();
        m_count = m_dataset->testCount();
        return;
    }
    const std::int64_t held = heldBack(*m_dataset, cut);
    const std::int64_t train = m_dataset->trainCount() - held;
    m_count = train;
    if (split == Split::Validation) m_count = held;
    else if (cut.trainLimit > 0) m_count = std::min(train, cut.trainLimit);
    if (cut.validationSplit == ValidationSplit::Stratified) {
        TrainingParts parts = stratifiedParts(*m_source, m_dataset->classes(), held,
                                              static_cast<std::uint64_t>(cut.validationSeed));
        m_places = std::make_shared<const std::vector<std::int64_t>>(
            std::move(split == Split::Validation ? parts.validation : parts.train));
    } else if (split == Split::Validation) {
        m_first = train;
    }
}

DataConfig cutFor(const Dataset& dataset, DataConfig cut) {
    if (cut.name == dataset.name()) return cut;
    if (dataset.validationCount() > 0) cut.validationSplit = ValidationSplit::Folder;
    else if (cut.validationSplit == ValidationSplit::Folder) cut.validationSplit = ValidationSplit::End;
    return cut;
}

DatasetView DatasetView::part(std::int64_t first, std::int64_t count) const {
    DatasetView part = *this;
    part.m_first = m_first + std::clamp<std::int64_t>(first, 0, m_count);
    part.m_count = std::clamp<std::int64_t>(count, 0, m_first + m_count - part.m_first);
    return part;
}

Image DatasetView::image(std::int64_t index) const {
    const Dataset::Shape& shape = m_dataset->shape();
    Image image{.width = shape.width,
                .height = shape.height,
                .channels = shape.channels,
                .pixels = std::vector<std::uint8_t>(shape.bytes())};
    fill(index, image.pixels);
    return image;
}

}  // namespace vit
