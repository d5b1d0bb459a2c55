// SPDX-License-Identifier: GPL-3.0-or-later
// A map of relevance, and how true it is.
#include "core/base/number_text.h"
#include "core/inspect/faithfulness.h"
#include "core/lenses/lens_parts.h"

namespace vit {

LensResult relevanceLens(const LensQuestion& question, const RelevanceMethod& method) {
    const ClassProbability about = chosenClass(question);
    const Look look = question.model.look(question.photo);
    RelevanceMap found = relevance(question.model, question.photo, about.index, method, question.progress);
    LensResult result;
    result.table = mapTable(found.map, "relevance");
    result.figure.title = method.name;
    result.figure.panels.emplace_back(MapPanel{.caption = "The model's input", .picture = look.picture});
    MapPanel map = mapPanel(question, look.picture, found.map, method.diverging, "relevance");
    map.caption = method.ofClass ? "For " + about.name : "Of any class";
    result.figure.panels.emplace_back(std::move(map));
    std::vector<Fact>& facts = result.figure.facts;
    facts = modelFacts(question.model);
    facts.push_back({"Class", about.name + ", " + percentText(about.probability)});
    facts.push_back({"Method", std::string(method.name) + " (" + method.source + ")"});
    if (!found.note.empty()) facts.push_back({"Note", found.note});
    if (question.settings.faithfulness) {
        const Faithfulness own = faithfulness(question.model, question.photo, found.map, about.index);
        const FloatArray random = randomMap(found.map.shape[0], found.map.shape[1], 0);
        const Faithfulness control = faithfulness(question.model, question.photo, random, about.index);
        result.summary = "faithfulness " + fixedText(own.gain, 3) + ", of a random map " + fixedText(control.gain, 3);
        facts.push_back({"Faithfulness (SRG)", fixedText(own.gain, 3) + "; of a random map " +
                                                   fixedText(control.gain, 3) + "; where patches go, " + own.removal});
    }
    if (question.settings.sanity) {
        std::string stages;
        for (const SanityStage& stage :
             sanity(question.model, question.photo, about.index, method, question.progress))
            stages += (stages.empty() ? "" : ", ") + stage.from + " " + fixedText(stage.correlation, 2);
        facts.push_back({"Rank correlation with the map of random weights, from the head down to", stages});
    }
    result.numbers = std::move(found.map);
    return result;
}

}  // namespace vit
