// SPDX-License-Identifier: GPL-3.0-or-later
// Small files for tests.
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QString>

#include <filesystem>
#include <stdexcept>

namespace vit::test {

inline std::filesystem::path pathOf(const QString& text) { return text.toStdString(); }

// Makes the folders on the way too.
inline void writeFile(const QString& path, const QByteArray& content) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        throw std::runtime_error("The test cannot write " + path.toStdString());
}

inline QByteArray readFile(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("The test cannot read " + path.toStdString());
    return file.readAll();
}

}  // namespace vit::test
