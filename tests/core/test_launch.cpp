// SPDX-License-Identifier: GPL-3.0-or-later
// How a process finds out that it is one of several: the variables that each launcher sets.
#include "core/base/error.h"
#include "core/ranks/launch.h"
#include "tests/support/thrown.h"

#include <QtTest>

#include <map>

using namespace vit;

using Variables = QMap<QString, QString>;
Q_DECLARE_METATYPE(Variables)

namespace {

Environment of(const Variables& variables) {
    return [variables](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional<std::string>(found->toStdString());
    };
}

}  // namespace

class TestLaunch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void launchersAreKnown_data();
    void launchersAreKnown();
    void whoIsAloneIsAlone_data();
    void whoIsAloneIsAlone();
    void whatCannotBeIsRefused_data();
    void whatCannotBeIsRefused();
};

void TestLaunch::launchersAreKnown_data() {
    QTest::addColumn<Variables>("variables");
    QTest::addColumn<QString>("found");
    const Variables torchrun = {{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"LOCAL_RANK", "1"}, {"LOCAL_WORLD_SIZE", "2"},
                                {"MASTER_ADDR", "node1"}, {"MASTER_PORT", "29500"}};
    QTest::newRow("torchrun") << torchrun << "torchrun: 3 of 4, 1 of 2 here, node1:29500, restart 0";
    Variables again = torchrun;
    again.insert({{"TORCHELASTIC_USE_AGENT_STORE", "True"}, {"TORCHELASTIC_RESTART_COUNT", "2"}});
    QTest::newRow("torchrun, started again")
        << again << "torchrun: 3 of 4, 1 of 2 here, node1:29500, store kept, restart 2";
    const Variables mpi = {{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                           {"MASTER_PORT", "4000"}};
    QTest::newRow("Open MPI on one computer") << mpi << "Open MPI: 1 of 2, 1 of 2 here, 127.0.0.1:4000, restart 0";
    Variables both = torchrun;
    both.insert(mpi);
    both["MASTER_PORT"] = "29500";
    QTest::newRow("torchrun started by MPI") << both << "torchrun: 3 of 4, 1 of 2 here, node1:29500, restart 0";
    QTest::newRow("MPI's process manager")
        << Variables{{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "1"}}
        << "MPI: 0 of 2, 0 of 2 here, a:1, restart 0";
    const Variables slurm = {{"SLURM_PROCID", "5"}, {"SLURM_NTASKS", "8"}, {"SLURM_LOCALID", "1"},
                             {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_NODES", "2"}, {"SLURM_JOB_ID", "100"},
                             {"SLURM_RESTART_COUNT", "1"}, {"MASTER_PORT", "5000"}};
    for (const auto& [nodes, first] : std::map<QString, QString>{{"gpu[003-004,9]", "gpu003"}, {"a1,a2", "a1"},
                                                                {"big7", "big7"}, {"n[12,14-15]", "n12"}}) {
        Variables job = slurm;
        job["SLURM_STEP_NODELIST"] = nodes;
        QTest::addRow("Slurm on %s", qPrintable(nodes))
            << job << QString("Slurm: 5 of 8, 1 of 4 here, %1:5000, restart 1").arg(first);
    }
}

void TestLaunch::launchersAreKnown() {
    QFETCH(Variables, variables);
    const std::optional<Launch> launch = launchFrom(of(variables));
    QVERIFY(launch);
    const QString found = QString("%1: %2 of %3, %4 of %5 here, %6:%7,%8 restart %9")
                              .arg(QString::fromStdString(launch->by))
                              .arg(launch->rank)
                              .arg(launch->ranks)
                              .arg(launch->localRank)
                              .arg(launch->localRanks)
                              .arg(QString::fromStdString(launch->address))
                              .arg(launch->port)
                              .arg(launch->storeIsKept ? " store kept," : "")
                              .arg(launch->restart);
    QTEST(found, "found");
}

void TestLaunch::whoIsAloneIsAlone_data() {
    QTest::addColumn<Variables>("variables");
    QTest::newRow("nothing is set") << Variables();
    QTest::newRow("a shell within a Slurm allocation") << Variables{{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}};
    QTest::newRow("a rank without a number of ranks") << Variables{{"RANK", "0"}};
}

void TestLaunch::whoIsAloneIsAlone() {
    QFETCH(Variables, variables);
    QVERIFY(!launchFrom(of(variables)));
}

void TestLaunch::whatCannotBeIsRefused_data() {
    QTest::addColumn<Variables>("variables");
    QTest::addColumn<QString>("said");
    QTest::newRow("no number") << Variables{{"RANK", "first"}, {"WORLD_SIZE", "2"}} << "\"first\"";
    QTest::newRow("no such rank") << Variables{{"RANK", "2"}, {"WORLD_SIZE", "2"}} << "counted from 0";
    QTest::newRow("negative") << Variables{{"RANK", "-1"}, {"WORLD_SIZE", "2"}} << "no such number";
    QTest::newRow("rank 0 is nowhere")
        << Variables{{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
                     {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}}
        << "-x MASTER_ADDR=HOST";
}

void TestLaunch::whatCannotBeIsRefused() {
    QFETCH(Variables, variables);
    QFETCH(QString, said);
    const QString fault = test::thrown<InvalidInput>([&] { launchFrom(of(variables)); });
    QVERIFY2(fault.contains(said), qPrintable(fault));
}

QTEST_GUILESS_MAIN(TestLaunch)
#include "test_launch.moc"
