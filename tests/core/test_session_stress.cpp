// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand questions of every kind to a model in training, from two threads: each is answered, and rightly by its own
// measure, and the training does not notice.
#include "core/config/presets.h"
#include "core/inspect/attention.h"
#include "core/inspect/faithfulness.h"
#include "core/inspect/layer_answers.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tokens.h"
#include "core/inspect/what_if.h"
#include "core/lenses/lens.h"
#include "tests/support/made_images.h"
#include "tests/support/recorder.h"
#include "tests/support/same_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

using namespace vit;
using vit::test::Recorder;
using vit::test::runDifference;

namespace fs = std::filesystem;

namespace {

constexpr int kAskers = 2;
constexpr int kQuestions = 500;  // of each
constexpr int kAfterEachStep = 4;
constexpr std::chrono::minutes kPatience(2);
// Those besides the methods of relevance that need nothing but a model and a picture.
constexpr std::array kLenses = {"attention", "distance", "heads", "tokens", "norms", "positions", "filters", "layers"};

bool isFinite(const std::vector<float>& values) {
    return !values.empty() &&
           std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

bool isArray(const FloatArray& array, const std::vector<std::int64_t>& shape) {
    return array.shape == shape && isFinite(array.values);
}

bool areShares(const std::vector<double>& values, std::size_t count) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.size() == count && std::abs(sum - 1) < 1e-6;
}

// Rows of `length` that each sum to 1.
bool areRowsOfShares(const std::vector<float>& values, std::int64_t length) {
    for (std::size_t begin = 0; begin < values.size(); begin += static_cast<std::size_t>(length)) {
        double sum = 0;
        for (std::int64_t i = 0; i < length; ++i) sum += values[begin + static_cast<std::size_t>(i)];
        if (!(std::abs(sum - 1) < 1e-4)) return false;
    }
    return true;
}

// One who asks, on a thread of its own, some questions after each step of the training; answers are looked at there
// too.
class Asker {
public:
    Asker(Session& session, const Config& config, int classes, int number)
        : m_session(session), m_config(config), m_classes(classes), m_number(number), m_thread([this] { work(); }) {}

    void stepDone() {
        {
            const std::lock_guard lock(m_mutex);
            m_allowed += kAfterEachStep;
        }
        m_changed.notify_all();
    }

    // Of all questions, once each has been answered.
    void join() { m_thread.join(); }
    const QStringList& faults() const { return m_faults; }
    const std::set<std::string>& kinds() const { return m_kinds; }
    int whileTraining() const { return m_whileTraining; }

private:
    using Check = std::function<bool()>;

    Session& m_session;
    const Config& m_config;
    int m_classes;
    int m_number;
    QStringList m_faults;
    std::set<std::string> m_kinds;
    int m_whileTraining = 0;

    std::mutex m_mutex;  // guards what follows
    std::condition_variable m_changed;
    int m_allowed = 0;
    std::vector<std::function<void()>> m_answers;

    std::thread m_thread;  // last

    std::int64_t side() const { return m_config.model.imageSize / m_config.model.patchSize; }

    void work() {
        int asked = 0, answered = 0;
        while (answered < kQuestions) {
            std::vector<std::function<void()>> answers;
            int upTo = 0;
            {
                std::unique_lock lock(m_mutex);
                const auto ready = [&] { return !m_answers.empty() || (asked < kQuestions && m_allowed > asked); };
                if (!m_changed.wait_for(lock, kPatience, ready)) {
                    m_faults << QString("%1 questions were not answered").arg(asked - answered);
                    return;
                }
                answers.swap(m_answers);
                upTo = std::min(m_allowed, kQuestions);
            }
            for (; asked < upTo; ++asked) askNumber(asked);
            for (const auto& answer : answers) answer();
            answered += static_cast<int>(answers.size());
        }
    }

    // `isRight` says whether its answer can be true.
    template <typename Question, typename IsRight>
    void ask(const std::string& kind, Question question, IsRight isRight) {
        m_kinds.insert(kind);
        const auto told = [question = std::move(question)](LoadedModel& model) {
            return std::pair(question(model), model.state().training);
        };
        m_session.ask(told, [this, kind, isRight = std::move(isRight)](auto reply) {
            {
                const std::lock_guard lock(m_mutex);
                m_answers.push_back([this, kind, isRight, reply = std::move(reply)] {
                    if (!reply.answer)
                        m_faults << QString::fromStdString(kind + ": " + reply.problem);
                    else if (!isRight(reply.answer->first))
                        m_faults << QString::fromStdString(kind);
                    m_whileTraining += reply.answer && reply.answer->second;
                });
            }
            m_changed.notify_all();
        });
    }

    void askNumber(int number);
    void askForPrediction(const Image& photo, int number);
    void askForLook(const Image& photo, int number);
    void askForRelevance(const Image& photo, int number);
    void askForTokens(const Image& photo);
    void askForPositions();
    void askForLayers(const Image& photo);
    void askForHeads(const Image& photo, int number);
    void askForLens(const Image& photo, int number);
    void askForWhatIf(const Image& photo, int number);
};

void Asker::askNumber(int number) {
    const Image photo = test::gradientImage(20 + number % 7 * m_number, 16 + number % 11);
    switch (number % 12) {
        case 0: return askForPrediction(photo, number);
        case 1: return askForLook(photo, number);
        case 2:
        case 3:
        case 4:
        case 5: return askForRelevance(photo, number);
        case 6: return askForTokens(photo);
        case 7: return askForPositions();
        case 8: return askForLayers(photo);
        case 9: return askForWhatIf(photo, number);
        case 10: return askForHeads(photo, number);
        default: return askForLens(photo, number);
    }
}

void Asker::askForPrediction(const Image& photo, int number) {
    const int top = 1 + number % m_classes;
    ask("predict", [=](LoadedModel& model) { return model.predict(photo, top); },
        [top](const Prediction& prediction) {
            const double first = prediction.top.at(0).probability;
            return static_cast<int>(prediction.top.size()) == top && first > 0 && first <= 1;
        });
}

void Asker::askForLook(const Image& photo, int number) {
    const std::int64_t tokens = side() * side();
    const std::int64_t layers = m_config.model.layers, heads = m_config.model.heads,
                       width = m_config.model.projectionDim;
    ask(
        "look",
        [=, of = number % m_classes](LoadedModel& model) {
            return model.look(photo, {.attention = true, .tokens = true, .gradientsOf = of});
        },
        [=](const Look& look) {
            return isArray(look.attention, {layers, heads, tokens, tokens}) &&
                   isArray(look.attentionGradients, look.attention.shape) &&
                   areRowsOfShares(look.attention.values, tokens) &&
                   areRowsOfShares(rollout(look.attention).values, tokens) &&
                   isArray(look.tokens, {layers + 1, tokens, width}) &&
                   isArray(look.tokensGradients, look.tokens.shape);
        });
}

// And how true it is; now and then whether it would be another one with other weights.
void Asker::askForRelevance(const Image& photo, int number) {
    const RelevanceMethod& method =
        relevanceMethods()[static_cast<std::size_t>(number / 12 + number) % relevanceMethods().size()];
    const std::int64_t about = number % m_classes;
    if (number % 50 == 2) {
        return ask(
            "sanity", [=](LoadedModel& model) { return sanity(model, photo, about, method); },
            [count = static_cast<std::size_t>(m_config.model.layers) + 2](const std::vector<SanityStage>& stages) {
                return stages.size() == count;
            });
    }
    ask(
        std::string("relevance by ") + method.key,
        [=](LoadedModel& model) {
            const FloatArray map = relevance(model, photo, about, method).map;
            return std::pair(map, faithfulness(model, photo, map, about));
        },
        [side = side()](const std::pair<FloatArray, Faithfulness>& found) {
            return isArray(found.first, {side, side}) && found.second.mostFirst.size() == 17 &&
                   std::abs(found.second.gain) <= 1;
        });
}

void Asker::askForTokens(const Image& photo) {
    const auto colours = [=](LoadedModel& model) {
        return tokenColours(model.look(photo, {.tokens = true}).normed, tokenGrid(model.config()));
    };
    ask("tokens", colours, [side = side()](const TokenColours& tokens) {
        return isArray(tokens.colours, {side, side, 3});
    });
}

void Asker::askForPositions() {
    ask("positions", [](LoadedModel& model) { return positionSimilarity(model); },
        [patches = side() * side()](const FloatArray& similarity) { return isArray(similarity, {patches, patches}); });
}

void Asker::askForLayers(const Image& photo) {
    ask("layer answers", [=](LoadedModel& model) { return layerAnswers(model, photo); },
        [layers = m_config.model.layers, classes = m_classes](const LayerAnswers& answers) {
            return isArray(answers.logits, {layers + 1, classes}) && answers.decidedAt <= layers;
        });
}

void Asker::askForHeads(const Image& photo, int number) {
    ask("head effects", [=, of = number % m_classes](LoadedModel& model) { return headEffects(model, photo, of); },
        [layers = m_config.model.layers, heads = m_config.model.heads](const HeadEffects& effects) {
            return isArray(effects.logit, {layers, heads}) && isArray(effects.probability, {layers, heads});
        });
}

void Asker::askForLens(const Image& photo, int number) {
    const std::size_t place = static_cast<std::size_t>(number / 12) % (kLenses.size() + relevanceMethods().size());
    const Lens& lens =
        lensNamed(place < kLenses.size() ? kLenses[place] : relevanceMethods()[place - kLenses.size()].key);
    ask("lens " + lens.key,
        [=, &lens](LoadedModel& model) { return lookThrough(lens, LensQuestion{model, photo, {}, {}}); },
        [](const LensResult& result) {
            return isFinite(result.numbers.values) && result.table.size() > 1 && !result.figure.facts.empty();
        });
}

void Asker::askForWhatIf(const Image& photo, int number) {
    WhatIf change;
    change.hidden = {number % (side() * side())};
    if (number % 2 == 0) change.heads = {{0, number % m_config.model.heads}};
    if (number % 3 == 0) change.blocks = {number % m_config.model.layers};
    if (number % 5 == 0) change.order = shuffledPatches(side() * side(), static_cast<std::uint64_t>(number));
    ask(
        "what if", [=](LoadedModel& model) { return whatIf(model, photo, change); },
        [count = static_cast<std::size_t>(m_classes)](const WhatIfAnswer& answer) {
            return areShares(answer.before, count) && areShares(answer.after, count) && answer.before != answer.after;
        });
}

}  // namespace

class TestSessionStress : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    fs::path home() const { return m_home.path().toStdString(); }
    Session::Options options() const { return {home() / "data", home() / "runs", nullptr, 0}; }
    TrainRequest request(const std::string& name) const {
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.data.trainLimit = 512;
        request.config.run.epochs = 10'000;
        request.config.run.threads = 1;  // beside it one makes the batches
        request.runFolder = home() / name;
        return request;
    }

private Q_SLOTS:
    void trainingDoesNotNotice();
};

// The training goes on until all have been answered, and is then held against as many steps of one that nobody asked.
void TestSessionStress::trainingDoesNotNotice() {
    Recorder recorder;
    Session* current = nullptr;
    std::vector<std::unique_ptr<Asker>> askers;
    std::mutex begun;
    std::atomic<bool> allAnswered = false;
    recorder.react = [&](const Event& event) {
        const auto* step = std::get_if<StepDone>(&event);
        if (!step) return;
        const std::lock_guard lock(begun);
        for (const auto& asker : askers) asker->stepDone();
        // Not at an epoch's end, where validation would be left out and a run of as many steps would not.
        if (allAnswered && step->stepInEpoch < step->stepsPerEpoch) current->requestStop();
    };
    Session session(options(), recorder.listener());
    current = &session;
    const TrainRequest asked = request("asked");
    {
        const std::lock_guard lock(begun);
        for (int i = 1; i <= kAskers; ++i) askers.push_back(std::make_unique<Asker>(session, asked.config, 10, i));
    }
    session.train(asked);
    for (const auto& asker : askers) asker->join();
    QVERIFY(session.busy());
    allAnswered = true;
    session.wait();
    recorder.react = {};
    std::set<std::string> kinds;
    for (const auto& asker : askers) {
        QVERIFY2(asker->faults().isEmpty(), qPrintable(asker->faults().join(", ")));
        QCOMPARE(asker->whileTraining(), kQuestions);
        kinds.insert(asker->kinds().begin(), asker->kinds().end());
    }
    QCOMPARE(kinds.size(), 2 * relevanceMethods().size() + kLenses.size() + 8);
    const std::int64_t steps = recorder.all<RunFinished>().at(0).stepsDone;
    qInfo("%d questions while it made %lld steps", kAskers * kQuestions, static_cast<long long>(steps));
    QVERIFY(steps >= kQuestions / kAfterEachStep);

    TrainRequest alone = request("alone");
    alone.maxSteps = steps;
    session.train(alone);
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().at(1).stepsDone, steps);
    QCOMPARE(runDifference(home() / "alone", home() / "asked"), std::string());
}

QTEST_GUILESS_MAIN(TestSessionStress)
#include "test_session_stress.moc"
