// SPDX-License-Identifier: GPL-3.0-or-later
// Files of weights from strangers: what torch.save() wrote is read, and whatever else is refused in words. VIT_FUZZ_INPUTS
// says how many spoilt files are tried; the sanitizers' build is meant for many.
#include "core/base/error.h"
#include "core/import/import_model.h"
#include "core/import/pretrained.h"
#include "core/io/pickle.h"
#include "core/io/pytorch_file.h"
#include "core/io/safetensors.h"
#include "tests/support/archive_writer.h"
#include "tests/support/thrown.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <random>

using namespace vit;
using vit::test::ArchiveWriter;

namespace {

const QString kModels = QDir::cleanPath(QStringLiteral(VIT_TEST_DATA "/../../parity/golden/pretrained")) + '/';

QByteArray contentOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", qPrintable(path));
    return file.readAll();
}

void write(const QString& path, const QByteArray& content) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) qFatal("no file can be written");
}

template <std::size_t Size>
QByteArray literal(const char (&text)[Size]) {  // zeros in it and all
    return {text, static_cast<qsizetype>(Size - 1)};
}

std::span<const std::byte> bytesOf(const QByteArray& content) { return std::as_bytes(std::span(content.data(), content.size())); }

// The files of a PyTorch archive, by the names within its folder.
std::map<QString, QByteArray> filesOf(const QString& path) {
    std::map<QString, QByteArray> files;
    archive* reader = archive_read_new();
    archive_read_support_format_zip(reader);
    archive_read_open_filename(reader, path.toUtf8(), 1 << 16);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
        const QString name = QString::fromUtf8(archive_entry_pathname(entry));
        QByteArray content(static_cast<qsizetype>(archive_entry_size(entry)), '\0');
        archive_read_data(reader, content.data(), static_cast<std::size_t>(content.size()));
        files[name.mid(name.indexOf('/') + 1)] = content;
    }
    archive_read_free(reader);
    return files;
}

int inputs() { return qEnvironmentVariableIntValue("VIT_FUZZ_INPUTS") > 0 ? qEnvironmentVariableIntValue("VIT_FUZZ_INPUTS") : 3000; }

// One to eight bytes changed, some taken out or doubled.
QByteArray spoilt(QByteArray content, std::mt19937& random) {
    const auto below = [&](qsizetype count) { return static_cast<qsizetype>(random() % static_cast<std::uint32_t>(count)); };
    for (int changes = 1 + static_cast<int>(random() % 8); changes > 0 && !content.isEmpty(); --changes) {
        const qsizetype place = below(content.size());
        switch (random() % 5) {
            case 0: content[place] = static_cast<char>(random()); break;
            case 1: content[place] = static_cast<char>(content[place] ^ (1 << random() % 8)); break;
            case 2: content.remove(place, 1 + below(16)); break;
            case 3: content.insert(place, content.mid(place, 1 + below(32))); break;
            case 4: content.truncate(place); break;
        }
    }
    return content;
}

// Whatever they do but throwing an Error is a fault.
template <typename Read>
bool isReadOrRefused(const Read& read) {
    try {
        read();
    } catch (const Error& fault) {
        return std::strlen(fault.what()) > 10;
    }
    return true;
}

}  // namespace

class TestWeightFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatTorchSaved() {
        const TensorFile file = readPyTorchFile((kModels + "torchvision/vit.pth").toStdString());
        QVERIFY(file.tensors.contains("encoder.layers.encoder_layer_1.mlp.3.bias"));
        QCOMPARE(file.tensors.at("conv_proj.weight").shape, (std::vector<std::int64_t>{16, 3, 4, 4}));
        // Of a training checkpoint the weights, without what stood before their names.
        const TensorFile nested = readPyTorchFile((kModels + "facebook_dinov2/weights.pth").toStdString());
        QVERIFY(nested.tensors.contains("blocks.0.mlp.w12.weight"));
        QVERIFY(!nested.tensors.contains("epoch"));
    }

    // The archive of a program: its tensors by the names of its modules, its code not even looked at.
    void readsAScriptModule() {
        const TensorFile script = readPyTorchFile((kModels + "openai_clip_script/clip.pt").toStdString());
        const TensorFile plain = readPyTorchFile((kModels + "openai_clip/clip.pt").toStdString());
        for (const auto& [name, tensor] : plain.tensors) {
            QVERIFY2(script.tensors.contains(name), name.c_str());
            QCOMPARE(script.tensors.at(name).shape, tensor.shape);
        }
        QCOMPARE(script.tensors.size(), plain.tensors.size() + 1);  // attn_mask, which a state dict leaves out
        const std::string last = "visual.transformer.resblocks.1.mlp.c_proj.weight";
        QVERIFY(script.tensors.at(last).dtype == "F16");
        QVERIFY(script.tensors.at("visual.conv1.weight").bytes.size() == 16 * 3 * 4 * 4 * 2);
    }

    void hostileFilesAreRefused_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("message");
        // Each within an archive; the instructions' bytes are those of Python's pickletools.
        QTest::newRow("runs a command") << "x.pth" << literal("\x80\x02"
                                                                 "cos\nsystem\nX\x04\x00\x00\x00true\x85R.")
                                        << "no dictionary of tensors";
        QTest::newRow("ends at once") << "x.pth" << literal("\x80\x02") << "ends too soon";
        QTest::newRow("a text longer than the file") << "x.pth" << literal("\x80\x02X\xff\xff\xff\x7f" "a.") << "ends too soon";
        QTest::newRow("takes from nothing") << "x.pth" << QByteArray("\x80\x02R.") << "not there";
        QTest::newRow("asks for what was not kept") << "x.pth" << QByteArray("\x80\x02h\x07.") << "not kept";
        QTest::newRow("an unknown instruction") << "x.pth" << QByteArray("\x80\x02\xfe.") << "no need of";
        QByteArray doubling = literal("\x80\x02}q\x01K\x01K\x02s");
        for (int i = 0; i < 60; ++i) doubling += literal("h\x01" "b");
        // Newer versions of libarchive pack it so well that its size gives it away first.
        QTest::newRow("doubles itself") << "x.pth" << doubling + "." << "too many values|claims more bytes";
        // A module that is its own member, and thirty that each are two members of the next one.
        const QByteArray module = literal("c__torch__\nM\n)\x81");
        QTest::newRow("a module in itself")
            << "x.pth" << literal("\x80\x02") + module + literal("q\x01}X\x01\x00\x00\x00" "ah\x01sb.") << "too deep";
        QByteArray modules = literal("\x80\x02") + module + literal("q\x01");
        for (int i = 0; i < 30; ++i)
            modules += module + literal("}X\x01\x00\x00\x00" "ah\x01sX\x01\x00\x00\x00" "bh\x01sbq\x01");
        QTest::newRow("modules shared too often") << "x.pth" << modules + "." << "too many values|claims more bytes";
        QTest::newRow("a dictionary in itself") << "x.pth" << literal("\x80\x02}q\x01X\x05\x00\x00\x00modelh\x01s.")
                                                << "no dictionary of tensors";
    }

    void hostileFilesAreRefused() {
        QFETCH(QString, file);
        QFETCH(QByteArray, pickle);
        QFETCH(QString, message);
        const QTemporaryDir folder;
        const QString path = folder.filePath(file);
        writeArchive(path, pickle);
        const QString said = test::thrown<DamagedWeights>([&] { readPyTorchFile(path.toStdString()); });
        QVERIFY2(said.contains(QRegularExpression(message)), qPrintable(said));
        QVERIFY2(said.contains(file), qPrintable(said));
    }

    void otherFilesAreRefused() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("old.pth");
        write(path, QByteArray("\x80\x02\x8a\x0alF\x9c\x46\xf9 j\xa8P\x19."));  // as PyTorch 1.5 began its files
        QVERIFY(test::thrown<DamagedWeights>([&] { readPyTorchFile(path.toStdString()); }).contains("1.6 or later"));
        write(path, contentOf(kModels + "torchvision/vit.pth").left(20'000));
        QVERIFY(!test::thrown<DamagedWeights>([&] { readPyTorchFile(path.toStdString()); }).isEmpty());
        QVERIFY(test::thrown<InvalidInput>([&] { importModel(folder.filePath("missing").toStdString()); }).contains("no file"));
        QDir(folder.path()).mkdir("empty");
        QVERIFY(test::thrown<InvalidInput>([&] { importModel(folder.filePath("empty").toStdString()); })
                    .contains("holds no weights"));
        // An index may not lead out of its folder.
        write(folder.filePath("a.index.json"), R"({"weight_map": {"x": "../other.safetensors"}})");
        QVERIFY(test::thrown<InvalidInput>([&] { importModel(folder.filePath("a.index.json").toStdString()); })
                    .contains("no .safetensors file beside it"));
        write(folder.filePath("a.index.json"), R"({"weight_map": 3})");
        QVERIFY(test::thrown<InvalidInput>([&] { importModel(folder.filePath("a.index.json").toStdString()); })
                    .contains("no weight_map"));
    }

    void tensorsStayWithinTheirNumbers_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        // The first tensor's shape (1, 1, 16) and strides (16, 16, 1), as they stand in the pickle.
        QTest::newRow("a shape beyond") << QByteArray("K\x01K\x01K\x10\x87") << QByteArray("K\x01K\x7fK\x10\x87");
        QTest::newRow("strides beyond") << QByteArray("K\x10K\x10K\x01\x87") << QByteArray("K\x10K\x10K\x7f\x87");
    }

    void tensorsStayWithinTheirNumbers() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        auto files = filesOf(kModels + "torchvision/vit.pth");
        QByteArray pickle = files.at("data.pkl");
        QVERIFY(pickle.contains(from));
        pickle.replace(pickle.indexOf(from), from.size(), to);
        const QTemporaryDir folder;
        writeArchive(folder.filePath("x.pth"), pickle, files);
        const QString said = test::thrown<DamagedWeights>([&] { readPyTorchFile(folder.filePath("x.pth").toStdString()); });
        QVERIFY2(said.contains("beyond its numbers"), qPrintable(said));
    }

    void spoiltFilesAreReadOrRefused() {
        std::mt19937 random(20'260'101);
        const QTemporaryDir folder("/dev/shm/vit-weights-XXXXXX");
        const QTemporaryDir otherwise;
        const QString place = folder.isValid() ? folder.path() : otherwise.path();
        const QByteArray safetensors = contentOf(kModels + "timm_fp16/model.safetensors");
        const qsizetype header = 8 + static_cast<qsizetype>(*reinterpret_cast<const std::uint16_t*>(safetensors.data()));
        const QByteArray zip = contentOf(kModels + "torchvision/vit.pth");
        const auto files = filesOf(kModels + "torchvision/vit.pth");
        const QByteArray pickle = files.at("data.pkl");
        const auto scripted = filesOf(kModels + "openai_clip_script/clip.pt");  // a module instead of a dictionary
        const QByteArray module = scripted.at("data.pkl");
        for (int i = 0; i < inputs(); ++i) {
            switch (i % 5) {
                case 0: {
                    const QString path = place + "/x.safetensors";
                    write(path, spoilt(safetensors.left(header), random) + safetensors.mid(header));
                    QVERIFY(isReadOrRefused([&] { readSafetensors(path.toStdString()); }));
                    QVERIFY(isReadOrRefused([&] {
                        const SafetensorsFile file(path.toStdString());
                        for (const auto& [name, array] : file.arrays()) file.read(name);
                    }));
                    break;
                }
                case 1: QVERIFY(isReadOrRefused([&] { Pickle{bytesOf(spoilt(pickle, random))}; })); break;
                case 2: {  // a whole archive around a spoilt pickle
                    const QString path = place + "/x.pth";
                    if (i % 50 != 2) {  // making one takes a while
                        QVERIFY(isReadOrRefused([&] { Pickle{bytesOf(spoilt(pickle, random))}; }));
                        break;
                    }
                    writeArchive(path, spoilt(pickle, random), files);
                    QVERIFY(isReadOrRefused([&] { readPyTorchFile(path.toStdString()); }));
                    break;
                }
                case 3: {
                    const QString path = place + "/x.pth";
                    if (i % 50 != 3) {
                        QVERIFY(isReadOrRefused([&] { Pickle{bytesOf(spoilt(module, random))}; }));
                        break;
                    }
                    writeArchive(path, spoilt(module, random), scripted);
                    QVERIFY(isReadOrRefused([&] { readPyTorchFile(path.toStdString()); }));
                    break;
                }
                case 4: {
                    const QString path = place + "/x.pth";
                    write(path, spoilt(zip, random));
                    QVERIFY(isReadOrRefused([&] { readPyTorchFile(path.toStdString()); }));
                    break;
                }
            }
        }
    }

private:
    static void writeArchive(const QString& path, const QByteArray& pickle, const std::map<QString, QByteArray>& files = {}) {
        const QString zip = path + ".zip";
        {
            ArchiveWriter writer(zip);
            writer.addFile("archive/data.pkl", pickle);
            for (const auto& [name, content] : files)
                if (name != "data.pkl") writer.addFile("archive/" + name, content);
        }
        QFile::remove(path);
        if (!QFile::rename(zip, path)) qFatal("no archive can be made");
    }
};

QTEST_GUILESS_MAIN(TestWeightFiles)
#include "test_weight_files.moc"
