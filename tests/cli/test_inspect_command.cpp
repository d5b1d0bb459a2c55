// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli inspect: every lens as every kind of file, and what is said to wrong use.
#include "core/data/images/image.h"
#include "tests/support/made_images.h"
#include "tests/support/pictures.h"

#include <QtTest>

#include <array>
#include <cstring>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

// The shape in a .npy file's header, as Python writes it: "(2, 4)".
QString shapeOf(const QString& file) {
    const QByteArray bytes = vit::test::readFile(file);
    const qsizetype begin = bytes.indexOf("'shape': ") + 9;
    return QString::fromLatin1(bytes.mid(begin, bytes.indexOf(')', begin) + 1 - begin));
}

QList<float> valuesOf(const QString& file) {
    const QByteArray bytes = vit::test::readFile(file);
    const qsizetype first = bytes.indexOf('\n') + 1;
    QList<float> values((bytes.size() - first) / qsizetype{sizeof(float)});
    std::memcpy(values.data(), bytes.constData() + first, static_cast<std::size_t>(values.size()) * sizeof(float));
    return values;
}

}  // namespace

class TestInspectCommand : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;

    QString path(const QString& name) const { return m_home.filePath(name); }

    Finished run(const QStringList& arguments, const QString& data = "data") const {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", path(data));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        process.start(VIT_CLI_PATH, arguments);
        if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
    }
    Finished inspect(const QStringList& arguments) const { return run(QStringList{"inspect", "photo.png"} + arguments); }

private Q_SLOTS:
    // Two layers of two heads on four by four patches.
    void initTestCase() {
        QVERIFY(m_home.isValid());
        vit::test::writePicture(path("photo.png"), {200, 40, 90}, 40, 30);
        const Finished trained =
            run({"train", "--preset", "testing", "--max-steps", "2", "--json", "--run-dir", path("run")});
        QVERIFY2(trained.code == 0, qPrintable(trained.err));
        const Finished kept = run({"train", "--preset", "testing", "--max-steps", "2", "--json"});
        QVERIFY2(kept.code == 0, qPrintable(kept.err));
    }

    void numbersHaveTheirShape_data() {
        QTest::addColumn<QString>("lens");
        QTest::addColumn<int>("dimensions");
        for (const char* lens : {"what-if", "distance", "heads", "relevance", "legrad", "attention-gradient", "gradients", "occlusion",
                                 "rollout", "norms", "positions", "layers"})
            QTest::newRow(lens) << lens << 2;
        QTest::newRow("attention") << "attention" << 4;
        QTest::newRow("tokens") << "tokens" << 3;
        QTest::newRow("filters") << "filters" << 4;
    }
    void numbersHaveTheirShape() {
        QFETCH(QString, lens);
        QFETCH(int, dimensions);
        const Finished finished = inspect({"--lens", lens, "--out", lens + ".npy"});
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QVERIFY(finished.out.startsWith(lens + ".npy"));
        QCOMPARE(shapeOf(path(lens + ".npy")).count(','), dimensions - 1);
    }

    void endingChoosesTheFormat_data() {
        QTest::addColumn<QByteArray>("begin");
        QTest::newRow("m.png") << QByteArray("\x89PNG");
        QTest::newRow("m.PDF") << QByteArray("%PDF");
        QTest::newRow("m.svg") << QByteArray("<?xml");
        QTest::newRow("m.csv") << QByteArray("row,column,relevance\n0,0,");
        QTest::newRow("m.npy") << QByteArray("\x93NUMPY");
    }
    void endingChoosesTheFormat() {
        QFETCH(QByteArray, begin);
        const Finished finished = inspect({"--lens", "relevance", "--out", QTest::currentDataTag()});
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QVERIFY(vit::test::readFile(path(QTest::currentDataTag())).startsWith(begin));
    }

    // Each row of [layers, heads, tokens, tokens] is a share.
    void attentionSumsToOne() {
        QVERIFY(inspect({"--lens", "attention", "--out", "a.npy"}).code == 0);
        const QStringList shape = shapeOf(path("a.npy")).remove('(').remove(')').split(", ");
        QCOMPARE(shape.size(), 4);
        QCOMPARE(shape[2], shape[3]);
        const QList<float> values = valuesOf(path("a.npy"));
        const qsizetype tokens = shape[3].toInt();
        QCOMPARE(values.size(), shape[0].toInt() * shape[1].toInt() * tokens * tokens);
        for (qsizetype row = 0; row < values.size(); row += tokens) {
            double sum = 0;
            for (qsizetype i = 0; i < tokens; ++i) sum += values[row + i];
            QVERIFY(std::abs(sum - 1) < 1e-5);
        }
    }

    // A class by name and by number is the same; another one has another map.
    void classIsChosen() {
        const Finished help = run({"predict", "photo.png", "--top", "2", "--json"});
        const QJsonArray top = QJsonDocument::fromJson(help.out.toUtf8()).object()["top"].toArray();
        const QString name = top[1].toObject()["name"].toString();
        const QString number = QString::number(top[1].toObject()["index"].toInt());
        QVERIFY(inspect({"--lens", "occlusion", "--class", name, "--out", "name.npy"}).code == 0);
        QVERIFY(inspect({"--lens", "occlusion", "--class", number, "--out", "number.npy"}).code == 0);
        QVERIFY(inspect({"--lens", "occlusion", "--out", "predicted.npy"}).code == 0);
        QCOMPARE(valuesOf(path("name.npy")), valuesOf(path("number.npy")));
        QVERIFY(valuesOf(path("name.npy")) != valuesOf(path("predicted.npy")));
    }

    void findingsAreTold() {
        QVERIFY(inspect({"--lens", "layers", "--out", "l.csv"}).out.contains("decided"));
        QVERIFY(inspect({"--lens", "relevance", "--out", "r.csv"}).out.contains("of a random map"));
        const Finished unmeasured = inspect({"--lens", "relevance", "--no-faithfulness", "--out", "r.csv"});
        QVERIFY(unmeasured.code == 0 && !unmeasured.out.contains("random"));
    }

    // The last trained run's folder.
    QString lastRun() const {
        const QDir runs(path("data/vit-workbench/runs"));
        return runs.filePath(runs.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time).front());
    }

    void neighboursAreListedNearestFirst() {
        const QStringList wanted{"--lens", "neighbours", "--split", "test", "--count", "5"};
        const Finished finished = inspect(wanted + QStringList{"--out", "n.npy"});
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QVERIFY(finished.out.contains("of 5 are of the predicted class"));
        QCOMPARE(shapeOf(path("n.npy")), QString("(5, 2)"));
        const QList<float> values = valuesOf(path("n.npy"));
        QVERIFY(values[1] <= 1);
        for (int rank = 1; rank < 5; ++rank) QVERIFY(values[2 * rank + 1] <= values[2 * rank - 1]);
        QVERIFY(inspect(wanted + QStringList{"--out", "n.csv"}).code == 0);
        const QByteArray table = vit::test::readFile(path("n.csv"));
        QVERIFY(table.startsWith("rank,index,class,similarity\n1," + QByteArray::number(int(values[0])) + ","));
        QCOMPARE(table.count('\n'), 6);
        QVERIFY(inspect(wanted + QStringList{"--out", "n.svg"}).code == 0);
        QVERIFY(vit::test::readFile(path("n.svg")).contains("<svg"));
    }

    void comparisonHasBothMapsAndTheirDifference() {
        const QStringList wanted{"--lens", "compare", "--against", lastRun(), "--method", "norms"};
        const Finished finished = inspect(wanted + QStringList{"--out", "c.npy"});
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QVERIFY(finished.out.contains("A says"));
        QVERIFY(shapeOf(path("c.npy")).startsWith("(3, "));
        const QList<float> values = valuesOf(path("c.npy"));
        const qsizetype patches = values.size() / 3;
        for (qsizetype i = 0; i < patches; ++i) {
            QCOMPARE(values[i], values[patches + i]);  // a run and itself
            QCOMPARE(values[2 * patches + i], 0.0F);
        }
        QVERIFY(inspect(wanted + QStringList{"--out", "c.csv"}).code == 0);
        QVERIFY(vit::test::readFile(path("c.csv")).startsWith("map,row,column,value\na,0,0,"));
        QVERIFY(inspect(wanted + QStringList{"--out", "c.png"}).code == 0);
    }

    // There is no difference, and it is said.
    void gridsMayDiffer() {
        const QString before = lastRun();
        const Finished trained =
            run({"train", "--preset", "testing", "--max-steps", "1", "--set", "model.patch_size=16", "--json"});
        QVERIFY2(trained.code == 0, qPrintable(trained.err));
        const QStringList wanted{"--lens", "compare", "--against", before};
        QVERIFY(inspect(wanted + QStringList{"--out", "d.svg"}).code == 0);
        QVERIFY(inspect(wanted + QStringList{"--out", "d.csv"}).code == 0);
        QVERIFY(!vit::test::readFile(path("d.csv")).contains("b-a"));
        const Finished refused = inspect(wanted + QStringList{"--out", "d.npy"});
        QCOMPARE(refused.code, 2);
        QVERIFY(refused.err.contains("grids"));
        QVERIFY(QDir(lastRun()).removeRecursively());
    }

    // What is hidden, moved or off changes the answer; nothing changed does not.
    void whatIfIsTold_data() {
        QTest::addColumn<QStringList>("change");
        QTest::addColumn<bool>("changes");
        QTest::newRow("nothing") << QStringList{} << false;
        QTest::newRow("hidden patches") << QStringList{"--hide", "0", "5", "6"} << true;
        QTest::newRow("shuffled patches") << QStringList{"--shuffle", "3"} << true;
        QTest::newRow("no head") << QStringList{"--without-heads", "1:2"} << true;
        QTest::newRow("no block") << QStringList{"--without-blocks", "2"} << true;
    }
    void whatIfIsTold() {
        QFETCH(QStringList, change);
        QFETCH(bool, changes);
        // Patches of one colour could change places unseen.
        vit::saveImage(vit::test::gradientImage(40, 30), path("gradient.png").toStdString());
        const Finished finished =
            run(QStringList{"inspect", "gradient.png", "--lens", "what-if", "--out", "w.npy"} + change);
        QVERIFY2(finished.code == 0, qPrintable(finished.err));
        QVERIFY(finished.out.contains("stays") || finished.out.contains("becomes"));
        const QList<float> values = valuesOf(path("w.npy"));
        QCOMPARE(values.first(values.size() / 2) != values.last(values.size() / 2), changes);
    }

    void sanityIsToldWhenAskedFor() {
        QVERIFY(inspect({"--lens", "relevance", "--sanity", "--out", "s.svg"}).code == 0);
        QVERIFY(vit::test::readFile(path("s.svg")).contains("random weights"));
        QVERIFY(inspect({"--lens", "relevance", "--out", "s.svg"}).code == 0);
        QVERIFY(!vit::test::readFile(path("s.svg")).contains("random weights"));
    }

    void fusedHeadsAreOneMap() {
        QVERIFY(inspect({"--lens", "attention", "--layer", "1", "--fuse", "mean", "--out", "f.svg"}).code == 0);
        QVERIFY(vit::test::readFile(path("f.svg")).contains("Mean of the heads"));
    }

    void wrongUseEndsWithTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("said");
        QTest::newRow("no such lens") << QStringList{"--lens", "x-ray", "--out", "a.png"} << "relevance";
        QTest::newRow("no such ending") << QStringList{"--lens", "layers", "--out", "a.doc"} << ".svg";
        QTest::newRow("no such class") << QStringList{"--lens", "relevance", "--class", "unicorn", "--out", "a.png"}
                                       << "unicorn";
        QTest::newRow("class number too high")
            << QStringList{"--lens", "relevance", "--class", "9999", "--out", "a.png"} << "9999";
        QTest::newRow("no such layer") << QStringList{"--lens", "attention", "--layer", "77", "--out", "a.png"} << "77";
        QTest::newRow("no such head") << QStringList{"--lens", "attention", "--head", "-1", "--out", "a.png"} << "-1";
        QTest::newRow("no such token") << QStringList{"--lens", "attention", "--token", "999", "--out", "a.png"} << "999";
        QTest::newRow("no such tokens") << QStringList{"--lens", "norms", "--layer", "50", "--out", "a.png"} << "50";
        QTest::newRow("flatten head") << QStringList{"--lens", "patch-classes", "--out", "a.png"} << "flatten head";
        QTest::newRow("no head") << QStringList{"--lens", "what-if", "--without-heads", "first", "--out", "a.png"}
                                 << "2:1";
        QTest::newRow("no such hidden patch") << QStringList{"--lens", "what-if", "--hide", "999", "--out", "a.png"}
                                              << "999";
        QTest::newRow("no such colours") << QStringList{"--lens", "norms", "--colours", "mud", "--out", "a.png"}
                                         << "viridis";
        QTest::newRow("nothing to compare with") << QStringList{"--lens", "compare", "--out", "a.png"} << "another run";
        QTest::newRow("no such run to compare with")
            << QStringList{"--lens", "compare", "--against", "nowhere", "--out", "a.png"} << "nowhere";
        QTest::newRow("no such epoch")
            << QStringList{"--lens", "compare", "--against", lastRun() + "@77", "--out", "a.png"} << "epoch 77";
        QTest::newRow("no such map")
            << QStringList{"--lens", "compare", "--against", lastRun(), "--method", "x", "--out", "a.png"} << "norms";
        QTest::newRow("no neighbours")
            << QStringList{"--lens", "neighbours", "--count", "0", "--out", "a.png"} << "--count";
        QTest::newRow("no such run") << QStringList{"--lens", "norms", "--run", "nowhere", "--out", "a.png"} << "nowhere";
    }
    void wrongUseEndsWithTwo() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, said);
        QFile::remove(path("a.png"));
        const Finished finished = inspect(arguments);
        QCOMPARE(finished.code, 2);
        QVERIFY2(finished.err.contains(said), qPrintable(finished.err));
        QVERIFY(!QFile::exists(path("a.png")));
    }

    void aFileThatIsNoPictureIsNamed_data() {
        QTest::addColumn<QString>("said");
        QTest::newRow("words.png") << "picture";
        QTest::newRow("gone.png") << "No such file";
        QTest::newRow("run") << "is a folder";
    }
    void aFileThatIsNoPictureIsNamed() {
        QFETCH(QString, said);
        vit::test::writeFile(path("words.png"), "not a picture");
        const Finished finished = run({"inspect", QTest::currentDataTag(), "--lens", "layers", "--out", "a.png"});
        QCOMPARE(finished.code, 2);
        QVERIFY2(finished.err.contains(QTest::currentDataTag()) && finished.err.contains(said), qPrintable(finished.err));
    }

    void whatMissesAModelIsSaid() {
        const QStringList inspect = {"inspect", "photo.png", "--lens", "layers", "--out", "a.png"};
        // The model that came with the program.
        const Finished included = run({"inspect", "photo.png", "--lens", "layers", "--out", "included.png"}, "empty");
        QVERIFY2(included.code == 0, qPrintable(included.err));
        const Finished unknown = run(inspect + QStringList{"--run", "nonsense"}, "empty");
        QCOMPARE(unknown.code, 2);
        QVERIFY2(unknown.err.contains("vit-cli runs list"), qPrintable(unknown.err));
        QFile::remove(path("run/best.safetensors"));
        const Finished bare = run(inspect + QStringList{"--run", "run"});
        QCOMPARE(bare.code, 2);
        QVERIFY2(bare.err.contains("has no weights yet"), qPrintable(bare.err));
    }

    // Of a run that somebody has changed, or that was copied in part.
    void weightsThatDoNotFitAreSaid_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("said");
        QTest::newRow("a block too few") << "\"layers\": 2" << "\"layers\": 3" << "and 9 more. They are of another model";
        QTest::newRow("other widths") << "\"projection_dim\": 16" << "\"projection_dim\": 24"
                                      << "[16, 16], the model needs [16, 24]";
        QTest::newRow("no configuration") << "{" << "" << "config.json";
    }
    void weightsThatDoNotFitAreSaid() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, said);
        QVERIFY(run({"train", "--preset", "testing", "--max-steps", "2", "--json", "--run-dir", path("changed")}).code == 0);
        QString config = QString::fromUtf8(vit::test::readFile(path("changed/config.json")));
        QVERIFY2(config.contains(from), qPrintable(config));
        vit::test::writeFile(path("changed/config.json"), config.replace(from, to).toUtf8());
        const Finished finished = inspect({"--lens", "layers", "--run", "changed", "--out", "a.png"});
        QDir(path("changed")).removeRecursively();
        QVERIFY(finished.code == 1 || finished.code == 2);
        QVERIFY2(finished.err.contains("changed") && finished.err.contains(said), qPrintable(finished.err));
        QCOMPARE(finished.err.count('\n'), 1);
    }
};

QTEST_GUILESS_MAIN(TestInspectCommand)
#include "test_inspect_command.moc"
