// SPDX-License-Identifier: GPL-3.0-or-later
// One list of keys for each event, used in both directions.
#include "core/events/event_json.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/config/schema.h"
#include "core/events/state_words.h"
#include "core/io/base64.h"

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

// Each describe() calls visit(key, member) for every member; `Self` is const for writing.
template <typename Visit, typename Self>
void describeMetrics(Visit& visit, Self& metrics) {
    for (const Metric& metric : kMetrics) visit(metric.key, metrics.*metric.value);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, StepDone>
void describe(Visit& visit, Self& step) {
    visit("step", step.step);
    visit("epoch", step.epoch);
    visit("step_in_epoch", step.stepInEpoch);
    visit("steps_per_epoch", step.stepsPerEpoch);
    describeMetrics(visit, step);
    visit("learning_rate", step.learningRate);
    visit("images_per_second", step.imagesPerSecond);
    visit("elapsed_seconds", step.elapsedSeconds);
    visit("remaining_seconds", step.remainingSeconds);
    visit("memory_bytes", step.memoryBytes);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, LayersMeasured>
void describe(Visit& visit, Self& measured) {
    visit("step", measured.step);
    visit("epoch", measured.epoch);
    visit("layers", measured.layers);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, EpochDone>
void describe(Visit& visit, Self& epoch) {
    visit("epoch", epoch.epoch);
    visit("epochs", epoch.epochs);
    visit("step", epoch.step);
    visit("train", epoch.train);
    visit("validation", epoch.validation);
    visit("learning_rate", epoch.learningRate);
    visit("seconds", epoch.seconds);
    visit("images_per_second", epoch.imagesPerSecond);
    visit("best", epoch.best);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, RunFinished>
void describe(Visit& visit, Self& result) {
    visit("reason", result.reason);
    visit("run_name", result.runName);
    visit("run_folder", result.runFolder);
    visit("epochs_done", result.epochsDone);
    visit("steps_done", result.stepsDone);
    visit("best_epoch", result.bestEpoch);
    visit("best_validation_accuracy", result.bestValidationAccuracy);
    visit("tested", result.tested);
    visit("test", result.test);
    visit("seconds", result.seconds);
    visit("explanation", result.explanation);
    visit("test_precision", result.testPrecision);
    visit("test_views", result.testViews);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, RunStarted>
void describe(Visit& visit, Self& run) {
    visit("run_name", run.runName);
    visit("run_folder", run.runFolder);
    visit("device", run.device);
    visit("precision", run.precision);
    visit("kernels", run.kernels);
    visit("parameters", run.parameters);
    visit("train_images", run.trainImages);
    visit("validation_images", run.validationImages);
    visit("test_images", run.testImages);
    visit("steps_per_epoch", run.stepsPerEpoch);
    visit("first_epoch", run.firstEpoch);
    visit("first_step", run.firstStep);
    visit("class_names", run.classNames);
    visit("config", run.config);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, CheckpointSaved>
void describe(Visit& visit, Self& checkpoint) {
    visit("path", checkpoint.path);
    visit("epoch", checkpoint.epoch);
    visit("best", checkpoint.best);
    visit("step", checkpoint.step);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, ProbePredicted>
void describe(Visit& visit, Self& probe) {
    visit("prediction", probe.prediction);
    visit("image", probe.image);
    visit("map", probe.map);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, PhaseChanged>
void describe(Visit& visit, Self& phase) {
    visit("what", phase.what);
    visit("done", phase.done);
    visit("total", phase.total);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, Message>
void describe(Visit& visit, Self& message) {
    visit("severity", message.severity);
    visit("text", message.text);
}

template <typename Visit, typename Self>
    requires std::is_same_v<std::remove_const_t<Self>, RunFailed>
void describe(Visit& visit, Self& failure) {
    visit("run_name", failure.runName);
    visit("text", failure.text);
    visit("keys", failure.keys);
}

// In the order of Event's alternatives.
constexpr std::array kEventNames = {"run_started",      "step",            "layers",        "epoch",
                                    "checkpoint_saved", "probe_predicted", "phase_changed", "message",
                                    "run_finished",     "run_failed"};
static_assert(kEventNames.size() == std::variant_size_v<Event>);

void requireWhole(const KeptMap& map, const std::string& key) {
    const auto count = static_cast<std::int64_t>(map.levels.size());
    const std::int64_t inRow = map.rows > 0 ? count / map.rows : 0;
    const bool agree = map.rows > 0 && map.columns > 0 && count > 0 && count % map.rows == 0 &&
                       (inRow == map.columns || (inRow % 3 == 0 && inRow / 3 == map.columns));
    if (!agree) {
        throw Error("\"" + key + "\" has " + std::to_string(count) + " levels for " + std::to_string(map.rows) +
                    " rows of " + std::to_string(map.columns));
    }
    if (!std::isfinite(map.low) || !std::isfinite(map.high) || map.low > map.high)
        throw Error("\"" + key + "\" does not go from one number up to another");
}

template <typename T>
std::string nameOf() {
    return kEventNames[Event(T{}).index()];
}

class Writer {
public:
    explicit Writer(const std::string& name) : m_json{{"event", name}} {}
    Json take() { return std::move(m_json); }

    template <typename T>
    void operator()(const char* key, const T& value) {
        m_json[key] = value;  // numbers, flags, texts and lists of texts
    }
    void operator()(const char* key, const EpochMetrics& metrics) {
        Writer inner;
        describeMetrics(inner, metrics);
        m_json[key] = inner.take();
    }
    // A list for each statistic, with an entry for each layer.
    void operator()(const char* key, const std::vector<LayerStatistics>& layers) {
        Json& lists = m_json[key] = Json::object();
        for (const LayerStatistic& statistic : kLayerStatistics) {
            Json& list = lists[statistic.key] = Json::array();
            for (const LayerStatistics& layer : layers) list.push_back(layer.*statistic.value);
        }
    }
    void operator()(const char* key, const Config& config) { m_json[key] = Json::parse(toJson(config)); }
    void operator()(const char* key, StopReason reason) { m_json[key] = wordsOf(reason).key; }
    void operator()(const char* key, Severity severity) {
        m_json[key] = severity == Severity::Warning ? "warning" : "info";
    }
    void operator()(const char* key, const Prediction& prediction) {
        Json top = Json::array();
        for (const ClassProbability& entry : prediction.top) {
            top.push_back({{"index", entry.index}, {"name", entry.name}, {"probability", entry.probability}});
        }
        m_json[key] = {{"top", top},
                       {"model", prediction.model},
                       {"epoch", prediction.epoch},
                       {"step", prediction.step},
                       {"training", prediction.training},
                       {"milliseconds", prediction.milliseconds}};
    }
    void operator()(const char* key, const std::optional<KeptMap>& map) {
        if (!map) return;
        const std::string_view levels(reinterpret_cast<const char*>(map->levels.data()), map->levels.size());
        m_json[key] = {{"method", map->method}, {"rows", map->rows}, {"columns", map->columns},
                       {"low", map->low},       {"high", map->high}, {"levels", base64(levels)}};
    }

private:
    Writer() : m_json(Json::object()) {}

    Json m_json;
};

class Reader {
public:
    explicit Reader(const Json& json) : m_json(json) {}

    void operator()(const char* key, double& number) const {
        if (const Json* found = find(key, {Json::value_t::null, Json::value_t::number_float,
                                           Json::value_t::number_integer, Json::value_t::number_unsigned})) {
            number = found->is_null() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>();
        }
    }
    void operator()(const char* key, std::int64_t& number) const {
        if (const Json* found = find(key, {Json::value_t::number_integer, Json::value_t::number_unsigned})) {
            number = found->get<std::int64_t>();
        }
    }
    void operator()(const char* key, bool& flag) const {
        if (const Json* found = find(key, {Json::value_t::boolean})) flag = found->get<bool>();
    }
    void operator()(const char* key, std::string& text) const {
        if (const Json* found = find(key, {Json::value_t::string})) text = found->get<std::string>();
    }
    void operator()(const char* key, EpochMetrics& metrics) const {
        if (const Json* found = find(key, {Json::value_t::object})) {
            const Reader inner(*found);
            describeMetrics(inner, metrics);
        }
    }
    void operator()(const char* key, Prediction& prediction) const {
        const Json* found = find(key, {Json::value_t::object});
        if (!found) return;
        const Reader inner(*found);
        inner("model", prediction.model);
        inner("epoch", prediction.epoch);
        inner("step", prediction.step);
        inner("training", prediction.training);
        inner("milliseconds", prediction.milliseconds);
        const Json* top = inner.find("top", {Json::value_t::array});
        if (!top) return;
        for (const Json& json : *top) {
            const Reader entry(json);
            std::int64_t index = 0;
            entry("index", index);
            ClassProbability& place = prediction.top.emplace_back();
            place.index = static_cast<std::int32_t>(index);
            entry("name", place.name);
            entry("probability", place.probability);
        }
    }
    void operator()(const char* key, std::optional<KeptMap>& map) const {
        const Json* found = find(key, {Json::value_t::object});
        if (!found) return;
        const Reader inner(*found);
        KeptMap read;
        std::string text;
        inner("method", read.method);
        inner("rows", read.rows);
        inner("columns", read.columns);
        inner("low", read.low);
        inner("high", read.high);
        inner("levels", text);
        const std::optional<std::string> levels = fromBase64(text);
        if (!levels) throw Error("\"levels\" of \"" + std::string(key) + "\" is no base64 text");
        read.levels.assign(levels->begin(), levels->end());
        requireWhole(read, key);
        map = std::move(read);
    }
    void operator()(const char* key, std::vector<LayerStatistics>& layers) const {
        const Json* found = find(key, {Json::value_t::object});
        if (!found) return;
        const Reader lists(*found);
        for (const LayerStatistic& statistic : kLayerStatistics) {
            const Json* list = lists.find(statistic.key, {Json::value_t::array});
            if (!list) continue;
            if (layers.size() < list->size()) layers.resize(list->size());
            for (std::size_t i = 0; i < list->size(); ++i) {
                if (!(*list)[i].is_number() && !(*list)[i].is_null()) throwWrongType(statistic.key);
                if ((*list)[i].is_number()) layers[i].*statistic.value = (*list)[i].get<double>();
            }
        }
    }
    void operator()(const char* key, std::vector<std::string>& texts) const {
        const Json* found = find(key, {Json::value_t::array});
        if (!found) return;
        for (const Json& text : *found) {
            if (!text.is_string()) throwWrongType(key);
            texts.push_back(text.get<std::string>());
        }
    }
    void operator()(const char* key, Config& config) const {
        if (const Json* found = find(key, {Json::value_t::object})) config = fromJson(jsonText(*found));
    }
    void operator()(const char* key, Severity& severity) const {
        std::string text;
        (*this)(key, text);
        severity = text == "warning" ? Severity::Warning : Severity::Info;
    }
    void operator()(const char* key, StopReason& reason) const {
        std::string text;
        (*this)(key, text);
        for (const StateWords& words : kStateWords) {
            if (text == words.key) reason = words.reason;
        }
    }

private:
    const Json* find(const char* key, std::initializer_list<Json::value_t> types) const {
        const auto found = m_json.find(key);
        if (found == m_json.end()) return nullptr;
        for (const Json::value_t type : types) {
            if (found->type() == type) return &*found;
        }
        throwWrongType(key);
    }
    [[noreturn]] static void throwWrongType(const std::string& key) {
        throw Error("\"" + key + "\" has the wrong type");
    }

    const Json& m_json;
};

Json parsedObject(std::string_view text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw Error("this is no JSON object");
    return json;
}

template <typename T>
T described(const Json& json) {
    T event;
    const Reader reader(json);
    describe(reader, event);
    return event;
}

template <typename T>
T fromJsonText(std::string_view text) {
    const Json json = parsedObject(text);
    if (json.value("event", Json()) != nameOf<T>()) throw Error("this is no \"" + nameOf<T>() + "\" event");
    return described<T>(json);
}

// The alternative of this name, tried from the first one on.
template <std::size_t index = 0>
Event eventNamed(const Json& name, const Json& json) {
    if constexpr (index < std::variant_size_v<Event>) {
        if (name == kEventNames[index]) return described<std::variant_alternative_t<index, Event>>(json);
        return eventNamed<index + 1>(name, json);
    } else {
        throw Error("this is no event that is known here");
    }
}

}  // namespace

Json eventJson(const Event& event) {
    Writer writer(kEventNames[event.index()]);
    std::visit([&](const auto& alternative) { describe(writer, alternative); }, event);
    return writer.take();
}

Event eventFromJson(std::string_view text) {
    const Json json = parsedObject(text);
    return eventNamed(json.value("event", Json()), json);
}

StepDone stepDoneFromJson(std::string_view text) { return fromJsonText<StepDone>(text); }
LayersMeasured layersMeasuredFromJson(std::string_view text) { return fromJsonText<LayersMeasured>(text); }
EpochDone epochDoneFromJson(std::string_view text) { return fromJsonText<EpochDone>(text); }
ProbePredicted probePredictedFromJson(std::string_view text) { return fromJsonText<ProbePredicted>(text); }
RunFinished runFinishedFromJson(std::string_view text) { return fromJsonText<RunFinished>(text); }

}  // namespace vit
