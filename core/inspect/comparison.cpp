// SPDX-License-Identifier: GPL-3.0-or-later
// A side at a time, since two models need not be there at once.
#include "core/inspect/comparison.h"

#include "core/base/error.h"
#include "core/inspect/attention.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tokens.h"
#include "core/runs/run_files.h"
#include "core/runs/run_film.h"
#include "core/runs/run_probe.h"

#include <algorithm>
#include <iterator>

namespace vit {

namespace {

constexpr const char* kAttention = "attention";
constexpr const char* kNorms = "norms";

std::vector<ComparedMap> makeMaps() {
    std::vector<ComparedMap> maps;
    for (const RelevanceMethod& method : relevanceMethods())
        maps.push_back({method.key, method.name, "relevance", method.diverging, method.ofClass, false});
    maps.push_back({kAttention, "Mean attention of a block", "share of the attention", false, false, true});
    maps.push_back({kNorms, "Norms of the tokens", "Euclidean norm", false, false, true});
    return maps;
}

// From 0; throws where there is no such one.
std::int64_t layerOf(const LoadedModel& model, const ComparisonSettings& settings) {
    const std::int64_t layers = model.config().model.layers;
    const std::int64_t layer = settings.layer.value_or(layers - 1);
    if (layer >= 0 && layer < layers) return layer;
    throw InvalidInput("The model of " + model.state().name + " has blocks 1 to " + std::to_string(layers) +
                       ", not " + std::to_string(layer + 1) + ".");
}

FloatArray normsAfter(const FloatArray& tokens, std::int64_t block, const TokenGrid& grid) {  // [L + 1, N, D]
    const auto size = static_cast<std::ptrdiff_t>(tokens.shape[1] * tokens.shape[2]);
    const auto first = tokens.values.begin() + (block + 1) * size;
    return tokenNorms({{tokens.shape[1], tokens.shape[2]}, {first, first + size}}, grid).norms;
}

// Of the picture; none where it was not pinned.
std::optional<Film> filmOf(const std::filesystem::path& run, const std::shared_ptr<const Image>& photo) {
    const std::string name = ProbePictures(run).nameOf(photo);
    for (Film& film : films(readCurves(run)))
        if (film.image == name) return std::move(film);
    return std::nullopt;
}

}  // namespace

const std::vector<ComparedMap>& comparedMaps() {
    static const std::vector<ComparedMap> all = makeMaps();
    return all;
}

const ComparedMap& comparedMap(std::string_view key) {
    std::string known;
    for (const ComparedMap& map : comparedMaps()) {
        if (map.key == key) return map;
        known += (known.empty() ? "" : ", ") + map.key;
    }
    throw InvalidInput("There is no map " + std::string(key) + " to compare by; there are: " + known + ".");
}

ComparedSide comparedSide(LoadedModel& model, const Image& photo, const ComparisonSettings& settings,
                          const LoadedModel::Progress& progress) {
    const ComparedMap& kind = comparedMap(settings.map);
    const TokenGrid grid = tokenGrid(model.config());
    ComparedSide side;
    side.state = model.state();
    side.answers = model.predict(photo, static_cast<int>(model.classNames().size())).top;
    const bool ofAttention = kind.key == kAttention, ofNorms = kind.key == kNorms;
    Look look = model.look(photo, {.attention = ofAttention, .tokens = ofNorms});
    side.picture = std::move(look.picture);
    if (ofAttention) {
        side.map = attentionMap(layerAttention(look.attention, layerOf(model, settings), std::nullopt), grid);
    } else if (ofNorms) {
        side.map = normsAfter(look.tokens, layerOf(model, settings), grid);
    } else {
        const auto named = std::find_if(side.answers.begin(), side.answers.end(), [&](const ClassProbability& answer) {
            return answer.name == settings.className;
        });
        const ClassProbability& about = named != side.answers.end() ? *named : side.answers.front();
        if (kind.ofClass) side.about = about.name;
        side.map = relevance(model, photo, about.index, relevanceMethod(kind.key), progress).map;
    }
    return side;
}

std::optional<FloatArray> mapDifference(const FloatArray& first, const FloatArray& second) {
    if (first.shape != second.shape) return std::nullopt;
    FloatArray difference = second;
    for (std::size_t i = 0; i < first.values.size(); ++i) difference.values[i] -= first.values[i];
    return difference;
}

int samePlace(int patch, const std::vector<std::int64_t>& from, const std::vector<std::int64_t>& to) {
    if (patch < 0) return -1;
    const auto along = [](std::int64_t place, std::int64_t count, std::int64_t other) {
        return (2 * place + 1) * other / (2 * count);
    };
    return static_cast<int>(along(patch / from[1], from[0], to[0]) * to[1] + along(patch % from[1], from[1], to[1]));
}

std::vector<AnswerPair> pairedAnswers(const ComparedSide& first, const ComparedSide& second, int top) {
    const auto shareOf = [](const ComparedSide& side, const std::string& name) -> std::optional<double> {
        for (const ClassProbability& answer : side.answers)
            if (answer.name == name) return answer.probability;
        return std::nullopt;
    };
    std::vector<AnswerPair> pairs;
    for (const ComparedSide* side : {&first, &second}) {
        for (std::size_t i = 0; i < std::min(side->answers.size(), static_cast<std::size_t>(top)); ++i) {
            const std::string& name = side->answers[i].name;
            if (std::any_of(pairs.begin(), pairs.end(), [&](const AnswerPair& pair) { return pair.name == name; }))
                continue;
            pairs.push_back({name, shareOf(first, name), shareOf(second, name)});
        }
    }
    const auto larger = [](const AnswerPair& pair) {
        return std::max(pair.first.value_or(0), pair.second.value_or(0));
    };
    std::stable_sort(pairs.begin(), pairs.end(),
                     [&](const AnswerPair& a, const AnswerPair& b) { return larger(a) > larger(b); });
    return pairs;
}

std::vector<std::int64_t> sharedEpochs(const std::filesystem::path& first, const std::filesystem::path& second) {
    const std::vector<std::int64_t> a = run_files::keptEpochs(first), b = run_files::keptEpochs(second);
    std::vector<std::int64_t> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}

Disagreement pinnedDisagreement(const std::filesystem::path& first, const std::filesystem::path& second,
                                const std::shared_ptr<const Image>& photo) {
    Disagreement found{.pinned = true};
    const std::optional<Film> a = filmOf(first, photo), b = filmOf(second, photo);
    if (!a || !b) return found;
    found.compared = std::ranges::count_if(a->frames, [&b](const FilmFrame& frame) {
        const FilmFrame* other = frameAt(*b, frame.epoch);
        return frame.time == static_cast<double>(frame.epoch) && other && other->time == frame.time;
    });
    found.epoch = firstDisagreement(*a, *b).value_or(0);
    if (found.epoch == 0) return found;
    found.first = frameAt(*a, found.epoch)->prediction.top.front().name;
    found.second = frameAt(*b, found.epoch)->prediction.top.front().name;
    return found;
}

Disagreement firstDisagreement(const std::filesystem::path& first, const std::filesystem::path& second,
                               const std::shared_ptr<const Image>& photo, const LoadedModel::Progress& progress) {
    Disagreement found = pinnedDisagreement(first, second, photo);
    if (found.compared > 0) return found;
    found.pinned = false;
    const std::vector<std::int64_t> epochs = sharedEpochs(first, second);
    for (const std::int64_t epoch : epochs) {
        if (progress && !progress(found.compared, static_cast<std::int64_t>(epochs.size()))) throw Cancelled();
        const auto answerOf = [&](const std::filesystem::path& run) {
            LoadedModel model = LoadedModel::open(run, DeviceChoice::Cpu, Precision::Float32, epoch);
            return model.predict(*photo, 1).top.front().name;
        };
        ++found.compared;
        found.first = answerOf(first);
        found.second = answerOf(second);
        if (found.first == found.second) continue;
        found.epoch = epoch;
        return found;
    }
    return found;
}

}  // namespace vit
