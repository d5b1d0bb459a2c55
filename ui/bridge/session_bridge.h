// SPDX-License-Identifier: GPL-3.0-or-later
// The one class that touches both threads: turns the worker's events into signals and its answers into calls on the GUI
// thread, at most 25 times a second, in their order, steps in batches, nothing dropped. A run may also be trained
// elsewhere (elsewhere_run.h): what it tells comes the same way, and what is asked of its model is computed here, with
// the best weights that have come.
#pragma once

#include "core/events/event.h"
#include "core/session/session.h"
#include "ui/bridge/training_place.h"
#include "ui/widgets/job.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace vit::ui {

class ElsewhereRun;

class SessionBridge : public QObject {
    Q_OBJECT

public:
    explicit SessionBridge(Session::Options options, QObject* parent = nullptr);
    ~SessionBridge() override;

    // Requests; see Session. None of them blocks.
    void train(TrainRequest request, const TrainingPlace& place = {});
    void evaluate(const std::filesystem::path& runFolder);
    void requestStop();
    void requestPause();
    void requestContinue();
    bool busy() const;
    bool paused() const;
    void openModel(const std::filesystem::path& runFolder);
    void setProbes(std::vector<std::shared_ptr<const Image>> images);

    // The programs by which runs are trained elsewhere from now on.
    void setFarPrograms(const FarPrograms& programs) { m_programs = programs; }
    // Follows the newest run that is trained elsewhere and of which not all is here yet, unless something goes on.
    void takeUpUnfinished();
    // Where the run that goes on is trained, "HOST" or "this computer" (by processes of its own); empty if it is here,
    // or there is none.
    QString elsewhere() const;
    bool connectionLost() const;
    // Follows it no longer: it goes on there, and is taken up again at the next start.
    void leaveElsewhere();

    // `question` is computed on the worker thread with the model (see Session::ask); `handler` gets the Reply here,
    // unless `receiver` is gone by then.
    template <typename Question, typename Handler>
    void ask(QObject* receiver, Question question, Handler handler) {
        ask(receiver, ModelChoice(), std::move(question), std::move(handler));
    }
    template <typename Question, typename Handler>
    void ask(QObject* receiver, ModelChoice choice, Question question, Handler handler) {
        if (choice.isCurrent() && !m_noModel.empty()) {
            using Answer = std::invoke_result_t<Question&, LoadedModel&>;
            return post([receiver = QPointer<QObject>(receiver), handler = std::move(handler),
                         reply = Reply<Answer>{std::nullopt, m_noModel}]() mutable {
                if (receiver) handler(reply);
            });
        }
        m_session->ask(std::move(choice), std::move(question),
                       [this, receiver = QPointer<QObject>(receiver), handler = std::move(handler)](auto reply) mutable {
                           post([receiver = std::move(receiver), handler = std::move(handler),
                                 reply = std::move(reply)] {
                               if (receiver) handler(reply);
                           });
                       });
    }

    const Session::Options& options() const { return m_options; }

Q_SIGNALS:
    void runRequested();  // train() was called: the form locks at once, before RunStarted arrives
    void runStarted(const vit::RunStarted& event);
    void stepsDone(const std::vector<vit::StepDone>& steps);
    void layersMeasured(const vit::LayersMeasured& event);
    void epochDone(const vit::EpochDone& event);
    void checkpointSaved(const vit::CheckpointSaved& event);
    void probePredicted(const vit::ProbePredicted& event);
    void phaseChanged(const vit::PhaseChanged& event);
    void messageArrived(const vit::Message& event);
    void runFinished(const vit::RunFinished& event);
    void runFailed(const vit::RunFailed& event);
    void evaluationRequested();  // evaluate() was called
    void runEvaluated(const vit::RunEvaluated& evaluated);
    void modelOpened(const vit::ModelOpened& model);
    void pauseChanged(bool paused);
    void modelRenewed();  // of the run that is trained elsewhere: newer weights answer from now on

protected:
    using Delivery = std::variant<Event, std::function<void()>>;
    void post(Delivery delivery);  // worker thread

private:
    void drain();                 // GUI thread
    void tell(const Event& event);
    void trainElsewhere(const TrainRequest& request, const TrainingPlace& place);
    ElsewhereRun& makeElsewhere(const QString& host);
    void onElsewhere(const Event& event);
    void onElsewhereEnded(const Event& last);
    void renewModel();

    Session::Options m_options;
    std::mutex m_mutex;
    std::vector<Delivery> m_pending;  // guarded by m_mutex
    bool m_drainPosted = false;       // guarded by m_mutex
    QElapsedTimer m_sinceDrain;
    QTimer m_drainTimer;
    std::unique_ptr<Session> m_session;
    FarPrograms m_programs;
    std::unique_ptr<ElsewhereRun> m_elsewhere;  // null: what goes on is trained here
    Job m_unfinished;
    std::vector<std::filesystem::path> m_left;  // runs elsewhere that the user has left
    std::vector<std::shared_ptr<const Image>> m_probes;
    std::string m_noModel;  // why there is none to be asked yet of the run elsewhere; empty: it can be asked
    std::filesystem::path m_openAfter;  // asked for while a run went on elsewhere; empty: none
    bool m_opening = false;
    bool m_openAgain = false;
};

}  // namespace vit::ui
