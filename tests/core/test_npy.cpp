// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy's files, held byte for byte against what numpy.save() writes.
#include "core/base/error.h"
#include "core/io/npy.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace vit;

class TestNpy : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString at(const char* name) const { return m_folder.filePath(name); }

private Q_SLOTS:
    // The headers are NumPy 2.4's.
    void writesWhatNumpyWrites_data() {
        using Shape = std::vector<std::int64_t>;
        QTest::addColumn<Shape>("shape");
        QTest::addColumn<QByteArray>("literal");
        QTest::addColumn<int>("headerBytes");
        QTest::newRow("scalar") << Shape{} << QByteArray("()") << 128;
        QTest::newRow("one dimension") << Shape{3} << QByteArray("(3,)") << 128;
        QTest::newRow("map") << Shape{2, 3} << QByteArray("(2, 3)") << 128;
        QTest::newRow("no values") << Shape{0, 5} << QByteArray("(0, 5)") << 128;
        QTest::newRow("attention") << Shape{2, 3, 1, 1} << QByteArray("(2, 3, 1, 1)") << 128;
        QTest::newRow("a header of two blocks more")
            << Shape(26, 1) << QByteArray("(" + QByteArray("1, ").repeated(25) + "1)") << 192;
    }

    void writesWhatNumpyWrites() {
        QFETCH(std::vector<std::int64_t>, shape);
        QFETCH(QByteArray, literal);
        QFETCH(int, headerBytes);
        FloatArray array{.shape = shape};
        std::size_t count = 1;
        for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
        for (std::size_t i = 0; i < count; ++i) array.values.push_back(float(i) - 1.5F);
        writeNpy(test::pathOf(at("a.npy")), array);

        QByteArray expected("\x93NUMPY\x01\x00", 8);
        expected += char(headerBytes - 10);
        expected += '\0';
        expected += "{'descr': '<f4', 'fortran_order': False, 'shape': " + literal + ", }";
        expected += QByteArray(headerBytes - 1 - expected.size(), ' ') + '\n';
        expected.append(reinterpret_cast<const char*>(array.values.data()), qsizetype(count * sizeof(float)));
        QCOMPARE(test::readFile(at("a.npy")), expected);
    }

    void keepsWhatIsNoNumber() {
        writeNpy(test::pathOf(at("nan.npy")),
                 {{2}, {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}});
        QCOMPARE(test::readFile(at("nan.npy")).last(8), QByteArray("\x00\x00\xc0\x7f\x00\x00\x80\xff", 8));
    }

    void refuses_data() {
        using Shape = std::vector<std::int64_t>;
        QTest::addColumn<QString>("name");
        QTest::addColumn<Shape>("shape");
        QTest::addColumn<QString>("cause");
        QTest::newRow("too few values") << "a.npy" << Shape{2, 2} << "its shape (2, 2) does not fit its 3 values.";
        QTest::newRow("negative side") << "a.npy" << Shape{-3, -1} << "a side of its shape is below 0.";
        QTest::newRow("no such folder") << "none/a.npy" << Shape{3} << "No such file or directory";
    }

    void refuses() {
        QFETCH(QString, name);
        QFETCH(std::vector<std::int64_t>, shape);
        QFETCH(QString, cause);
        const QTemporaryDir folder;
        const QString path = folder.filePath(name);
        const QString message =
            test::thrown<Error>([&] { writeNpy(test::pathOf(path), {shape, {1, 2, 3}}); });
        QVERIFY2(message.contains(path) && message.contains(cause), qUtf8Printable(message));
        QVERIFY(QDir(folder.path()).isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestNpy)
#include "test_npy.moc"
