// SPDX-License-Identifier: GPL-3.0-or-later
// The wording of the log.
#include "ui/pages/train/run_words.h"

#include "core/config/schema.h"
#include "ui/look/format.h"

#include <QCoreApplication>

#include <cmath>
#include <filesystem>

namespace vit::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("RunWords", text); }

QString testText(const RunFinished& result) {
    return tr(" Test accuracy %1, top-5 %2 (weights of epoch %3).")
        .arg(percentText(result.test.accuracy), percentText(result.test.top5Accuracy))
        .arg(result.bestEpoch);
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
    QString text = epoch.best ? tr("Epoch %1 of %2, the best so far: loss %3, accuracy %4")
                              : tr("Epoch %1 of %2: loss %3, accuracy %4");
    text = text.arg(withThousands(epoch.epoch), withThousands(epoch.epochs), plainNumber(epoch.train.loss),
                    percentText(epoch.train.accuracy));
    if (!std::isnan(epoch.validation.loss))
        text += tr("; validation loss %1, accuracy %2, top-5 %3")
                    .arg(plainNumber(epoch.validation.loss), percentText(epoch.validation.accuracy),
                         percentText(epoch.validation.top5Accuracy));
    const QString speed = withThousands(std::llround(epoch.imagesPerSecond));
    return text + tr("; %1, %2 images/s").arg(durationText(epoch.seconds), speed);
}

QString finishedText(const RunFinished& result) {
    QString text = result.reason == StopReason::Stopped ? tr("%1 was stopped after %2 in %3.")
                                                        : tr("%1 finished after %2 in %3.");
    const QString epochs =
        result.epochsDone == 1 ? tr("1 epoch") : tr("%1 epochs").arg(withThousands(result.epochsDone));
    text = text.arg(QString::fromStdString(result.runName), epochs, durationText(result.seconds));
    if (!result.explanation.empty()) text += " " + QString::fromStdString(result.explanation);
    if (result.tested) text += testText(result);
    return text;
}

QString evaluatedText(const RunFinished& result) {
    return tr("%1 was evaluated.").arg(QString::fromStdString(result.runName)) + testText(result);
}

QString failedText(const RunFailed& failure) {
    QString text = QString::fromStdString(failure.text);
    for (const std::string& key : failure.keys)
        if (const Field* field = findField(key))
            text.replace(QString::fromStdString(key + ": "), QString::fromStdString(field->label + ": "));
    return text;
}

}  // namespace vit::ui
