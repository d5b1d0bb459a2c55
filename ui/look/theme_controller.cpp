// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and watches org.freedesktop.appearance color-scheme (XDG desktop portal: 0 none, 1 dark, 2 light).
#include "ui/look/theme_controller.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QGuiApplication>

#include <optional>

namespace vit::ui {

namespace {

constexpr auto kService = "org.freedesktop.portal.Desktop";
constexpr auto kPath = "/org/freedesktop/portal/desktop";
constexpr auto kInterface = "org.freedesktop.portal.Settings";
constexpr auto kGroup = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";
constexpr uint kPreferDark = 1;
constexpr int kTimeoutMs = 150;

// The answer is wrapped in one variant by newer portals and in two by Read().
uint unwrapped(QVariant value) {
    while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    return value.toUInt();
}

std::optional<bool> portalPrefersDark() {
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return std::nullopt;
    QDBusMessage call = QDBusMessage::createMethodCall(kService, kPath, kInterface, "Read");
    call.setArguments({QString(kGroup), QString(kKey)});
    call.setAutoStartService(false);  // a desktop that has the portal runs it already; the window does not wait for one
    const QDBusMessage reply = bus.call(call, QDBus::Block, kTimeoutMs);
    if (reply.type() != QDBusMessage::ReplyMessage || reply.arguments().isEmpty()) return std::nullopt;
    const uint scheme = unwrapped(reply.arguments().constFirst());
    if (scheme == 0) return std::nullopt;
    return scheme == kPreferDark;
}

}  // namespace

ThemeController::ThemeController(ThemeChoice choice, QObject* parent) : QObject(parent), m_choice(choice) {
    const bool darkPalette = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    m_systemDark = portalPrefersDark().value_or(darkPalette);
    QDBusConnection::sessionBus().connect(kService, kPath, kInterface, "SettingChanged", this,
                                          SLOT(onSettingChanged(QString, QString, QDBusVariant)));
    apply();
}

void ThemeController::setChoice(ThemeChoice choice) {
    if (choice == m_choice) return;
    m_choice = choice;
    apply();
}

void ThemeController::onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group != kGroup || key != kKey) return;
    m_systemDark = unwrapped(value.variant()) == kPreferDark;
    if (m_choice == ThemeChoice::System) apply();
}

void ThemeController::apply() {
    applyTheme(m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::System && m_systemDark));
}

}  // namespace vit::ui
