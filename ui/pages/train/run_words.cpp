// SPDX-License-Identifier: GPL-3.0-or-later
// The wording of the log.
#include "ui/pages/train/run_words.h"

#include "core/config/schema.h"
#include "core/events/state_words.h"
#include "ui/look/format.h"

#include <QCoreApplication>

#include <cmath>
#include <filesystem>

namespace vit::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("RunWords", text); }

QString testText(const RunFinished& result) {
    const QString precision = QString::fromStdString(result.testPrecision);
    const QString views = QString::fromStdString(result.testViews);
    return tr(" Test: %1 (weights of epoch %2%3%4).")
        .arg(QString::fromStdString(metricsText(result.test)))
        .arg(result.bestEpoch)
        .arg(precision.isEmpty() ? QString() : tr(", computed in %1").arg(precision),
             views.isEmpty() ? QString() : tr(", %1").arg(views));
}

}  // namespace

QString startedText(const RunStarted& run) {
    QString name = QString::fromStdString(run.runName);
    const std::string folder = std::filesystem::path(run.runFolder).filename().string();
    if (folder != run.runName) name = tr("%1 (in the folder %2)").arg(name, QString::fromStdString(folder));
    return tr("%1 began: %2 parameters, %3 training, %4 validation and %5 test images, %6, %7, %8.")
        .arg(name, withThousands(run.parameters), withThousands(run.trainImages),
             withThousands(run.validationImages), withThousands(run.testImages), QString::fromStdString(run.device),
             QString::fromStdString(run.precision), QString::fromStdString(run.kernels));
}

QString epochText(const EpochDone& epoch) {
    QString text = epoch.best ? tr("Epoch %1 of %2, the best so far: %3") : tr("Epoch %1 of %2: %3");
    text = text.arg(withThousands(epoch.epoch), withThousands(epoch.epochs),
                    QString::fromStdString(metricsText(epoch.train)));
    if (!std::isnan(epoch.validation.loss))
        text += tr("; validation %1").arg(QString::fromStdString(metricsText(epoch.validation)));
    const QString speed = withThousands(std::llround(epoch.imagesPerSecond));
    return text + tr("; %1, %2 images/s").arg(durationText(epoch.seconds), speed);
}

QString stateText(const RunFinished& result) {
    return QString::fromStdString(result.runName) + ' ' + wordsOf(result.reason).state;
}

QString finishedText(const RunFinished& result) {
    const QString epochs =
        result.epochsDone == 1 ? tr("1 epoch") : tr("%1 epochs").arg(withThousands(result.epochsDone));
    QString text = tr("%1 after %2 in %3.").arg(stateText(result), epochs, durationText(result.seconds));
    if (!result.explanation.empty()) text += " " + QString::fromStdString(result.explanation);
    if (result.tested) text += testText(result);
    return text;
}

QString evaluatedText(const RunEvaluated& evaluated) {
    const QString note = evaluated.note.empty() ? QString() : " " + QString::fromStdString(evaluated.note);
    return tr("%1 was evaluated.").arg(QString::fromStdString(evaluated.result.runName)) + testText(evaluated.result) +
           note;
}

QString failedText(const RunFailed& failure) {
    QString text = QString::fromStdString(failure.text);
    for (const std::string& key : failure.keys)
        if (const Field* field = findField(key))
            text.replace(QString::fromStdString(key + ": "), QString::fromStdString(field->label + ": "));
    return text;
}

}  // namespace vit::ui
