// SPDX-License-Identifier: GPL-3.0-or-later
// Prompts that answer what a test tells them to, and keep what they were asked.
#pragma once

#include "ui/bridge/prompts.h"

namespace vit::test {

class ScriptedPrompts : public ui::Prompts {
public:
    QString file;
    QString folder;
    QString text;  // null: the suggestion is taken
    bool yes = true;
    QStringList asked;  // titles
    QString error;      // the text of the last one shown
    QString question;   // so too

    QString openFile(QWidget*, const QString& title, const QString&, const QString&) override {
        asked << title;
        return file;
    }
    QString openFolder(QWidget*, const QString& title, const QString&) override {
        asked << title;
        return folder;
    }
    QString saveFile(QWidget*, const QString& title, const QString&, const QString&) override {
        asked << title;
        return file;
    }
    QString saveFileUnasked(QWidget*, const QString& title, const QString&, const QString&) override {
        asked << title;
        return file;
    }
    QString askText(QWidget*, const QString& title, const QString&, const QString& suggestion) override {
        asked << title;
        return text.isNull() ? suggestion : text;
    }
    bool confirm(QWidget*, const QString& title, const QString& what, const QString&, const QString&) override {
        asked << title;
        question = what;
        return yes;
    }
    void showError(QWidget*, const QString& title, const QString& what) override {
        asked << title;
        error = what;
    }
    void showInformation(QWidget*, const QString& title, const QString&) override { asked << title; }
};

}  // namespace vit::test
