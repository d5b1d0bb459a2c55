// SPDX-License-Identifier: GPL-3.0-or-later
// From Keras's layouts to the engine's.
#include "core/import/keras_import.h"

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/import/keras_layers.h"
#include "core/import/keras_sizes.h"

#include <cmath>
#include <cstring>

namespace vit {

namespace {

using Shape = std::vector<std::int64_t>;

// Keras's arrays in the engine's layouts: kernels [out, in].
class Weights {
public:
    TensorFile take(const KerasLayers& layers, const ModelConfig& model) {
        addDense("patch_embed.proj", layers.projection);
        add("pos_embed", layers.positions.shape, layers.positions.values);
        std::size_t next = 0;
        for (std::size_t i = 0; i < layers.attentions.size(); ++i) {
            const std::string block = "blocks." + std::to_string(i) + ".";
            addNorm(block + "norm1", layers.norms[2 * i]);
            addNorm(block + "norm2", layers.norms[2 * i + 1]);
            addAttention(block + "attn.", layers.attentions[i]);
            for (std::size_t j = 1; j <= model.mlpUnits.size(); ++j)
                addDense(block + "mlp.fc" + std::to_string(j), layers.denses[next++]);
        }
        addNorm("norm", layers.norms.back());
        for (std::size_t j = 0; next < layers.denses.size(); ++j)
            addDense("head." + std::to_string(j), layers.denses[next++]);
        return std::move(m_file);
    }

private:
    TensorFile m_file;

    void add(const std::string& name, const Shape& shape, const std::vector<float>& values) {
        TensorData data{"F32", shape, std::vector<std::byte>(values.size() * sizeof(float))};
        std::memcpy(data.bytes.data(), values.data(), data.bytes.size());
        m_file.tensors[name] = std::move(data);
    }

    // [rows, columns] -> [columns, rows], behind what `out` holds already
    static void appendTransposed(std::vector<float>& out, const std::vector<float>& in, std::int64_t rows,
                                 std::int64_t columns) {
        for (std::int64_t c = 0; c < columns; ++c)
            for (std::int64_t r = 0; r < rows; ++r) out.push_back(in[static_cast<std::size_t>(r * columns + c)]);
    }

    void addDense(const std::string& name, const KerasDense& dense) {
        std::vector<float> kernel;
        appendTransposed(kernel, dense.kernel.values, dense.inputs(), dense.outputs());
        add(name + ".weight", {dense.outputs(), dense.inputs()}, kernel);
        add(name + ".bias", dense.bias.shape, dense.bias.values);
    }

    void addNorm(const std::string& name, const KerasNorm& norm) {
        add(name + ".weight", norm.gamma.shape, norm.gamma.values);
        add(name + ".bias", norm.beta.shape, norm.beta.values);
    }

    void addAttention(const std::string& prefix, const KerasAttention& attention) {
        const std::int64_t dim = attention.query.kernel.shape[0];
        const std::int64_t width = attention.query.kernel.shape[1] * attention.query.kernel.shape[2];
        std::vector<float> kernel;
        std::vector<float> bias;
        for (const KerasDense* part : {&attention.query, &attention.key, &attention.value}) {
            appendTransposed(kernel, part->kernel.values, dim, width);
            bias.insert(bias.end(), part->bias.values.begin(), part->bias.values.end());
        }
        add(prefix + "qkv.weight", {3 * width, dim}, kernel);
        add(prefix + "qkv.bias", {3 * width}, bias);
        std::vector<float> output;
        appendTransposed(output, attention.output.kernel.values, width, dim);
        add(prefix + "proj.weight", {dim, width}, output);
        add(prefix + "proj.bias", attention.output.bias.shape, attention.output.bias.values);
    }
};

ChannelStatistics statisticsOf(const KerasLayers& layers, const ImportHints& hints) {
    if (!layers.inputStatistics.empty()) {
        ChannelStatistics statistics;
        for (std::size_t c = 0; c < kKerasChannels; ++c) {
            statistics.mean[c] = layers.inputStatistics[0].values[c];
            statistics.deviation[c] = std::sqrt(static_cast<double>(layers.inputStatistics[1].values[c]));
        }
        return statistics;
    }
    if (hints.statistics) return *hints.statistics;
    if (hints.dataset) return hints.dataset->statistics();
    throw InvalidInput(
        "The file holds no mean and variance of the images (a Normalization layer). Name the data set that "
        "the model was trained on, or give them.");
}

std::vector<std::string> classNamesOf(std::int64_t classes, const ImportHints& hints) {
    const auto count = static_cast<std::size_t>(classes);
    std::vector<std::string> names = hints.dataset ? hints.dataset->classNames() : hints.classNames;
    for (const std::string& name : names)
        if (!isUtf8(name))
            throw InvalidInput("The name of a class, " + escapedUtf8(name) +
                               ", is not UTF-8: save the file with the names as UTF-8.");
    if (names.empty())
        for (std::size_t i = 0; i < count; ++i) names.push_back("class " + std::to_string(i));
    if (names.size() == count) return names;
    throw InvalidInput("The model tells " + std::to_string(count) + " classes apart, but " +
                       std::to_string(names.size()) + " are named" +
                       (hints.dataset ? " by the data set " + hints.dataset->name() : "") + ".");
}

}  // namespace

ImportedModel importKeras(const std::filesystem::path& file, const ImportHints& hints) {
    const KerasLayers layers = readKerasLayers(file);
    ImportedModel model;
    Config base = configOfHints(hints);
    base.model.mlpUnits = hints.config.model.mlpUnits;  // of the example's model, what its weights do not tell
    base.model.attentionDropout = hints.config.model.attentionDropout;
    base.model.mlpDropout = hints.config.model.mlpDropout;
    base.model.normEpsilon = hints.config.model.normEpsilon;
    model.config = configOf(layers, base);
    model.origin = layers.format + " weights, " + std::filesystem::absolute(file).string();
    model.description.dataset = model.config.data.name = hints.dataset ? hints.dataset->name() : "unknown";
    model.description.classNames = classNamesOf(layers.denses.back().outputs(), hints);
    model.description.nativeShape =
        hints.dataset ? hints.dataset->shape() : Dataset::Shape{hints.nativeSize, hints.nativeSize, kKerasChannels};
    model.description.statistics = statisticsOf(layers, hints);
    if (model.description.nativeShape.channels != kKerasChannels)
        throw InvalidInput("The model takes images of three channels, those of " + model.description.dataset +
                           " have " + std::to_string(model.description.nativeShape.channels) + ".");
    model.weights = Weights().take(layers, model.config.model);
    return model;
}

}  // namespace vit
