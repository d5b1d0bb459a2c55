// SPDX-License-Identifier: GPL-3.0-or-later
// A row a picture, and products with all rows.
#include "core/inspect/neighbours.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/inspect/tensor_arrays.h"
#include "core/model/classifier.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vit {

namespace {

constexpr std::int64_t kMostNumbers = std::int64_t{1} << 28;  // of an index: 1 GiB

bool hasHiddenLayer(const Config& config) { return !config.head.units.empty(); }

// In fp32, whatever the model trains with.
std::shared_ptr<LoadedModel> copyOf(LoadedModel& model) {
    Classifier& from = model.classifier();
    auto copy = std::make_shared<Classifier>(from.config(), from.description(), from.device());
    const torch::NoGradGuard noGrad;
    const std::vector<Weight> weights = from.network()->weights();
    const std::vector<Weight> own = copy->network()->weights();
    for (std::size_t i = 0; i < own.size(); ++i) own[i].tensor.copy_(weights[i].tensor);
    return std::make_shared<LoadedModel>(std::move(copy), model.state());
}

// Whether all the tokens' numbers enter the last layer.
bool takesAllTokens(const Config& config) { return config.head.type == HeadType::Flatten && !hasHiddenLayer(config); }

// Prepared images [B, C, S, S] -> [B, F] on the CPU.
torch::Tensor features(LoadedModel& model, const torch::Tensor& prepared) {
    VisionTransformer& network = model.classifier().network();
    const bool mean = takesAllTokens(model.config());
    torch::Tensor found;
    network->forward(prepared, {}, [&](const std::string& name, const torch::Tensor& value) {
        if (name == (mean ? "norm" : "head_input")) found = value;
    });
    if (mean) found = found.slice(1, prefixCount(model.config().model, model.config().head)).mean(1);
    std::vector<torch::nn::Linear>& layers = network->head->layers;
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) found = torch::gelu(layers[i](found));
    return found.to(torch::kCPU, torch::kFloat32).contiguous();
}

// The images at `first` and after it, prepared: [count, C, S, S].
torch::Tensor preparedPart(LoadedModel& model, const DatasetView& images, std::int64_t first, std::int64_t count) {
    std::vector<std::int64_t> positions(static_cast<std::size_t>(count));
    std::iota(positions.begin(), positions.end(), first);
    return model.classifier().pipeline().prepare(gather(images, positions).images);
}

torch::Tensor units(const torch::Tensor& rows) { return rows / rows.norm(2, {1}, true).clamp_min(1e-30); }

}  // namespace

std::int64_t featureCount(const Config& config) {
    if (hasHiddenLayer(config)) return config.head.units.back();
    return takesAllTokens(config) ? config.model.projectionDim : headInputs(config.model, config.head);
}

std::string featuresText(const Config& config) {
    const std::string numbers = "the " + groupedText(featureCount(config)) + " numbers ";
    return numbers + (takesAllTokens(config) ? "of the mean of the tokens after the final norm"
                                                : "that enter the head's last layer");
}

std::vector<float> featuresOf(LoadedModel& model, const Image& photo) {
    const torch::NoGradGuard noGrad;
    return toArray(features(model, model.classifier().prepare(photo))[0]).values;
}

std::vector<float> featuresOf(LoadedModel& model, const DatasetView& images) {
    const torch::NoGradGuard noGrad;
    const int channels = images.dataset().shape().channels;
    if (channels != model.nativeShape().channels)
        throw InvalidInput("The model takes images of " + std::to_string(model.nativeShape().channels) +
                           (model.nativeShape().channels == 1 ? " channel" : " channels") + ", those of " +
                           images.dataset().name() + " have " + std::to_string(channels) + ": choose another model.");
    const std::int64_t batch = std::max<std::int64_t>(1, model.config().run.imagesAtOnce());
    std::vector<float> rows;
    for (std::int64_t first = 0; first < images.count(); first += batch) {
        const std::int64_t count = std::min(batch, images.count() - first);
        const FloatArray part = toArray(features(model, preparedPart(model, images, first, count)));
        rows.insert(rows.end(), part.values.begin(), part.values.end());
    }
    return rows;
}

std::shared_ptr<NeighbourIndex> beginIndex(LoadedModel& model, const DatasetView& images) {
    const Dataset& data = images.dataset();
    if (data.classNames() != model.classNames())
        throw InvalidInput("The data set " + data.name() + " has other classes than the model, which was trained on " +
                           model.description().dataset + ": look for neighbours there.");
    if (images.count() == 0)
        throw InvalidInput("The data set " + data.name() + " has no " + splitName(images.split()) +
                           " images in this run: choose another split.");
    const std::int64_t count = featureCount(model.config());
    if (images.count() > kMostNumbers / count)
        throw InvalidInput("The features of " + groupedText(images.count()) + " images would take more than 1 GiB: "
                           "choose a smaller split.");
    auto index = std::make_shared<NeighbourIndex>(NeighbourIndex{copyOf(model), images, count, {}});
    index->rows.reserve(static_cast<std::size_t>(images.count() * count));
    return index;
}

void extendIndex(NeighbourIndex& index, std::int64_t count) {
    const torch::NoGradGuard noGrad;
    const std::int64_t end = std::min(index.count() + count, index.images.count());
    while (index.count() < end) {
        const std::int64_t batch = std::min(end - index.count(), index.model->config().run.batchSize);
        const torch::Tensor prepared = preparedPart(*index.model, index.images, index.count(), batch);
        const FloatArray rows = toArray(units(features(*index.model, prepared)));
        index.rows.insert(index.rows.end(), rows.values.begin(), rows.values.end());
    }
}

std::shared_ptr<const NeighbourIndex> indexImages(LoadedModel& model, const DatasetView& images,
                                                  const LoadedModel::Progress& progress) {
    const std::shared_ptr<NeighbourIndex> index = beginIndex(model, images);
    while (!index->whole()) {
        if (progress && !progress(index->count(), images.count())) throw Cancelled();
        extendIndex(*index, model.config().run.batchSize);
    }
    return index;
}

std::vector<Neighbour> nearest(const NeighbourIndex& index, const Image& photo, int count) {
    const torch::NoGradGuard noGrad;
    const FloatArray own{{1, index.features}, featuresOf(*index.model, photo)};
    const torch::Tensor rows = torch::from_blob(const_cast<float*>(index.rows.data()), {index.count(), index.features});
    const torch::Tensor products = torch::mv(rows, units(asTensor(own))[0]).clamp(-1, 1).contiguous();
    const float* similarity = products.const_data_ptr<float>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(index.count()));
    std::iota(order.begin(), order.end(), 0);
    const auto some = std::min<std::int64_t>(std::max(count, 0), index.count());
    std::partial_sort(order.begin(), order.begin() + some, order.end(), [similarity](std::int64_t a, std::int64_t b) {
        return similarity[a] != similarity[b] ? similarity[a] > similarity[b] : a < b;
    });
    std::vector<Neighbour> found;
    for (auto place = order.begin(); place != order.begin() + some; ++place)
        found.push_back({*place, index.images.label(*place), similarity[*place]});
    return found;
}

}  // namespace vit
