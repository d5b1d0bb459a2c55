// SPDX-License-Identifier: GPL-3.0-or-later
// Keras's two ways to lay weights out in an HDF5 file; tests/parity/golden_weight_files.py describes both.
#include "core/import/keras_layers.h"

#include "core/base/error.h"

#include <algorithm>

namespace vit {

namespace {

[[noreturn]] void fail(const Hdf5File& file, const std::string& what) {
    throw Error(file.path().string() + " " + what);
}

// Keras 3 (and Keras 2 from 2.12 on, as .weights.h5): a group for each layer, named by its class and counted within it.
class ByClass {
public:
    ByClass(const Hdf5File& file, std::string root) : m_file(file), m_root(std::move(root)) {}

    KerasLayers read() const {
        KerasLayers layers;
        layers.format = "Keras 3";
        layers.inputStatistics = statistics();
        const std::string encoder = patchEncoder();
        layers.projection = dense(encoder + "/projection");
        layers.positions = m_file.read(encoder + "/position_embedding/vars/0");
        for (const std::string& group : all("layer_normalization"))
            layers.norms.push_back({variable(group, 0), variable(group, 1)});
        for (const std::string& group : all("multi_head_attention")) layers.attentions.push_back(attention(group));
        for (const std::string& group : all("dense")) layers.denses.push_back(dense(group));
        if (m_file.contains(m_root + "/flatten")) layers.summary = KerasSummary::Flatten;
        if (m_file.contains(m_root + "/global_average_pooling1d")) layers.summary = KerasSummary::GlobalAveragePooling;
        return layers;
    }

private:
    const Hdf5File& m_file;
    std::string m_root;

    FloatArray variable(const std::string& group, int index) const {
        return m_file.read(group + "/vars/" + std::to_string(index));
    }

    KerasDense dense(const std::string& group) const { return {variable(group, 0), variable(group, 1)}; }

    // kind, kind_1, kind_2, …
    std::vector<std::string> all(const std::string& kind) const {
        std::vector<std::string> groups;
        for (std::string group = m_root + "/" + kind; m_file.contains(group);
             group = m_root + "/" + kind + "_" + std::to_string(groups.size())) {
            groups.push_back(group);
        }
        return groups;
    }

    KerasAttention attention(const std::string& group) const {
        const auto part = [&](const std::string& name) {
            const std::string plain = group + "/" + name;
            return dense(m_file.contains(plain) ? plain : group + "/_" + name);
        };
        return {part("query_dense"), part("key_dense"), part("value_dense"), part("output_dense")};
    }

    // Known by its two parts, whatever the user called the class.
    std::string patchEncoder() const {
        for (const std::string& child : m_file.children(m_root)) {
            std::string group = m_root + "/" + child;
            if (m_file.contains(group + "/projection/vars/0") && m_file.contains(group + "/position_embedding/vars/0"))
                return group;
        }
        fail(m_file,
             "has no patch encoder (a layer with a projection and a position_embedding): it is not of the example.");
    }

    // In the model itself or in a Sequential of preprocessing layers.
    std::vector<FloatArray> statistics() const {
        std::vector<FloatArray> found = statisticsAmong(m_root);
        for (const std::string& child : m_file.children(m_root))
            if (found.empty()) found = statisticsAmong(m_root + "/" + child + "/layers");
        return found;
    }

    std::vector<FloatArray> statisticsAmong(const std::string& layers) const {
        const std::string group = layers + "/normalization";
        if (!m_file.contains(group + "/vars/1")) return {};
        return {variable(group, 0), variable(group, 1)};
    }
};

// Keras 2's .h5: layers under the names of the user's session, listed in the order of use; told apart by their weights.
class ByOrder {
public:
    ByOrder(const Hdf5File& file, std::string root) : m_file(file), m_root(std::move(root)) {}

    KerasLayers read() const {
        KerasLayers layers;
        layers.format = "Keras 2";
        for (const std::string& name : m_file.texts(m_root, "layer_names")) {
            const std::string group = m_root.empty() ? name : m_root + "/" + name;
            if (!m_file.contains(group)) fail(m_file, "lists the layer " + name + " but does not hold it.");
            add(layers, name, weightsOf(group));
        }
        if (layers.positions.values.empty())
            fail(m_file, "has no patch encoder (a layer with a position embedding): it is not of the example.");
        return layers;
    }

private:
    const Hdf5File& m_file;
    std::string m_root;

    struct Weight {
        std::string name;  // as in weight_names, with a slash in front: "/multi_head_attention/query/kernel:0"
        std::string path;
    };
    using Weights = std::vector<Weight>;

    Weights weightsOf(const std::string& group) const {
        Weights weights;
        for (const std::string& text : m_file.texts(group, "weight_names")) {
            const std::string name = "/" + text;
            weights.push_back({name, group + name});
        }
        return weights;
    }

    static const Weight* find(const Weights& weights, const std::string& part) {
        const auto found = std::find_if(weights.begin(), weights.end(),
                                        [&](const Weight& w) { return w.name.find(part) != std::string::npos; });
        return found == weights.end() ? nullptr : &*found;
    }

    FloatArray required(const std::string& layer, const Weights& weights, const std::string& part) const {
        const Weight* weight = find(weights, part);
        if (weight == nullptr) fail(m_file, "has a layer " + layer + " without " + part.substr(1) + ".");
        return m_file.read(weight->path);
    }

    KerasDense dense(const std::string& layer, const Weights& weights, const std::string& part = "") const {
        return {required(layer, weights, part + "/kernel"), required(layer, weights, part + "/bias")};
    }

    void add(KerasLayers& layers, const std::string& name, const Weights& weights) const {
        if (weights.empty()) {
            if (name.starts_with("flatten")) layers.summary = KerasSummary::Flatten;
            if (name.starts_with("global_average_pooling1d")) layers.summary = KerasSummary::GlobalAveragePooling;
        } else if (find(weights, "/mean:")) {
            layers.inputStatistics = {required(name, weights, "/mean:"), required(name, weights, "/variance:")};
        } else if (find(weights, "/embeddings")) {
            layers.projection = dense(name, weights);
            layers.positions = required(name, weights, "/embeddings");
        } else if (find(weights, "/query/")) {
            layers.attentions.push_back({dense(name, weights, "/query"), dense(name, weights, "/key"),
                                         dense(name, weights, "/value"), dense(name, weights, "/attention_output")});
        } else if (find(weights, "/gamma")) {
            layers.norms.push_back({required(name, weights, "/gamma"), required(name, weights, "/beta")});
        } else if (find(weights, "/kernel")) {
            layers.denses.push_back(dense(name, weights));
        } else {
            fail(m_file, "has a layer " + name + " that is none of the example's.");
        }
    }
};

}  // namespace

KerasLayers readKerasLayers(const std::filesystem::path& path) {
    const Hdf5File file(path);
    for (const char* root : {"layers", "_layer_checkpoint_dependencies"})
        if (file.contains(root)) return ByClass(file, root).read();
    for (const char* root : {"", "model_weights"})
        if ((*root == '\0' || file.contains(root)) && !file.texts(root, "layer_names").empty())
            return ByOrder(file, root).read();
    fail(file, "holds no Keras weights. Save them with model.save_weights(\"NAME.weights.h5\").");
}

}  // namespace vit
