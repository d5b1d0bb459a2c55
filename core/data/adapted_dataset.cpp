// SPDX-License-Identifier: GPL-3.0-or-later
// Labels are looked up, images prepared when they are read.
#include "core/data/adapted_dataset.h"

#include "core/base/error.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace vit {

namespace {

class AdaptedSource : public ImageSource {
public:
    // `labels`: the model's class of each class. `owner` keeps `source` alive.
    AdaptedSource(std::shared_ptr<const Dataset> owner, const ImageSource& source, const ImageShape& shape,
                  std::vector<std::int32_t> labels)
        : m_owner(std::move(owner)), m_source(source), m_shape(shape), m_labels(std::move(labels)) {}

    const ImageShape& shape() const override { return m_shape; }
    std::int64_t count() const override { return m_source.count(); }
    std::int32_t label(std::int64_t index) const override {
        return m_labels[static_cast<std::size_t>(m_source.label(index))];
    }
    bool isAtHand(std::int64_t index) const override {
        return m_source.shape() == m_shape && m_source.isAtHand(index);
    }
    std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const override {
        const ImageShape& from = m_source.shape();
        if (from == m_shape) return m_source.read(index, into);
        Image image{from.width, from.height, from.channels, std::vector<std::uint8_t>(from.bytes())};
        m_source.fill(index, image.pixels);
        const Image prepared = prepareForModel(image, m_shape);
        std::copy(prepared.pixels.begin(), prepared.pixels.end(), into.begin());
        return into.first(prepared.pixels.size());
    }

private:
    std::shared_ptr<const Dataset> m_owner;
    const ImageSource& m_source;
    ImageShape m_shape;
    std::vector<std::int32_t> m_labels;
};

std::vector<std::int32_t> labelsFor(const DataDescription& model, const Dataset& dataset) {
    std::vector<std::int32_t> labels;
    for (const std::string& name : dataset.classNames()) {
        const auto found = std::find(model.classNames.begin(), model.classNames.end(), name);
        if (found == model.classNames.end()) {
            throw InvalidInput("The model does not know the class \"" + name + "\" of the data set " + dataset.name() +
                               ": choose data whose classes are among the " + std::to_string(model.classNames.size()) +
                               " of " + model.dataset + ", which it was trained on.");
        }
        labels.push_back(static_cast<std::int32_t>(found - model.classNames.begin()));
    }
    return labels;
}

}  // namespace

std::shared_ptr<const Dataset> adaptedTo(const DataDescription& model, std::shared_ptr<const Dataset> dataset) {
    const bool sameClasses = dataset->classNames() == model.classNames;
    if (sameClasses && dataset->shape() == model.nativeShape) return dataset;
    const std::vector<std::int32_t> labels = labelsFor(model, *dataset);
    const auto adapted = [&](const ImageSource& source) {
        return std::make_shared<const AdaptedSource>(dataset, source, model.nativeShape, labels);
    };
    LabelledImages images{model.classNames, adapted(dataset->train()), adapted(dataset->test()),
                          sameClasses ? dataset->superclasses() : std::vector<std::string>()};
    images.validation = dataset->validationCount();
    return std::make_shared<const Dataset>(dataset->name(), std::move(images), model.statistics);
}

}  // namespace vit
