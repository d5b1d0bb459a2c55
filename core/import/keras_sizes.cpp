// SPDX-License-Identifier: GPL-3.0-or-later
// From the shapes of Keras's arrays to a configuration.
#include "core/import/keras_sizes.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/import/array_shapes.h"

#include <algorithm>
#include <span>

namespace vit {

namespace {

using Shape = std::vector<std::int64_t>;

// Works out the configuration; what does not fit is collected, so that a person sees all of it at once.
class Sizes {
public:
    Sizes(const KerasLayers& layers, const Config& base) : m_layers(layers), m_config(base) {}

    Config find() {
        checkRanks();
        stopIfWrong();  // the shapes below have the right number of axes from here on
        findPatches();
        findBlocks();
        stopIfWrong();
        splitDenses();
        stopIfWrong();
        if (Issues issues = validate(m_config); !issues.empty()) throw InvalidInput(std::move(issues));
        return m_config;
    }

private:
    const KerasLayers& m_layers;
    Config m_config;
    std::string m_problems;

    void wrong(const std::string& what) { m_problems += "\n  " + what; }

    void expect(const std::string& what, const FloatArray& array, const Shape& shape) {
        if (array.shape != shape)
            wrong(what + " has shape " + shapeText(array.shape) + " where " + shapeText(shape) + " would fit");
    }

    void stopIfWrong() const {
        if (!m_problems.empty()) throw InvalidInput("These are not the weights of the example's model:" + m_problems);
    }

    void checkRanks() {
        const auto rank = [this](const std::string& what, const FloatArray& array, std::size_t axes) {
            if (array.shape.size() != axes || array.values.empty())
                wrong(what + " has shape " + shapeText(array.shape) + "; expected are " + std::to_string(axes) +
                      (axes == 1 ? " axis" : " axes"));
        };
        rank("the patch projection's kernel", m_layers.projection.kernel, 2);
        rank("the position embedding", m_layers.positions, 2);
        for (const KerasAttention& attention : m_layers.attentions) rank("a query kernel", attention.query.kernel, 3);
        for (const KerasDense& dense : m_layers.denses) rank("a dense layer's kernel", dense.kernel, 2);
        if (m_layers.attentions.empty()) wrong("there is no multi-head attention");
        if (m_layers.denses.empty()) wrong("there is no dense layer");
    }

    void findPatches() {
        ModelConfig& model = m_config.model;
        const std::int64_t elements = m_layers.projection.inputs();
        const std::int64_t patches = m_layers.positions.shape[0];
        model.projectionDim = m_layers.projection.outputs();
        expect("the patch projection's bias", m_layers.projection.bias, {model.projectionDim});
        expect("the position embedding", m_layers.positions, {patches, model.projectionDim});
        model.patchSize = elements % kKerasChannels == 0 ? squareRoot(elements / kKerasChannels) : 0;
        if (model.patchSize == 0) wrong(std::to_string(elements) + " elements are no square patch of three channels");
        const std::int64_t side = squareRoot(patches);
        if (side == 0) wrong(std::to_string(patches) + " positions are no square of patches (is there a class token?)");
        model.imageSize = side * model.patchSize;
        if (!m_layers.inputStatistics.empty()) {
            expect("the normalisation's mean", m_layers.inputStatistics[0], {kKerasChannels});
            expect("the normalisation's variance", m_layers.inputStatistics[1], {kKerasChannels});
        }
    }

    void findBlocks() {
        ModelConfig& model = m_config.model;
        const std::int64_t dim = model.projectionDim;
        model.layers = static_cast<std::int64_t>(m_layers.attentions.size());
        model.heads = m_layers.attentions[0].query.kernel.shape[1];
        model.keyDim = m_layers.attentions[0].query.kernel.shape[2];
        const std::size_t norms = 2 * m_layers.attentions.size() + 1;
        if (m_layers.norms.size() != norms)
            wrong("there are " + std::to_string(m_layers.norms.size()) + " layer normalisations for " +
                  std::to_string(model.layers) + " blocks; expected are " + std::to_string(norms));
        for (const KerasNorm& norm : m_layers.norms) {
            expect("a layer normalisation's gamma", norm.gamma, {dim});
            expect("a layer normalisation's beta", norm.beta, {dim});
        }
        for (const KerasAttention& attention : m_layers.attentions) {
            for (const KerasDense* part : {&attention.query, &attention.key, &attention.value}) {
                expect("a query, key or value kernel", part->kernel, {dim, model.heads, model.keyDim});
                expect("a query, key or value bias", part->bias, {model.heads, model.keyDim});
            }
            expect("an attention's output kernel", attention.output.kernel, {model.heads, model.keyDim, dim});
            expect("an attention's output bias", attention.output.bias, {dim});
        }
    }

    // Keras numbers all dense layers in one row: the blocks' first, then the head's. The blocks have equal shapes and
    // end at the projection dimension; the head begins with the width of all tokens or of one.
    void splitDenses() {
        for (const KerasDense& dense : m_layers.denses) expect("a dense layer's bias", dense.bias, {dense.outputs()});
        std::vector<std::size_t> possible;
        for (std::size_t each = 1; each * m_layers.attentions.size() < m_layers.denses.size(); ++each)
            if (blocksFit(each) && headFits(each)) possible.push_back(each);
        if (possible.empty()) {
            wrong("the dense layers cannot be divided into " + std::to_string(m_config.model.layers) +
                  " equal blocks and a head");
            return;
        }
        std::size_t each = possible.front();
        if (possible.size() > 1) {
            each = m_config.model.mlpUnits.size();
            if (std::find(possible.begin(), possible.end(), each) == possible.end()) {
                wrong(
                    "it is not clear how many dense layers a block has; set model.mlp_units to the example's "
                    "transformer_units");
                return;
            }
        }
        m_config.model.mlpUnits = widths(blockDenses(0, each));
        m_config.head.units = widths(headDenses(each));
        m_config.head.units.pop_back();  // the last one is the classifier
        m_config.head.type = headType(each);
    }

    using Denses = std::span<const KerasDense>;

    Denses blockDenses(std::size_t block, std::size_t each) const {
        return Denses(m_layers.denses).subspan(block * each, each);
    }
    Denses headDenses(std::size_t each) const {
        return Denses(m_layers.denses).subspan(m_layers.attentions.size() * each);
    }

    static std::vector<std::int64_t> widths(Denses denses) {
        std::vector<std::int64_t> all;
        for (const KerasDense& dense : denses) all.push_back(dense.outputs());
        return all;
    }

    static bool follow(Denses denses, std::int64_t inputs) {
        for (const KerasDense& dense : denses) {
            if (dense.inputs() != inputs) return false;
            inputs = dense.outputs();
        }
        return true;
    }

    bool blocksFit(std::size_t each) const {
        const std::int64_t dim = m_config.model.projectionDim;
        for (std::size_t i = 0; i < m_layers.attentions.size(); ++i) {
            const Denses block = blockDenses(i, each);
            if (!follow(block, dim) || block.back().outputs() != dim) return false;
            if (widths(block) != widths(blockDenses(0, each))) return false;
        }
        return true;
    }

    bool headFits(std::size_t each) const {
        const Denses head = headDenses(each);
        const std::int64_t dim = m_config.model.projectionDim;
        const bool all = head.front().inputs() == dim * m_layers.positions.shape[0];
        const bool one = head.front().inputs() == dim;
        const bool asSaid = (m_layers.summary != KerasSummary::Flatten || all) &&
                            (m_layers.summary != KerasSummary::GlobalAveragePooling || one);
        return (all || one) && asSaid && follow(head, head.front().inputs());
    }

    HeadType headType(std::size_t each) const {
        if (m_layers.summary == KerasSummary::GlobalAveragePooling) return HeadType::GlobalAveragePooling;
        const bool all =
            headDenses(each).front().inputs() == m_config.model.projectionDim * m_layers.positions.shape[0];
        return all ? HeadType::Flatten : HeadType::GlobalAveragePooling;
    }
};

}  // namespace

Config configOf(const KerasLayers& layers, const Config& base) {
    return Sizes(layers, base).find();
}

}  // namespace vit
