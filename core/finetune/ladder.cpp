// SPDX-License-Identifier: GPL-3.0-or-later
// Data, report, features, rungs, curve.
#include "core/finetune/ladder.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/derived.h"
#include "core/finetune/k_nearest.h"
#include "core/finetune/linear_probe.h"
#include "core/finetune/photo_report.h"
#include "core/finetune/probe_run.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/view_answers.h"
#include "core/runs/trained_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace vit {

namespace {

class Stopwatch {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count(); }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

class Climb {
public:
    Climb(const LadderRequest& request, DataStore& store, const RunStore& runs, const LadderHost& host)
        : m_request(request), m_store(store), m_runs(runs), m_host(host), m_from(request.model) {
        const TrainedModel model = readTrainedModel(request.model);
        m_config = model.config;
        m_channels = model.description.nativeShape.channels;
    }

    LadderResult run() {
        if (m_request.rungs.empty()) throw InvalidInput("No rung is chosen: choose one at least.");
        openPhotos();
        for (const RungRow& row : rungTable())
            if (wants(row.rung)) climbOne(row.rung);
        if (m_strength) drawCurve();
        return std::move(m_result);
    }

private:
    const LadderRequest& m_request;
    DataStore& m_store;
    const RunStore& m_runs;
    const LadderHost& m_host;
    Config m_config;  // the model's
    int m_channels = 3;
    std::filesystem::path m_from;  // the weights with which training begins
    Fingerprints m_prints;
    std::optional<PhotoFeatures> m_features;
    std::optional<double> m_strength;  // of the linear probe
    LadderResult m_result;

    bool wants(Rung rung) const { return std::ranges::find(m_request.rungs, rung) != m_request.rungs.end(); }
    std::int64_t classes() const { return m_result.photos->classes(); }

    void openPhotos() {
        const ImageSize size = m_config.model.inputSize();
        m_result.photos = m_store.open(photosConfig(m_config, m_request.data), m_host.progress);
        if (m_result.photos->shape().channels != m_channels)
            throw InvalidInput("The model takes " + std::string(m_channels == 1 ? "grey" : "colour") +
                               " images, those of " + m_request.data + " are " + (m_channels == 1 ? "in colour" : "grey") +
                               ": choose another model.");
        m_prints = fingerprintsOf(*m_result.photos, m_host.progress);
        m_result.report = photoReport(m_store.info(m_request.data), *m_result.photos, m_prints, size, m_host.progress);
        if (m_result.photos->testCount() == 0)
            throw InvalidInput("The data set " + m_request.data +
                               " has no test photos, without which no way can be told from another: add a folder "
                               "\"test\" beside \"train\", or put the classes' folders side by side, of which a part is "
                               "then kept for the test.");
        m_host.changed(m_result);
    }

    const PhotoFeatures& features() {
        if (m_features) return *m_features;
        const Stopwatch watch;
        m_features = photoFeatures(m_request.model, m_result.photos, m_prints, m_request.cache, m_host.progress);
        m_result.featureSeconds = watch.seconds();
        m_result.featuresKept = m_features->kept;
        if (!m_features->trouble.empty())
            m_result.notes.push_back("The features are not kept for the next time: " + m_features->trouble);
        return *m_features;
    }

    void climbOne(Rung rung) {
        m_host.began(rung);
        RungResult result;
        result.rung = rung;
        try {
            if (!rungRow(rung).trains) features();
            const Stopwatch watch;
            if (rung == Rung::Neighbours) askNeighbours(result);
            else if (rung == Rung::LinearProbe) fitLinearProbe(result);
            else tune(result);
            result.seconds = watch.seconds();
            result.figures = figuresOf(result.answers);
        } catch (const Cancelled&) {
            throw;
        } catch (const std::exception& fault) {
            result = {};
            result.rung = rung;
            result.problem = fault.what();
        }
        m_result.rungs.push_back(std::move(result));
        m_host.changed(m_result);
    }

    void askNeighbours(RungResult& result) {
        const PhotoFeatures& rows = *m_features;
        const ChosenK chosen = chooseK(rows.train.view(), classes(), m_host.progress);
        const NearestVotes votes = nearestVotes(rows.train.view(), classes(), rows.test.view(), chosen.k);
        constexpr double kNone = 0.01;  // a class without votes is unlikely, not impossible
        result.answers = {classes(), rows.test.labels, {}};
        for (const std::int32_t count : votes.votes)
            result.answers.logits.push_back(static_cast<float>(std::log(count + kNone)));
        result.estimate = chosen.leaveOneOut;
        result.detail = "k = " + std::to_string(chosen.k) + ", left one out";
    }

    void fitLinearProbe(RungResult& result) {
        const PhotoFeatures& rows = *m_features;
        const ChosenStrength chosen = chooseStrength(rows.train.view(), classes(), m_host.progress);
        const LinearProbe probe = fitProbe(rows.train.view(), classes(), chosen.c, m_host.progress);
        result.answers = {classes(), rows.test.labels, probe.logits(rows.test.values)};
        if (std::isfinite(chosen.accuracy)) result.estimate = chosen.accuracy;
        result.detail = "C = " + numberText(chosen.c) + ", " + std::to_string(chosen.folds) + "-fold cross-validated";
        m_strength = chosen.c;
        result.run = m_runs.create(m_request.data + "-" + rungRow(Rung::LinearProbe).key);
        writeProbeRun(m_request.model, *m_result.photos, probe, result.answers, result.run);
        m_from = result.run;
    }

    void tune(RungResult& result) {
        const TrainRequest request = tuningRequest(result.rung, m_config, m_from, *m_result.photos, m_request.epochs);
        result.run = m_host.train(request).runFolder;
        LoadedModel model = LoadedModel::open(result.run, DeviceChoice::Auto);
        result.answers =
            answersOf(model, DatasetView(m_result.photos, Split::Test, 0), [&](std::int64_t done, std::int64_t total) {
                report(m_host.progress, "Asking the tuned model", done, total);
                return true;
            });
        const OptimizerConfig& optimizer = request.config.optimizer;
        const std::int64_t frozen = optimizer.frozenBlocks;
        result.detail = groupedText(m_request.epochs) + (m_request.epochs == 1 ? " epoch" : " epochs");
        if (frozen > 0)
            result.detail += ", " + std::to_string(frozen) + " of " + std::to_string(m_config.model.layers) +
                             " blocks frozen";
        if (optimizer.loraRank > 0) {
            const DerivedFacts facts = derive(request.config, {m_channels, classes()});
            result.detail += ", rank " + std::to_string(optimizer.loraRank) + ", " +
                             groupedText(facts.learningParameters) + " numbers learned";
        }
    }

    void drawCurve() {
        const PhotoFeatures& rows = *m_features;
        m_result.curve =
            learningCurve(rows.train.view(), rows.test.view(), classes(), *m_strength, m_host.progress);
        m_host.changed(m_result);
    }
};

}  // namespace

LadderResult climb(const LadderRequest& request, DataStore& store, const RunStore& runs, const LadderHost& host) {
    return Climb(request, store, runs, host).run();
}

const RungResult* bestRung(const LadderResult& result, bool withRun) {
    const RungResult* best = nullptr;
    for (const RungResult& rung : result.rungs) {
        if (!rung.done() || (withRun && rung.run.empty())) continue;
        if (best == nullptr || rung.figures.metrics.accuracy > best->figures.metrics.accuracy) best = &rung;
    }
    return best == nullptr && withRun ? bestRung(result, false) : best;
}

std::string verdict(const LadderResult& result) {
    const RungResult* best = bestRung(result, false);
    if (best == nullptr) return "No way has a result.";
    const double accuracy = best->figures.metrics.accuracy;
    const std::int64_t tested = best->answers.images();
    std::string text = std::string(rungRow(best->rung).label) + ": best, with " + percentText(accuracy) + " of " +
                       photosText(tested) + " told right.";
    const double chance = 2 * std::sqrt(accuracy * (1 - accuracy) / static_cast<double>(tested));  // two standard errors
    for (const RungResult& rung : result.rungs) {
        if (&rung == best) break;
        if (!rung.done() || accuracy - rung.figures.metrics.accuracy > chance) continue;
        text += " " + std::string(rungRow(rung.rung).label) + ", in " +
                (rung.seconds < 1 ? std::string("less than a second") : durationText(rung.seconds)) +
                ", may be as good: with so few test photos chance alone makes such a difference.";
        break;
    }
    return text;
}

}  // namespace vit
