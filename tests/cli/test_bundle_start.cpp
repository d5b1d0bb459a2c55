// SPDX-License-Identifier: GPL-3.0-or-later
// The start script of a portable folder: which libtorch it takes, and what it says where there is none that fits.
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>

namespace {

const QString kScript = QDir::cleanPath(QStringLiteral(VIT_TEST_DATA "/../../../packaging/bundle/vit-cli"));

void write(const QString& path, const QByteArray& text, bool program = false) {
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    if (program) file.setPermissions(file.permissions() | QFile::ExeOwner);
}

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

}  // namespace

class TestBundleStart : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void whatFitsIsTaken_data();
    void whatFitsIsTaken();
    void whatDoesNotFitIsSaid_data();
    void whatDoesNotFitIsSaid();
    void anOlderSystemIsSaid();

private:
    // A libtorch of that version; `file` holds it as this build of it does.
    QString libtorch(const QByteArray& version, bool cuda, const QString& file = "version.py") {
        const QString torch = m_folder->filePath("env/torch");
        QDir(torch).removeRecursively();
        write(torch + "/lib/libtorch.so", "");
        if (cuda) write(torch + "/lib/libtorch_cuda.so", "");
        if (file == "version.py") write(torch + "/version.py", "__version__ = '" + version + "'\n");
        else if (!file.isEmpty()) write(torch + "/" + file, version + "\n");
        return torch + "/lib";
    }
    void makeFor(const QByteArray& glibc) const {
        write(m_folder->filePath("bundle/made-for"),
              "libtorch 2.11.0\nbuild cuda\nlibstdc++ GLIBCXX_3.4\nglibc " + glibc + "\n");
    }
    Finished start(const QString& torchLib) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

// Instead of the program, one that tells what it was started with.
void TestBundleStart::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QDir(m_folder->path()).mkdir("bundle");
    QVERIFY(QFile::copy(kScript, m_folder->filePath("bundle/vit-cli")));
    makeFor("2.17");
    write(m_folder->filePath("bundle/libexec/vit-cli"), "#!/bin/sh\necho \"$LD_LIBRARY_PATH|$*\"\n", true);
    // A python3 that knows the package wherever a test has put one.
    write(m_folder->filePath("bin/python3"),
          "#!/bin/sh\n[ -d '" + m_folder->filePath("env/torch").toUtf8() + "/lib' ] && echo '" +
              m_folder->filePath("env/torch/lib").toUtf8() + "' || echo\n",
          true);
    write(m_folder->filePath("bin/python"), "#!/bin/sh\necho\n", true);
}

Finished TestBundleStart::start(const QString& torchLib) const {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("PATH", m_folder->filePath("bin") + ":" + environment.value("PATH"));
    environment.insert("LD_LIBRARY_PATH", "/before");
    environment.remove("VIT_TORCH_LIB");
    if (!torchLib.isEmpty()) environment.insert("VIT_TORCH_LIB", torchLib);
    process.setProcessEnvironment(environment);
    process.start("/bin/sh", {m_folder->filePath("bundle/vit-cli"), "check", "a b"});
    if (!process.waitForFinished()) return {-1, {}, process.errorString()};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

void TestBundleStart::whatFitsIsTaken_data() {
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("named");
    QTest::newRow("python's") << QByteArray("2.11.0+cu130") << "version.py" << false;
    QTest::newRow("another patch") << QByteArray("2.11.2") << "version.py" << false;
    QTest::newRow("named") << QByteArray("2.11.0+cu130") << "version.py" << true;
    QTest::newRow("libtorch's archive") << QByteArray("2.11.0+cu130") << "build-version" << true;
}

void TestBundleStart::whatFitsIsTaken() {
    QFETCH(QByteArray, version);
    QFETCH(QString, file);
    QFETCH(bool, named);
    const QString lib = libtorch(version, true, file);
    const Finished finished = start(named ? lib : QString());
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QString bundle = QFileInfo(m_folder->filePath("bundle")).canonicalFilePath();
    QCOMPARE(finished.out, lib + ":" + bundle + "/lib:/before|check a b\n");
}

void TestBundleStart::whatDoesNotFitIsSaid_data() {
    QTest::addColumn<QByteArray>("version");  // empty: there is no libtorch
    QTest::addColumn<bool>("cuda");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("named");  // as VIT_TORCH_LIB, if it is not empty
    QTest::addColumn<QString>("says");
    QTest::newRow("no PyTorch") << QByteArray() << false << "" << "" << "there is no PyTorch here";
    QTest::newRow("no such folder") << QByteArray() << false << "" << "/nowhere" << "no libtorch.so in /nowhere";
    QTest::newRow("older") << QByteArray("2.10.0+cu130") << true << "version.py" << "" << "is 2.10.0+cu130";
    QTest::newRow("newer") << QByteArray("2.110.0") << true << "version.py" << "" << "--torch 2.110.0";
    QTest::newRow("CPU build") << QByteArray("2.11.0+cpu") << false << "version.py" << "" << "the CPU build";
    QTest::newRow("unknown") << QByteArray("2.11.0") << true << "" << "" << "is not known";
}

void TestBundleStart::whatDoesNotFitIsSaid() {
    QFETCH(QByteArray, version);
    QFETCH(bool, cuda);
    QFETCH(QString, file);
    QFETCH(QString, named);
    QFETCH(QString, says);
    if (!version.isEmpty()) libtorch(version, cuda, file);
    const Finished finished = start(named);
    QCOMPARE(finished.code, 1);
    QVERIFY2(finished.err.contains(says), qPrintable(finished.err));
    QVERIFY(finished.out.isEmpty());
}

void TestBundleStart::anOlderSystemIsSaid() {
    makeFor("99.1");
    const Finished finished = start(libtorch("2.11.0", true));
    QCOMPARE(finished.code, 1);
    QVERIFY2(finished.err.contains("needs glibc 99.1, and this system has 2."), qPrintable(finished.err));
}

QTEST_GUILESS_MAIN(TestBundleStart)
#include "test_bundle_start.moc"
