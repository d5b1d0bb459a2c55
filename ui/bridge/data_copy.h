// SPDX-License-Identifier: GPL-3.0-or-later
// Copies a data set of this computer to another one.
#pragma once

#include "ui/bridge/training_place.h"
#include "ui/widgets/job.h"

#include <QFile>
#include <QObject>
#include <QProcess>

#include <filesystem>
#include <memory>

namespace vit {
class TemporaryFolder;
}

namespace vit::ui {

class DataCopy : public QObject {
    Q_OBJECT

public:
    // `store` is the folder of data sets here; destroyed before its end, it stops, and nothing of it stays there.
    DataCopy(FarPrograms programs, QString host, std::filesystem::path store, std::string name,
             QObject* parent = nullptr);
    ~DataCopy() override;

    void begin();

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);
    void arrived();
    void failed(const QString& problem);

private:
    void send(const std::string& sha256);
    void sendMore();

    FarPrograms m_programs;
    QString m_host;
    std::filesystem::path m_store;
    std::string m_name;
    std::shared_ptr<TemporaryFolder> m_folder;
    Job m_packing;
    QFile m_archive;
    QProcess m_process;
};

}  // namespace vit::ui
