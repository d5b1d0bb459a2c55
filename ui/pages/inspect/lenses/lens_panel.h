// SPDX-License-Identifier: GPL-3.0-or-later
// A lens of the Inspect page: what it shows of one picture and one model, kept up to date while it is looked through.
#pragma once

#include "core/config/config.h"
#include "core/data/images/image.h"
#include "core/lenses/lens.h"
#include "ui/bridge/session_bridge.h"

#include <QString>
#include <QWidget>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

class QLabel;
class QStackedLayout;

namespace vit::ui {

// What is looked at. No lens but that of patches shows anything without a model.
struct LensSubject {
    std::shared_ptr<const Image> image;
    std::string trueClass;               // of the image; empty if not known
    std::optional<Config> model;         // its configuration
    ModelChoice choice;                  // which one it is
};

// Whether two answers are of the same weights.
inline bool sameWeights(const LoadedModel::State& a, const LoadedModel::State& b) {
    return a.name == b.name && a.epoch == b.epoch && a.step == b.step && a.training == b.training;
}

class LensPanel : public QWidget {
    Q_OBJECT

public:
    LensPanel(SessionBridge& bridge, QWidget* parent);
    ~LensPanel() override;

    // Another picture or another model.
    void setSubject(const LensSubject& subject);
    // The same model with other weights: after an epoch.
    void renew();
    // Only a lens that is looked through asks the model.
    void setLookedThrough(bool looked);

    // What stands beside the view: made by the panel, put into its place by the page.
    virtual QWidget* controls() = 0;

    // While something plays: colours go on meaning the numbers that they mean now.
    virtual void holdScale(bool /*held*/) {}

    // An answer is still to come.
    bool busy() const { return m_asking; }

    // Which lens of the engine writes what is shown here to a file, and how it is set. Empty: none does.
    virtual std::string exportKey() const { return {}; }
    virtual LensSettings exportSettings() const { return {}; }

protected:
    // What is asked anew whenever subject or settings change: calls ask() once.
    virtual void askModel() = 0;
    // Before the first answer for a new subject.
    virtual void beginSubject() {}

    // To be called when a setting changes what is asked for; one question at a time is under way, the last one counts.
    void refresh();

    // `question` gets the model, the image and a progress that ends it when its answer is no longer wanted; `show` gets
    // its answer, unless the subject has changed since.
    template <typename Question, typename Show>
    void ask(Question question, Show show) {
        m_stop = std::make_shared<std::atomic<bool>>(false);
        const auto asked = [question = std::move(question), image = m_subject.image, stop = m_stop](LoadedModel& model) {
            return question(model, *image, [stop](std::int64_t, std::int64_t) { return !*stop; });
        };
        m_bridge.ask(this, m_subject.choice, asked, [this, generation = m_generation, show = std::move(show)](const auto& reply) {
            if (!answered(generation, reply.problem)) return;
            show(*reply.answer);
        });
    }

    const LensSubject& subject() const { return m_subject; }
    SessionBridge& bridge() const { return m_bridge; }  // for what is asked besides
    QWidget* content() const { return m_content; }  // where the panel puts its widgets

private:
    void showMessage(const QString& text);
    bool answered(std::uint64_t generation, const std::string& problem);  // false: there is nothing to show

    SessionBridge& m_bridge;
    LensSubject m_subject;
    std::shared_ptr<std::atomic<bool>> m_stop;  // of the question under way
    std::uint64_t m_generation = 0;             // counts subjects
    bool m_looked = false;
    bool m_asking = false;
    bool m_again = true;  // what is shown is not what is wanted

    QStackedLayout* m_stack;
    QLabel* m_message;
    QWidget* m_content;
};

}  // namespace vit::ui
