// SPDX-License-Identifier: GPL-3.0-or-later
// A picture and the images that the model finds most like it.
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/inspect/neighbours.h"
#include "core/lenses/lens_parts.h"

namespace vit {

LensResult neighboursLens(const LensQuestion& question) {
    if (!question.settings.neighbours)
        throw InvalidInput("The images of the data set have not been looked through yet: make the index first.");
    const NeighbourIndex& index = *question.settings.neighbours;
    const std::vector<Neighbour> found = nearest(index, question.photo, question.settings.count);
    const ClassProbability predicted = index.model->predict(question.photo, 1).top.front();
    const std::vector<std::string>& names = index.images.dataset().classNames();
    LensResult result;
    result.figure.title = "Neighbours";
    result.figure.panels.emplace_back(
        MapPanel{.caption = "Taken for " + predicted.name, .picture = index.model->look(question.photo).picture});
    result.table = {{"rank", "index", "class", "similarity"}};
    result.numbers.shape = {static_cast<std::int64_t>(found.size()), 2};
    std::int64_t agreeing = 0;
    for (const Neighbour& neighbour : found) {
        const std::string& name = names[static_cast<std::size_t>(neighbour.label)];
        agreeing += neighbour.label == predicted.index;
        result.numbers.values.push_back(static_cast<float>(neighbour.image));
        result.numbers.values.push_back(static_cast<float>(neighbour.similarity));
        result.table.push_back({std::to_string(result.table.size()), std::to_string(neighbour.image), name,
                                numberText(neighbour.similarity)});
        result.figure.panels.emplace_back(MapPanel{.caption = name + ", " + fixedText(neighbour.similarity, 3),
                                                   .picture = index.images.image(neighbour.image)});
    }
    result.summary = std::to_string(agreeing) + " of " + std::to_string(found.size()) + " are of the predicted class " +
                     predicted.name;
    result.figure.facts = modelFacts(*index.model);
    result.figure.facts.push_back({"Class", predicted.name + ", " + percentText(predicted.probability)});
    result.figure.facts.push_back({"Images", index.images.dataset().name() + ", " + splitName(index.images.split()) +
                                                 ", " + groupedText(index.count())});
    result.figure.facts.push_back({"Similarity", "cosine of " + featuresText(index.model->config())});
    return result;
}

}  // namespace vit
