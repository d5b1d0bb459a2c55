// SPDX-License-Identifier: GPL-3.0-or-later
// What packaging/run.sh shows at the first start where there is no display. VIT_TRAIN_FULLY=1 trains it through, too.
#include <QtTest>

class TestFirstStart : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;

    QString run(const QStringList& arguments) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", m_home.path());
        QProcess process;
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        process.setStandardErrorFile(QProcess::nullDevice());
        process.start(VIT_CLI_PATH, arguments);
        if (!process.waitForFinished(600'000) || process.exitCode() != 0) return {};
        return QString::fromUtf8(process.readAllStandardOutput());
    }

    // As run.sh writes them; the class of each, by its file.
    QMap<QString, QString> writeImages() const {
        QFile script(QDir::cleanPath(QStringLiteral(VIT_TEST_DATA "/../../../packaging/run.sh")));
        if (!script.open(QIODevice::ReadOnly)) return {};
        const auto loop = QRegularExpression("for index in ([0-9 ]+); do").match(QString::fromUtf8(script.readAll()));
        QMap<QString, QString> classes;
        for (const QString& index : loop.captured(1).split(' ', Qt::SkipEmptyParts)) {
            const QString file = m_home.filePath(index + ".png");
            const QString said = run({"data", "image", "synthetic-shapes", "--split", "test", "--index", index, "--out",
                                      file});
            classes[file] = said.section("label: ", 1).trimmed();
        }
        return classes;
    }

private Q_SLOTS:
    void imagesAreOfThreeClasses() {
        const QStringList classes = writeImages().values();
        QCOMPARE(classes.size(), 3);
        QVERIFY(!classes.contains(QString()));
        QVERIFY2(QSet<QString>(classes.begin(), classes.end()).size() == 3, qPrintable(classes.join(", ")));
    }

    void learnsToTellThem() {
        if (!qEnvironmentVariableIntValue("VIT_TRAIN_FULLY")) QSKIP("Set VIT_TRAIN_FULLY=1: it takes half a minute.");
        const QStringList events = run({"train", "--preset", "first-steps", "--json"}).split('\n', Qt::SkipEmptyParts);
        QVERIFY(!events.isEmpty());
        const QJsonObject finished = QJsonDocument::fromJson(events.last().toUtf8()).object();
        const double accuracy = finished["test"].toObject()["accuracy"].toDouble();
        QVERIFY2(accuracy > 0.8, qPrintable(QString::number(accuracy)));
        const QMap<QString, QString> classes = writeImages();
        int right = 0;
        for (auto image = classes.begin(); image != classes.end(); ++image) {
            const QString answer = run({"predict", "--top", "1", image.key()});
            right += answer.contains(image.value()) ? 1 : 0;
        }
        QVERIFY2(right >= 2, qPrintable(QString::number(right)));  // as other instruction sets end with other weights
    }
};

QTEST_GUILESS_MAIN(TestFirstStart)
#include "test_first_start.moc"
