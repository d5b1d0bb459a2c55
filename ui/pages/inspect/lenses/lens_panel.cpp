// SPDX-License-Identifier: GPL-3.0-or-later
// One question at a time.
#include "ui/pages/inspect/lenses/lens_panel.h"

#include "ui/look/theme.h"

#include <QLabel>
#include <QStackedLayout>

namespace vit::ui {

LensPanel::LensPanel(SessionBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge) {
    m_message = new QLabel(this);
    m_message->setObjectName("lensMessage");
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    setRole(m_message, "muted");
    m_content = new QWidget(this);
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(m_message);
    m_stack->addWidget(m_content);
    showMessage({});
}

LensPanel::~LensPanel() {
    if (m_stop) *m_stop = true;
}

void LensPanel::setSubject(const LensSubject& subject) {
    const bool otherImage = subject.image != m_subject.image;
    m_subject = subject;
    ++m_generation;
    if (otherImage || !m_subject.model) beginSubject();
    refresh();
}

void LensPanel::renew() {
    // What is under way is let end: where epochs are shorter than a look, nothing would ever be seen.
    if (m_asking) m_again = true;
    else refresh();
}

void LensPanel::setLookedThrough(bool looked) {
    m_looked = looked;
    if (looked && m_again) refresh();
}

void LensPanel::refresh() {
    m_again = true;
    if (m_asking) {
        *m_stop = true;
        return;
    }
    if (!m_subject.image) return showMessage({});
    if (!m_subject.model)
        return showMessage(tr("This shows what a model does with the picture.\nTrain one, or open a run."));
    if (!m_looked) return;
    m_again = false;
    m_asking = true;
    m_message->setText(tr("Looking…"));  // seen where there is no answer yet
    askModel();
}

bool LensPanel::answered(std::uint64_t generation, const std::string& problem) {
    m_asking = false;
    const bool wanted = generation == m_generation;
    if (m_again) refresh();
    if (!wanted) return false;
    if (problem.empty()) {
        m_stack->setCurrentWidget(m_content);
        return true;
    }
    // What was stopped makes way for what is asked already.
    if (!m_again && !m_asking) showMessage(QString::fromStdString(problem));
    return false;
}

void LensPanel::showMessage(const QString& text) {
    m_message->setText(text);
    m_stack->setCurrentWidget(m_message);
}

}  // namespace vit::ui
