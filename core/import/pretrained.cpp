// SPDX-License-Identifier: GPL-3.0-or-later
// From common names and shapes to a configuration, and to the engine's weights: the order of the steps (assembly/steps.h),
// what is refused before them, and that nothing is missing or left over after them.
#include "core/import/pretrained.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/parameter_plan.h"
#include "core/config/schema.h"
#include "core/import/array_shapes.h"
#include "core/import/assembly/steps.h"
#include "core/import/family.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vit {

namespace {

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
    return text;
}

std::vector<std::string> namesOf(const std::map<std::string, SourceTensor>& tensors) {
    std::vector<std::string> names;
    names.reserve(tensors.size());
    for (const auto& [name, tensor] : tensors) names.push_back(name);
    return names;
}

// What no family's table of names has a place for.
void refuseUnknown(const SourceWeights& source) {
    const std::vector<std::string> unknown = namesOf(source.tensors);
    if (!unknown.empty())
        throw InvalidInput("The file has " + groupedText(static_cast<std::int64_t>(unknown.size())) +
                           " arrays that have no place in a Vision Transformer as this program knows it: " +
                           listed(unknown) + ". Nothing was imported.");
}

void store(TensorFile& file, const std::string& name, const FloatArray& array) {
    TensorData data{"F32", array.shape, std::vector<std::byte>(array.values.size() * sizeof(float))};
    std::memcpy(data.bytes.data(), array.values.data(), data.bytes.size());
    file.tensors[name] = std::move(data);
}

// All that the network needs is there in its shape, and nothing else.
void place(Assembly& assembly, ImportedModel& model) {
    std::vector<std::string> wrong;
    for (const auto& [name, tensor] : assembly.common) wrong.push_back(name + " is left over");
    for (const ParameterRow& row : parameterPlan(model.config.model, model.config.head, model.description.input())) {
        auto node = assembly.weights.extract(row.name);
        if (node.empty()) wrong.push_back(row.name + " is missing");
        else if (node.mapped().shape != row.shape)
            wrong.push_back(row.name + " has the shape " + shapeText(node.mapped().shape) + " instead of " +
                            shapeText(row.shape));
        else store(model.weights, row.name, node.mapped());
    }
    for (const auto& [name, array] : assembly.weights) wrong.push_back(name + " is left over");
    if (!wrong.empty()) refuseModel(listed(wrong));
}

// Of CLIP, without the vision tower that it was trained with.
bool isTextTower(const SourceWeights& source) {
    bool text = false;
    for (const auto& [name, tensor] : source.tensors) {
        if (name.starts_with("visual.") || name.starts_with("vision_model.")) return false;
        text = text || name.ends_with("token_embedding.weight");
    }
    return text;
}

ImportedModel assembled(const Family& family, SourceWeights source, const ImportHints& hints) {
    std::vector<std::string> leftOut;
    Assembly assembly{.facts = family.facts(source),
                      .hints = hints,
                      .config = configOfHints(hints),
                      .common = family.translate(source, leftOut)};
    refuseUnknown(source);
    if (!leftOut.empty())
        assembly.note("Left out, as only pretraining or another part needs it: " + listed(leftOut) + ".");
    for (const std::string& sentence : assembly.facts.assumed)
        assembly.note("Not in the file, taken as usual: " + sentence + ".");
    for (const Issue& question : assembly.facts.questions)
        if (!assembly.isAssigned(question.key.c_str())) assembly.questions.push_back(question);
    findPatches(assembly);
    findPositions(assembly, findTokens(assembly));
    findBlocks(assembly);
    findHead(assembly);
    findPhotos(assembly);
    if (!assembly.questions.empty()) throw InvalidInput(assembly.questions);
    ImportedModel model;
    model.origin = std::string(family.name) + " weights (" + source.format + "), " + source.file.string();
    model.description = describedData(assembly);
    model.config = assembly.config;
    model.config.data.name = model.description.dataset;
    if (Issues issues = validate(model.config); !issues.empty()) throw InvalidInput(std::move(issues));
    place(assembly, model);
    model.notes = std::move(assembly.notes);
    return model;
}

}  // namespace

ImportedModel importPretrained(const std::filesystem::path& path, const ImportHints& hints) {
    SourceWeights source = readSourceWeights(path);
    for (const Family& family : families())
        if (family.matches(source)) return assembled(family, std::move(source), hints);
    const std::vector<std::string> names = namesOf(source.tensors);
    if (isTextTower(source))
        throw InvalidInput(source.file.string() + " holds a text tower alone: choose the file of the same model that has its "
                           "vision tower too, whose arrays' names begin with visual or vision_model.");
    throw InvalidInput(source.file.string() + " holds no Vision Transformer of a family that this program knows (timm, " +
                       "Hugging Face, CLIP, OpenCLIP, SigLIP, torchvision): its arrays are " +
                       (names.empty() ? std::string("none") : listed(names)) + ".");
}

}  // namespace vit
