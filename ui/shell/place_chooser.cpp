// SPDX-License-Identifier: GPL-3.0-or-later
// A menu of places, which is made anew when one is added.
#include "ui/shell/place_chooser.h"

#include "core/device/device.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/settings.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QWidget>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

using Kind = TrainingPlace::Kind;

int gpusHere() {
    const std::vector<DeviceInfo> devices = availableDevices();
    return static_cast<int>(std::count_if(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.choice == DeviceChoice::Cuda;
    }));
}

}  // namespace

PlaceChooser::PlaceChooser(Prompts& prompts, Settings& settings, QWidget* window)
    : QObject(window), m_prompts(prompts), m_settings(settings), m_window(window), m_menu(new QMenu(window)),
      m_place(settings.trainingPlace()) {
    m_menu->setTitle(tr("Train on"));
    m_menu->setObjectName("placeMenu");
    m_menu->setToolTipsVisible(true);
    fill();
    countGpus();
}

QString PlaceChooser::text() const {
    switch (m_place.kind) {
        case Kind::Host: return m_place.host;
        case Kind::AllGpus: return m_gpus > 1 ? tr("All %1 GPUs").arg(m_gpus) : tr("All GPUs");
        case Kind::Here: break;
    }
    return tr("This computer");
}

QString PlaceChooser::toolTip() const {
    if (!m_why.isEmpty()) return m_why;
    switch (m_place.kind) {
        case Kind::Host:
            return tr("New runs are trained on %1, reached through ssh. Click to choose another place.")
                .arg(m_place.host);
        case Kind::AllGpus:
            return tr("New runs are trained by a process for each GPU of this computer, which go on when the window "
                      "closes. Click to choose another place.");
        case Kind::Here: break;
    }
    return tr("New runs are trained by this window. Click to choose another place.");
}

void PlaceChooser::setEnabled(bool enabled, const QString& why) {
    m_why = enabled ? QString() : why;
    m_menu->setEnabled(enabled);
}

void PlaceChooser::fill() {
    m_menu->clear();
    delete m_group;
    m_group = new QActionGroup(this);
    add(tr("This computer"), tr("In this window's own process"), {});
    const QString gpus = m_gpus > 1 ? tr("All %1 GPUs of this computer").arg(m_gpus) : tr("All GPUs of this computer");
    QString tip = tr("A process for each GPU, all of them training one model; they go on when the window closes");
    if (m_gpus < 0) tip = tr("It is not known yet which GPUs there are");
    else if (m_gpus == 0) tip = m_gpuProblem;
    else if (m_gpus == 1) tip = tr("There is but one GPU here, which \"This computer\" uses too");
    add(gpus, tip, {Kind::AllGpus, {}})->setEnabled(m_gpus > 1);
    m_menu->addSeparator();
    QStringList hosts = m_settings.hosts();
    if (m_place.kind == Kind::Host && !hosts.contains(m_place.host)) hosts.prepend(m_place.host);
    for (const QString& host : std::as_const(hosts))
        add(host, tr("On this computer, reached through ssh"), {Kind::Host, host});
    QAction* other = m_menu->addAction(tr("Another computer…"), this, &PlaceChooser::askForHost);
    other->setObjectName("placeOther");
    other->setToolTip(tr("Name one that you reach through ssh and that has ViT Workbench too, or change how it is "
                         "reached"));
}

QAction* PlaceChooser::add(const QString& text, const QString& tip, const TrainingPlace& place) {
    QAction* action = m_menu->addAction(QString(text).replace('&', "&&"), this, [this, place] { choose(place); });
    action->setToolTip(tip);
    action->setCheckable(true);
    action->setChecked(place == m_place);
    m_group->addAction(action);
    return action;
}

void PlaceChooser::choose(const TrainingPlace& place) {
    m_place = place;
    m_settings.setTrainingPlace(place);
    if (place.kind == Kind::Host) m_settings.addHost(place.host);
    // Not from within an action that would be deleted.
    QMetaObject::invokeMethod(this, &PlaceChooser::fill, Qt::QueuedConnection);
    Q_EMIT changed();
}

void PlaceChooser::askForHost() {
    const QStringList hosts = m_settings.hosts();
    const auto choice = m_prompts.askHost(m_window, {hosts.isEmpty() ? QString() : hosts.constFirst(),
                                                     m_settings.farPrograms()});
    if (!choice || !isHostName(choice->host)) return;
    m_settings.setFarPrograms(choice->programs);
    choose({Kind::Host, choice->host});
}

void PlaceChooser::countGpus() {
    m_counting.run([](const Progress&) { return std::pair(gpusHere(), cudaProblem()); },
                   [this](const std::pair<int, std::string>& found) {
                       m_gpus = found.first;
                       m_gpuProblem = QString::fromStdString(found.second);
                       if (m_gpus < 2 && m_place.kind == Kind::AllGpus) m_place = {};
                       fill();
                       Q_EMIT changed();
                   });
}

}  // namespace vit::ui
