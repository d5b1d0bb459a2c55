// SPDX-License-Identifier: GPL-3.0-or-later
// The table of lenses.
#include "core/lenses/lens.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/io/atomic_file.h"
#include "core/io/csv.h"
#include "core/io/npy.h"
#include "core/lenses/lens_parts.h"

#include <algorithm>
#include <cctype>
#include <functional>

namespace vit {

namespace {

struct Row {
    Lens lens;
    std::function<LensResult(const LensQuestion&)> look;
};

std::vector<Row> makeRows() {
    std::vector<Row> rows = {
        {{"attention", "Attention", "Where each head of each layer looks: [layers, heads, tokens, tokens]"},
         attentionLens},
        {{"distance", "Attention distance", "How far and how sharply heads look: [layers, heads] in pixels"},
         distanceLens},
        {{"heads", "Heads switched off", "The class's probability without each head, less that with it: [layers, heads]"},
         headsLens},
    };
    for (const RelevanceMethod& method : relevanceMethods()) {
        rows.push_back({{method.key, method.name, method.help + std::string(" [rows, columns]")},
                        [&method](const LensQuestion& question) { return relevanceLens(question, method); }});
    }
    const std::vector<Row> others = {
        {{"tokens", "Tokens", "The tokens' principal components as colours, by layer: [layers + 1, tokens, numbers]"},
         tokensLens},
        {{"norms", "Norms", "The lengths of a layer's tokens and their outliers: [rows, columns]"}, normsLens},
        {{"positions", "Positions",
          "How alike the learned positions are (cosine): [patches, patches]; of more than 16 x 16 figures and tables "
          "leave some out"},
         positionsLens},
        {{"filters", "Filters", "Principal components of the patch projection: [count, patch, patch, channels]"},
         filtersLens},
        {{"layers", "Layers", "The answer as it forms, read off after each block: logits [layers + 1, classes]"},
         layersLens},
        {{"neighbours", "Neighbours", "The most similar images of a split, nearest first: [count, 2], index and cosine",
          true},
         neighboursLens},
        {{"compare", "Compare", "A map of this model and of another one, and their difference: [3, rows, columns]"},
         compareLens},
        {{"patch-classes", "Classes by patch",
          "The class that each patch is taken for after each block: [layers + 1, rows, columns]"},
         patchClassesLens},
        {{"what-if", "What if", "The answer before and after what was hidden, moved or switched off: [2, classes]"},
         whatIfLens},
    };
    rows.insert(rows.end(), others.begin(), others.end());
    return rows;
}

const std::vector<Row>& rows() {
    static const std::vector<Row> all = makeRows();
    return all;
}

std::string endingOf(const std::filesystem::path& path) {
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
    return ending;
}

}  // namespace

const std::vector<Lens>& lenses() {
    static const std::vector<Lens> all = [] {
        std::vector<Lens> found;
        for (const Row& row : rows()) found.push_back(row.lens);
        return found;
    }();
    return all;
}

const Lens& lensNamed(std::string_view key) {
    std::string known;
    for (const Lens& lens : lenses()) {
        if (lens.key == key) return lens;
        known += (known.empty() ? "" : ", ") + lens.key;
    }
    throw InvalidInput("There is no lens \"" + std::string(key) + "\"; there are: " + known + ".");
}

LensResult lookThrough(const Lens& lens, const LensQuestion& question) {
    const auto found =
        std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return row.lens.key == lens.key; });
    return found->look(question);
}

void checkLensOutput(const std::filesystem::path& path) {
    std::vector<std::string> known = figureEndings();
    known.insert(known.end(), {".npy", ".csv"});
    if (std::find(known.begin(), known.end(), endingOf(path)) != known.end()) return;
    std::string list;
    for (const std::string& ending : known) list += (list.empty() ? "" : ", ") + ending;
    throw InvalidInput("\"" + path.string() + "\" ends like nothing that can be written; endings are: " + list + ".");
}

void writeLens(const LensResult& result, const std::filesystem::path& path) {
    checkLensOutput(path);
    const std::string ending = endingOf(path);
    if (ending == ".npy" && result.numbers.values.empty())
        throw InvalidInput(
            "What is shown is no one array, as the two grids of patches differ: choose .csv or a figure.");
    if (ending == ".npy") return writeNpy(path, result.numbers);
    if (ending != ".csv") return writeFigure(result.figure, path);
    std::string text;
    for (const std::vector<std::string>& row : result.table) text += csvRow(row);
    writeFileAtomically(path, text);
}

std::vector<Fact> modelFacts(const LoadedModel& model) {
    const LoadedModel::State& state = model.state();
    std::vector<Fact> facts = {{"Run", state.name}, {"Epoch", std::to_string(state.epoch)}};
    if (state.training) facts.push_back({"Step", groupedText(state.step)});
    return facts;
}

ClassProbability chosenClass(const LensQuestion& question) {
    const auto classes = static_cast<int>(question.model.classNames().size());
    if (!question.settings.classNumber) return question.model.predict(question.photo, 1).top.front();
    requireClass(*question.settings.classNumber, classes);
    for (const ClassProbability& entry : question.model.predict(question.photo, classes).top)
        if (entry.index == *question.settings.classNumber) return entry;
    return {};
}

std::vector<std::vector<std::string>> mapTable(const FloatArray& map, const std::string& quantity) {
    std::vector<std::vector<std::string>> table = {{"row", "column", quantity}};
    for (std::int64_t row = 0; row < map.shape[0]; ++row) {
        for (std::int64_t column = 0; column < map.shape[1]; ++column) {
            table.push_back({std::to_string(row), std::to_string(column),
                             numberText(map.values[static_cast<std::size_t>(row * map.shape[1] + column)])});
        }
    }
    return table;
}

MapPanel mapPanel(const LensQuestion& question, const Image& picture, const FloatArray& map, bool isSigned,
                  const std::string& quantity) {
    MapPanel panel;
    panel.picture = picture;
    panel.map = heatMapOf(map, isSigned);
    panel.scale = scaleOf(panel.map, question.settings.colours);
    panel.quantity = quantity;
    panel.shading = question.settings.shading;
    panel.opacity = question.settings.opacity;
    return panel;
}

}  // namespace vit
