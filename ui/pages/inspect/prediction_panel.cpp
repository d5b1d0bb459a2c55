// SPDX-License-Identifier: GPL-3.0-or-later
// Puts bars, caption and history together, and the empty state in their place.
#include "ui/pages/inspect/prediction_panel.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/prediction_bars.h"
#include "ui/pages/inspect/probability_strip.h"

#include <QLabel>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

QLabel* wrappedLabel(const char* name, const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setTextFormat(Qt::PlainText);
    setRole(label, role);
    label->hide();
    return label;
}

}  // namespace

QString predictionCaption(const Prediction& prediction) {
    QStringList parts;
    parts << QString::fromStdString(prediction.model);
    if (prediction.epoch > 0) parts << PredictionPanel::tr("epoch %1 of training").arg(prediction.epoch);
    if (prediction.training) {
        const QString step = withThousands(prediction.step);
        parts << (prediction.step > 0 ? PredictionPanel::tr("still training, step %1").arg(step)
                                      : PredictionPanel::tr("not trained yet"));
    }
    parts << PredictionPanel::tr("%1 ms").arg(prediction.milliseconds, 0, 'f', 1);
    return parts.join(" · ");
}

PredictionPanel::PredictionPanel(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    auto* title = new QLabel(tr("Top 5"), this);
    title->setFont(titleFont());

    m_message = wrappedLabel("predictionMessage", "muted", this);
    m_bars = new PredictionBars(this);
    m_bars->setObjectName("predictionBars");
    m_bars->setAccessibleName(tr("Most probable classes"));
    m_bars->hide();
    m_truth = wrappedLabel("predictionTruth", "muted", this);
    m_caption = wrappedLabel("predictionCaption", "muted", this);
    m_note = wrappedLabel("predictionNote", "muted", this);
    m_history = new ProbabilityStrip(this);
    m_history->setObjectName("predictionHistory");
    m_history->setAccessibleName(tr("Probability of the first class over the epochs"));
    m_history->hide();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpace + kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addWidget(title);
    layout->addWidget(m_message);
    layout->addWidget(m_bars);
    layout->addWidget(m_truth);
    layout->addWidget(m_caption);
    layout->addWidget(m_note);
    layout->addWidget(m_history);
    layout->addStretch();
}

void PredictionPanel::beginPicture(const QString& trueClass) {
    m_trueClass = trueClass;
    m_stale = true;
    m_bars->setStale(true);
    m_bars->setTrueClass({});
    clearHistory();
    updateTruth();
}

void PredictionPanel::beginModel() { clearHistory(); }

void PredictionPanel::showPrediction(const Prediction& prediction) {
    m_history->add(prediction);
    m_history->setMarked(std::nullopt);
    showBars(prediction);
}

void PredictionPanel::showEarlier(const Prediction& prediction) {
    m_history->setMarked(prediction.epoch);
    showBars(prediction);
}

void PredictionPanel::addHistory(const std::vector<Prediction>& kept) {
    for (const Prediction& prediction : kept) m_history->addEarlier(prediction);
    updateHistory();
}

void PredictionPanel::updateHistory() {
    m_history->setVisible(m_history->points().size() > 1 && m_bars->isVisibleTo(this));
}

void PredictionPanel::showBars(const Prediction& prediction) {
    if (prediction.top.size() == 1) {
        return showMessage(tr("This model tells no classes apart yet. Teach it yours on My photos; what it sees already is "
                              "shown by Attention, Tokens and Neighbours."));
    }
    m_stale = false;
    m_message->hide();
    m_bars->setStale(false);
    m_bars->setTrueClass(m_trueClass);
    m_bars->setBars(prediction.top);
    m_bars->show();
    m_caption->setText(predictionCaption(prediction));
    m_caption->show();
    m_note->setVisible(!m_note->text().isEmpty());
    updateHistory();
    updateTruth();
}

void PredictionPanel::showMessage(const QString& text) {
    m_message->setText(text);
    m_message->show();
    m_bars->setBars({});
    m_bars->hide();
    m_caption->hide();
    m_note->hide();
    m_history->hide();
    updateTruth();
}

void PredictionPanel::setModelNote(const QString& text) {
    m_note->setText(text);
    m_note->setVisible(!text.isEmpty() && m_bars->isVisibleTo(this));
}

void PredictionPanel::clearHistory() {
    m_history->clear();
    m_history->hide();
}

void PredictionPanel::updateTruth() {
    m_truth->setVisible(!m_trueClass.isEmpty());
    if (m_trueClass.isEmpty()) return;
    int place = 0;
    for (std::size_t i = 0; i < m_bars->bars().size(); ++i) {
        if (QString::fromStdString(m_bars->bars()[i].name) == m_trueClass) place = static_cast<int>(i) + 1;
    }
    if (m_stale || m_bars->bars().empty()) m_truth->setText(tr("True class: %1").arg(m_trueClass));
    else if (place == 1) m_truth->setText(tr("True class: %1. Correct.").arg(m_trueClass));
    else if (place > 1) m_truth->setText(tr("True class: %1, in place %2.").arg(m_trueClass).arg(place));
    else m_truth->setText(tr("True class: %1, not among these.").arg(m_trueClass));
    setRole(m_truth, !m_stale && place == 1 ? "success" : "muted");
}

}  // namespace vit::ui
