// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/import/assembly/assembly.h"

#include "core/import/array_shapes.h"

#include <algorithm>
#include <utility>

namespace vit {

std::vector<std::string> Assembly::givenClassNames() const {
    return hints.dataset ? hints.dataset->classNames() : hints.classNames;
}

const std::vector<std::int64_t>& Assembly::shapeOf(const std::string& name, std::size_t axes) const {
    const auto found = common.find(name);
    if (found == common.end()) refuseModel(name + " is missing");
    const std::vector<std::int64_t>& shape = found->second.shape;
    if (shape.size() != axes || std::any_of(shape.begin(), shape.end(), [](std::int64_t n) { return n < 1; }))
        refuseModel(name + " has the shape " + shapeText(shape));
    return shape;
}

FloatArray Assembly::take(const std::string& name) {
    auto node = common.extract(name);
    if (node.empty()) refuseModel(name + " is missing");
    return floatsOf(name, node.mapped());
}

FloatArray Assembly::takeAs(const std::string& name, std::vector<std::int64_t> shape) {
    FloatArray array = take(name);
    if (valueCount(array.shape) != valueCount(shape)) refuseModel(name + " has the shape " + shapeText(array.shape));
    array.shape = std::move(shape);
    return array;
}

FloatArray Assembly::takeOrZeros(const std::string& name, std::int64_t size) {
    return has(name) ? take(name) : zeros({size});
}

void Assembly::movePair(const std::string& from, const std::string& to) {
    keep(to + ".weight", take(from + ".weight"));
    keep(to + ".bias", take(from + ".bias"));
}

void refuseModel(const std::string& reason) {
    throw InvalidInput("These are no weights of a Vision Transformer that this program knows: " + reason + ".");
}

FloatArray zeros(std::vector<std::int64_t> shape) {
    FloatArray array{std::move(shape), {}};
    array.values.assign(static_cast<std::size_t>(valueCount(array.shape)), 0.0F);
    return array;
}

FloatArray joined(const std::vector<FloatArray>& parts) {
    FloatArray all{parts.front().shape, {}};
    all.shape.front() = 0;
    for (const FloatArray& part : parts) {
        all.shape.front() += part.shape.front();
        all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    }
    return all;
}

}  // namespace vit
