// SPDX-License-Identifier: GPL-3.0-or-later
// The real dialogs.
#include "ui/bridge/prompts.h"

#include "core/data/images/image.h"
#include "ui/widgets/extension_dialog.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>

namespace vit::ui {

namespace {

// "png" of "PNG image (*.png)"; empty for "All files (*)".
QString suffixOf(const QString& nameFilter) {
    static const QRegularExpression pattern(R"(\*\.(\w+))");
    return pattern.match(nameFilter).captured(1);
}

QString askFile(QFileDialog& dialog, const QString& suggestion) {
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.selectFile(QFileInfo(suggestion).fileName());
    dialog.setDefaultSuffix(suffixOf(dialog.selectedNameFilter()));
    // The name's ending decides the format, so it follows the type that is chosen.
    QObject::connect(&dialog, &QFileDialog::filterSelected, &dialog, [&dialog](const QString& chosen) {
        const QString suffix = suffixOf(chosen);
        dialog.setDefaultSuffix(suffix);
        if (suffix.isEmpty() || dialog.selectedFiles().isEmpty()) return;
        dialog.selectFile(QFileInfo(dialog.selectedFiles().constFirst()).completeBaseName() + '.' + suffix);
    });
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty()) return {};
    return dialog.selectedFiles().constFirst();
}

}  // namespace

QString Prompts::openFile(QWidget* parent, const QString& title, const QString& folder, const QString& filter) {
    return QFileDialog::getOpenFileName(parent, title, folder, filter);
}

QString Prompts::openFolder(QWidget* parent, const QString& title, const QString& folder) {
    return QFileDialog::getExistingDirectory(parent, title, folder);
}

QString Prompts::saveFile(QWidget* parent, const QString& title, const QString& suggestion, const QString& filter) {
    QFileDialog dialog(parent, title, QFileInfo(suggestion).absolutePath(), filter);
    return askFile(dialog, suggestion);
}

QString Prompts::saveFileUnasked(QWidget* parent, const QString& title, const QString& suggestion,
                                 const QString& filter) {
    QFileDialog dialog(parent, title, QFileInfo(suggestion).absolutePath(), filter);
    dialog.setOption(QFileDialog::DontConfirmOverwrite);
    return askFile(dialog, suggestion);
}

QString Prompts::askText(QWidget* parent, const QString& title, const QString& label, const QString& suggestion) {
    return QInputDialog::getText(parent, title, label, QLineEdit::Normal, suggestion);
}

std::optional<Extension> Prompts::askExtension(QWidget* parent, const QString& runName, const Config& config) {
    ExtensionDialog dialog(runName, config, parent);
    if (dialog.exec() != QDialog::Accepted) return std::nullopt;
    return dialog.extension();
}

bool Prompts::confirm(QWidget* parent, const QString& title, const QString& text, const QString& yes,
                      const QString& no) {
    QMessageBox box(QMessageBox::Question, title, text, QMessageBox::NoButton, parent);
    const QPushButton* accept = box.addButton(yes, QMessageBox::AcceptRole);
    QPushButton* decline = box.addButton(no, QMessageBox::RejectRole);
    box.setDefaultButton(decline);
    box.setEscapeButton(decline);
    box.exec();
    return box.clickedButton() == accept;
}

int Prompts::choose(QWidget* parent, const QString& title, const QString& text, const QStringList& ways) {
    QMessageBox box(QMessageBox::Question, title, text, QMessageBox::NoButton, parent);
    QList<QPushButton*> buttons;
    for (const QString& way : ways) {
        const bool last = buttons.size() + 1 == ways.size();
        buttons << box.addButton(way, last ? QMessageBox::RejectRole : QMessageBox::AcceptRole);
    }
    box.setDefaultButton(buttons.constLast());
    box.setEscapeButton(buttons.constLast());
    box.exec();
    for (int i = 0; i < buttons.size(); ++i)
        if (box.clickedButton() == buttons[i]) return i;
    return static_cast<int>(buttons.size()) - 1;
}

std::optional<HostChoice> Prompts::askHost(QWidget* parent, const HostChoice& suggestion) {
    HostDialog dialog(suggestion, parent);
    if (dialog.exec() != QDialog::Accepted) return std::nullopt;
    return dialog.choice();
}

void Prompts::showError(QWidget* parent, const QString& title, const QString& text) {
    QMessageBox::warning(parent, title, text);
}

void Prompts::showInformation(QWidget* parent, const QString& title, const QString& text) {
    QMessageBox::information(parent, title, text);
}

QString imageFilter() {
    QStringList patterns;
    for (const std::string& extension : imageExtensions()) patterns << "*" + QString::fromStdString(extension);
    return QObject::tr("Images (%1);;All files (*)").arg(patterns.join(' '));
}

}  // namespace vit::ui
