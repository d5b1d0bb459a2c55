// SPDX-License-Identifier: GPL-3.0-or-later
// The same map of two models side by side, and what lies between them.
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/inspect/comparison.h"
#include "core/lenses/lens_parts.h"

#include <array>
#include <memory>
#include <utility>

namespace vit {

namespace {

std::string placeText(const LoadedModel::State& state) { return state.name + ", epoch " + std::to_string(state.epoch); }

std::string answerText(const ComparedSide& side) {
    return side.answers.front().name + ", " + percentText(side.answers.front().probability);
}

std::string percentOrNone(const std::optional<double>& share) { return share ? percentText(*share) : "none"; }

std::string answersText(const ComparedSide& a, const ComparedSide& b) {
    std::string text;
    for (const AnswerPair& pair : pairedAnswers(a, b)) {
        text += (text.empty() ? "" : "; ") + pair.name + " " + percentOrNone(pair.first) + " → " +
                percentOrNone(pair.second);
    }
    return text;
}

// Empty for two epochs of one run.
std::string disagreementText(const OtherModel& other, const LensQuestion& question) {
    if (other.own.empty() || other.own == other.run) return {};
    const Disagreement found =
        firstDisagreement(other.own, other.run, std::make_shared<Image>(question.photo), question.progress);
    if (found.compared == 0) return "not known, as both have kept nothing of the same epoch";
    if (found.epoch == 0) return "none of the " + std::to_string(found.compared) + " of which both have kept something";
    return std::to_string(found.epoch) + " (" + found.first + "; " + found.second + ")";
}

void addRows(std::vector<std::vector<std::string>>& table, const char* which, const FloatArray& map) {
    std::vector<std::vector<std::string>> rows = mapTable(map, "value");
    for (std::size_t i = 1; i < rows.size(); ++i) {
        rows[i].insert(rows[i].begin(), which);
        table.push_back(std::move(rows[i]));
    }
}

}  // namespace

LensResult compareLens(const LensQuestion& question) {
    const LensSettings& settings = question.settings;
    if (!settings.against) throw InvalidInput("There is nothing to compare with: name another run, or another epoch.");
    const OtherModel& against = *settings.against;
    const ComparedMap& kind = comparedMap(settings.method);
    ComparisonSettings wanted{settings.method, chosenClass(question).name, {}};
    if (settings.layer) wanted.layer = *settings.layer - 1;
    const ComparedSide a = comparedSide(question.model, question.photo, wanted, question.progress);
    LoadedModel other = LoadedModel::open(against.run, DeviceChoice::Cpu, Precision::Float32, against.epoch);
    const ComparedSide b = comparedSide(other, question.photo, wanted, question.progress);

    LensResult result;
    result.figure.title = "Comparison: " + kind.name;
    MapPanel left = mapPanel(question, a.picture, a.map, kind.diverging, kind.quantity);
    MapPanel right = mapPanel(question, b.picture, b.map, kind.diverging, kind.quantity);
    left.scale = right.scale = scaleOf(std::array{left.map, right.map}, settings.colours);
    left.caption = "A: " + a.answers.front().name;
    right.caption = "B: " + b.answers.front().name;
    result.figure.panels = {std::move(left), std::move(right)};
    result.table = {{"map", "row", "column", "value"}};
    addRows(result.table, "a", a.map);
    addRows(result.table, "b", b.map);
    const std::optional<FloatArray> difference = mapDifference(a.map, b.map);
    if (difference) {
        addRows(result.table, "b-a", *difference);
        MapPanel panel = mapPanel(question, b.picture, *difference, true, "difference");
        panel.caption = "B − A";
        result.figure.panels.emplace_back(std::move(panel));
        result.numbers.shape = {3, a.map.shape[0], a.map.shape[1]};
        for (const FloatArray* map : {&a.map, &b.map, &*difference})
            result.numbers.values.insert(result.numbers.values.end(), map->values.begin(), map->values.end());
    }
    std::vector<Fact>& facts = result.figure.facts;
    facts = {{"A", placeText(a.state) + ": " + answerText(a)}, {"B", placeText(b.state) + ": " + answerText(b)}};
    if (kind.ofClass)
        facts.push_back({"Of class", a.about == b.about ? a.about : a.about + " (A), " + b.about + " (B)"});
    facts.push_back({"Answers of A and B", answersText(a, b)});
    if (!difference) facts.push_back({"Difference", "none: the two have other grids of patches"});
    const std::string disagreement = disagreementText(against, question);
    if (!disagreement.empty()) facts.push_back({"First epoch at which they disagree", disagreement});
    result.summary = "A says " + answerText(a) + ", B says " + answerText(b);
    if (!disagreement.empty()) result.summary += "; first epoch at which they disagree: " + disagreement;
    return result;
}

}  // namespace vit
