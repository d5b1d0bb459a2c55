// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli film, of a run with two pinned pictures, and what is said to wrong use.
#include "tests/support/pictures.h"

#include <QtTest>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

}  // namespace

class TestFilmCommand : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;

    QString path(const QString& name) const { return m_home.filePath(name); }

    Finished run(const QStringList& arguments) const {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", path("data"));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        process.start(VIT_CLI_PATH, arguments);
        if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
    }

private Q_SLOTS:
    // Two epochs of five steps; asked every second one, and after each epoch.
    void initTestCase() {
        QVERIFY(m_home.isValid());
        vit::test::writePicture(path("red.png"), {200, 40, 90}, 40, 30);
        vit::test::writePicture(path("blue.png"), {20, 40, 190}, 30, 30);
        const Finished trained = run({"train", "--preset", "testing", "--run-dir", "pinned", "--set", "run.epochs=2",
                                      "--set", "data.train_limit=150", "--set", "run.pinned_steps=2", "--probe",
                                      "red.png", "--probe", "blue.png"});
        QVERIFY2(trained.code == 0, qPrintable(trained.err));
        QVERIFY2(trained.out.contains("probe-2.png, step 5:"), qPrintable(trained.out));
        const Finished plain =
            run({"train", "--preset", "testing", "--run-dir", "plain", "--max-steps", "1", "--json"});
        QVERIFY2(plain.code == 0, qPrintable(plain.err));
    }

    void filmsAreWritten_data() {
        QTest::addColumn<QString>("picture");
        QTest::newRow("by number") << "2";
        QTest::newRow("by name") << "probe.png";
    }
    void filmsAreWritten() {
        QFETCH(QString, picture);
        const Finished finished = run({"film", "pinned", "--picture", picture, "--out", "film.png", "--fps", "2.5"});
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QCOMPARE(finished.out, QString("film.png: 6 frames, 6 with a map\n"));
        const QByteArray film = vit::test::readFile(path("film.png"));
        QVERIFY(film.startsWith("\x89PNG"));
        QCOMPARE(film.count("fcTL"), 6);
        QFile::remove(path("film.png"));
    }

    void reportHasTheMaps() {
        const Finished finished = run({"export", "pinned", "--format", "report", "--out", "report.html"});
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QCOMPARE(vit::test::readFile(path("report.html")).count("<img class=\"maps\""), 2);
    }

    void wrongUseIsSaid_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("says");
        QTest::newRow("another ending") << "film pinned --out film.gif" << ".apng";
        QTest::newRow("no file") << "film pinned" << "--out";
        QTest::newRow("no such picture") << "film pinned --picture 3 --out film.png"
                                         << "1 (probe.png), 2 (probe-2.png)";
        QTest::newRow("no number") << "film pinned --picture 0 --out film.png" << "1 (probe.png)";
        QTest::newRow("nothing pinned") << "film plain --out film.png" << "--probe";
        QTest::newRow("unknown run") << "film nonsense --out film.png" << "vit-cli runs list";
        QTest::newRow("too fast") << "film pinned --out film.png --fps 1000" << "--fps";
        QTest::newRow("unknown colours") << "film pinned --out film.png --colours pink" << "viridis";
        QTest::newRow("nine pictures") << "train --preset testing" + QString(" --probe red.png").repeated(9)
                                       << "at most 8";
        QTest::newRow("unknown map") << "train --preset testing --set run.pinned_map=magic" << "run.pinned_map";
    }
    void wrongUseIsSaid() {
        QFETCH(QString, arguments);
        QFETCH(QString, says);
        const Finished finished = run(arguments.split(' '));
        QCOMPARE(finished.code, 2);
        QVERIFY2(finished.err.contains(says), qPrintable(finished.err));
        QVERIFY(!QFile::exists(path("film.png")));
    }
};

QTEST_GUILESS_MAIN(TestFilmCommand)
#include "test_film_command.moc"
