// SPDX-License-Identifier: GPL-3.0-or-later
// One list of keys for each event, used in both directions.
#include "core/events/event_json.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/events/state_words.h"

#include <array>
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
}

template <typename Visit>
void describe(Visit& visit, const RunStarted& run) {
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

template <typename Visit>
void describe(Visit& visit, const CheckpointSaved& checkpoint) {
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
}

template <typename Visit>
void describe(Visit& visit, const PhaseChanged& phase) {
    visit("what", phase.what);
    visit("done", phase.done);
    visit("total", phase.total);
}

template <typename Visit>
void describe(Visit& visit, const Message& message) {
    visit("severity", message.severity);
    visit("text", message.text);
}

template <typename Visit>
void describe(Visit& visit, const RunFailed& failure) {
    visit("run_name", failure.runName);
    visit("text", failure.text);
    visit("keys", failure.keys);
}

template <typename Visit>
void describe(Visit& visit, const PredictionReady& ready) {
    visit("request", ready.request);
    if (ready.problem.empty()) visit("prediction", ready.prediction);
    else visit("problem", ready.problem);
}

template <typename Visit>
void describe(Visit& visit, const ModelOpened& model) {
    visit("run_name", model.runName);
    visit("run_folder", model.runFolder);
    if (!model.problem.empty()) {
        visit("problem", model.problem);
        return;
    }
    visit("epoch", model.epoch);
    visit("class_names", model.classNames);
    visit("config", model.config);
}

template <typename Visit>
void describe(Visit& visit, const RunEvaluated& evaluated) {
    describe(visit, evaluated.result);
    visit("evaluation_stopped", evaluated.stopped);
    if (!evaluated.note.empty()) visit("note", evaluated.note);
    if (!evaluated.problem.empty()) visit("problem", evaluated.problem);
}

// In the order of Event's alternatives.
constexpr std::array kEventNames = {"run_started", "step",     "epoch",        "checkpoint_saved",
                                    "probe_predicted", "phase_changed", "message", "run_finished",
                                    "run_failed",  "prediction_ready", "model_opened", "run_evaluated"};
static_assert(kEventNames.size() == std::variant_size_v<Event>);

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
        throw Error("\"" + std::string(key) + "\" has the wrong type");
    }

    const Json& m_json;
};

template <typename T>
T fromJsonText(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw Error("this is no JSON object");
    if (json.value("event", Json()) != nameOf<T>()) throw Error("this is no \"" + nameOf<T>() + "\" event");
    T event;
    const Reader reader(json);
    describe(reader, event);
    return event;
}

}  // namespace

Json eventJson(const Event& event) {
    Writer writer(kEventNames[event.index()]);
    std::visit([&](const auto& alternative) { describe(writer, alternative); }, event);
    return writer.take();
}

StepDone stepDoneFromJson(std::string_view text) { return fromJsonText<StepDone>(text); }
EpochDone epochDoneFromJson(std::string_view text) { return fromJsonText<EpochDone>(text); }
ProbePredicted probePredictedFromJson(std::string_view text) { return fromJsonText<ProbePredicted>(text); }
RunFinished runFinishedFromJson(std::string_view text) { return fromJsonText<RunFinished>(text); }

}  // namespace vit
