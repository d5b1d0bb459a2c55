// SPDX-License-Identifier: GPL-3.0-or-later
// A run that vit-cli trains while a test disturbs it, and how it fared.
#pragma once

#include "tests/support/disturbed_cli.h"
#include "tests/support/same_run.h"

#include <QString>
#include <QStringList>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace vit::test {

// What vit-cli returned and said, and how the run's folder differs from what was promised.
struct Outcome {
    int exitCode = 0;
    QString told;
    std::string difference;
};

// After it has ended; the folder has not been compared.
inline Outcome outcomeOf(DisturbedCli& cli) {
    const int code = cli.exitCode();
    return {code, cli.told(), {}};
}

class DisturbedRun {
public:
    // The run `name` in the folder `home`, beside the run "undisturbed" that it is compared with.
    DisturbedRun(QString home, QString name) : m_home(std::move(home)), m_name(std::move(name)) {}

    const QString& home() const { return m_home; }
    std::filesystem::path folder() const { return folderOf(m_name); }

    // 16 epochs of 5 steps.
    DisturbedCli train(const QStringList& more = {}, rlim_t addressSpace = 0) const {
        QStringList arguments = {"train", "--preset", "testing", "--json", "--run-dir", path()};
        for (const char* setting : {"run.threads=1", "data.train_limit=150", "run.epochs=16"})
            arguments << "--set" << setting;
        return {m_home, arguments + more, addressSpace};
    }
    DisturbedCli resume(const QStringList& more = {}, rlim_t addressSpace = 0) const {
        return {m_home, QStringList{"train", "--json", "--resume", path()} + more, addressSpace};
    }
    void trainTo(int steps) const {
        DisturbedCli cli = train({"--max-steps", QString::number(steps)});
        if (cli.exitCode() != 0) throw std::runtime_error(cli.told().toStdString());
    }

    std::string differenceFromUndisturbed() const { return runDifference(folderOf("undisturbed"), folder()); }
    Outcome endedLikeUndisturbed(DisturbedCli& cli) const {
        Outcome outcome = outcomeOf(cli);
        outcome.difference = differenceFromUndisturbed();
        return outcome;
    }
    // The fault has been mended; resumed, the run ends as if nothing had been.
    Outcome resumedLikeUndisturbed(DisturbedCli& cli) const {
        Outcome outcome = outcomeOf(cli);
        DisturbedCli rest = resume();
        if (rest.exitCode() != 0) outcome.difference = rest.told().toStdString();
        else outcome.difference = differenceFromUndisturbed();
        return outcome;
    }

private:
    QString m_home;
    QString m_name;

    QString path() const { return m_home + '/' + m_name; }
    std::filesystem::path folderOf(const QString& name) const { return (m_home + '/' + name).toStdString(); }
};

}  // namespace vit::test
