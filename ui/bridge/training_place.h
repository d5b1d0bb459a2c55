// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run is trained, and the programs by which the window gets there.
#pragma once

#include <QString>
#include <QStringList>

class QProcess;

namespace vit::ui {

struct TrainingPlace {
    enum class Kind { Here, AllGpus, Host };

    Kind kind = Kind::Here;
    QString host;  // of Host: a name that ssh knows, "user@name" too

    bool isHere() const { return kind == Kind::Here; }
    bool operator==(const TrainingPlace&) const = default;
};

struct FarPrograms {
    QString ssh = "ssh";        // a command line: "ssh -F file"
    QString there = "vit-cli";  // on the other computer, as one would type it there
    QString here;               // on this one; empty: beside the window's own program, else by its name

    bool operator==(const FarPrograms&) const = default;
};

// Whether ssh can be given this: a name, without blanks, that it does not take for an option.
bool isHostName(const QString& host);

// Starts vit-cli with these arguments on the host, or on this computer where it is empty. The arguments need no quotes
// in a shell. ssh asks nothing, and gives up a connection that has been silent for a quarter of a minute.
void startThere(QProcess& process, const FarPrograms& programs, const QString& host, const QStringList& arguments);

struct FarProblem {
    QString text;           // a sentence or two: what is wrong, and what to do
    bool passing = false;   // a connection that broke: trying again may help
    bool refused = false;   // vit-cli there was reached, and what was asked of it cannot be done
};

// Of such a process, which has ended otherwise than it should.
FarProblem farProblem(QProcess& process, const FarPrograms& programs, const QString& host);

// "HOST", or "this computer" where it is empty.
QString placeName(const QString& host);

}  // namespace vit::ui
