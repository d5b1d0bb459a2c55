// SPDX-License-Identifier: GPL-3.0-or-later
// From one step to the next: model, data set, answers, figures.
#include "ui/pages/evaluate/evaluation_runner.h"

#include "core/base/error.h"
#include "core/data/adapted_dataset.h"
#include "core/data/store/data_store.h"
#include "core/runs/run_evaluation.h"
#include "ui/look/text.h"
#include "ui/pages/data/dataset_loader.h"

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr qint64 kPartMs = 200;  // how long the model may be held up for others, and Cancel for the user

struct Figures {
    std::shared_ptr<const EvaluatedSplit> result;
    QString note;
};

}  // namespace

EvaluationRunner::EvaluationRunner(SessionBridge& bridge, std::shared_ptr<DataStore> store, QObject* parent)
    : QObject(parent), m_bridge(bridge), m_loader(new DatasetLoader(std::move(store), this)) {
    connect(&bridge, &SessionBridge::modelOpened, this, &EvaluationRunner::onModelOpened);
    connect(&bridge, &SessionBridge::runStarted, this,
            [this](const RunStarted& run) { m_model = Model{run.runFolder, run.config}; });
    connect(m_loader, &DatasetLoader::progressed, this, [this](const QString& what, qint64 done, qint64 total) {
        if (running()) Q_EMIT progressed(what, done, total);
    });
    connect(m_loader, &DatasetLoader::loaded, this, [this] {
        if (running()) adaptData();
    });
    connect(m_loader, &DatasetLoader::failed, this, [this](const QString& problem) {
        if (running()) fail(problem);
    });
    connect(&m_figures, &Job::failed, this, &EvaluationRunner::fail);
}

void EvaluationRunner::start(const std::filesystem::path& runFolder, const QString& data, Split split) {
    cancel();
    m_request = ++m_lastRequest;
    m_run = runFolder;
    m_data = data;
    m_split = split;
    m_subject.reset();
    m_answers = {};
    if (m_model && m_model->folder == m_run) return openData();
    Q_EMIT progressed(tr("Opening the model"), 0, 0);
    m_bridge.openModel(m_run);
}

void EvaluationRunner::cancel() {
    if (!running()) return;
    end();
    Q_EMIT cancelled();
}

void EvaluationRunner::end() {
    m_request = 0;
    m_view.reset();
    m_dataset.reset();
    m_loader->forget();  // what it has opened stays with the result, if there is one
    m_figures.abandon();
}

void EvaluationRunner::fail(const QString& problem) {
    end();
    Q_EMIT failed(problem);
}

void EvaluationRunner::onModelOpened(const ModelOpened& opened) {
    if (!opened.problem.empty()) {
        if (running() && opened.runFolder == m_run) fail(qstr(opened.problem));
        return;
    }
    m_model = Model{opened.runFolder, opened.config};
    if (!running()) return;
    if (m_model->folder != m_run)
        fail(tr("Another model was opened meanwhile: evaluate that one, or show this run again."));
    else if (!m_view)
        openData();
}

void EvaluationRunner::openData() {
    Q_EMIT progressed(tr("Opening %1").arg(m_data), 0, 0);
    m_loader->load(m_data, m_model->config.model.inputSize());
}

// What it has to be adapted to, the model alone knows.
void EvaluationRunner::adaptData() {
    const auto adapt = [dataset = m_loader->dataset()](LoadedModel& model) {
        return adaptedTo(model.description(), dataset);
    };
    m_bridge.ask(this, adapt, [this, request = m_request](const Reply<std::shared_ptr<const Dataset>>& reply) {
        if (request != m_request || !running()) return;
        if (reply.answer) beginAsking(*reply.answer);
        else fail(qstr(reply.problem));
    });
}

void EvaluationRunner::beginAsking(std::shared_ptr<const Dataset> dataset) {
    m_dataset = std::move(dataset);
    try {
        m_view.emplace(m_dataset, m_split, cutFor(*m_dataset, m_model->config.data));
    } catch (const Error& problem) {
        return fail(QString::fromUtf8(problem.what()));
    }
    if (m_view->count() == 0)
        return fail(tr("The data set %1 has no %2 images: choose another split.").arg(m_data, splitName(m_split)));
    m_images = std::max<std::int64_t>(1, m_model->config.run.imagesAtOnce());
    askNext();
}

void EvaluationRunner::askNext() {
    Q_EMIT progressed(tr("Evaluating on the %1 images").arg(splitName(m_split)), m_answers.images(), m_view->count());
    m_sinceAsked.start();
    const auto question = [view = *m_view, first = m_answers.images(), count = m_images](LoadedModel& model) {
        return Part{subjectOf(model, view), answersOf(model, view.part(first, count))};
    };
    m_bridge.ask(this, question, [this, request = m_request](const Reply<Part>& reply) {
        if (request == m_request && running()) onPart(reply);
    });
}

void EvaluationRunner::onPart(const Reply<Part>& reply) {
    if (!reply.answer) return fail(qstr(reply.problem));
    const Part& part = *reply.answer;
    if (m_subject && *m_subject != part.subject)
        return fail(tr("The model has changed meanwhile: evaluate it again."));
    m_subject = part.subject;
    m_answers.classes = part.answers.classes;
    m_answers.labels.insert(m_answers.labels.end(), part.answers.labels.begin(), part.answers.labels.end());
    m_answers.logits.insert(m_answers.logits.end(), part.answers.logits.begin(), part.answers.logits.end());
    if (m_sinceAsked.elapsed() < kPartMs) m_images *= 2;
    if (m_answers.images() < m_view->count()) askNext();
    else finish();
}

void EvaluationRunner::finish() {
    Q_EMIT progressed(tr("Computing the figures"), 0, 0);
    const auto compute = [subject = *m_subject, answers = std::exchange(m_answers, {}), view = *m_view, run = m_run,
                          dataset = m_dataset, data = m_data, cut = cutFor(*m_dataset, m_model->config.data)](const Progress&) {
        const EvaluatedClasses classes{dataset->classNames(), dataset->superclasses()};
        auto result = std::make_shared<EvaluatedSplit>(
            EvaluatedSplit{vit::evaluated(subject, classes, answers), dataset, data, cut, view.split()});
        Figures figures{result, {}};
        try {
            keepEvaluation(run, result->evaluation);
        } catch (const Error& problem) {
            figures.note = tr("The figures are not kept with the run: %1").arg(problem.what());
        }
        return figures;
    };
    m_figures.run(compute, [this](const Figures& figures) {
        end();
        Q_EMIT evaluated(figures.result);
        if (!figures.note.isEmpty()) Q_EMIT noteArrived(figures.note);
    });
}

}  // namespace vit::ui
