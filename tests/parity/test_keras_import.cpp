// SPDX-License-Identifier: GPL-3.0-or-later
// Weight files that Keras wrote: what is read from them, what the imported model predicts, and what is said of wrong
// ones.
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"

#include "core/base/error.h"
#include "core/data/store/data_store.h"
#include "core/import/keras_import.h"
#include "core/inspect/loaded_model.h"
#include "core/runs/run_columns.h"
#include "core/runs/run_writer.h"
#include "core/session/imported_run.h"
#include "core/session/session.h"

#include <QtTest>

#include <hdf5.h>

#include <array>
#include <numeric>
#include <optional>

using namespace vit;
using parity::Golden;
using parity::goldenPath;

namespace {

namespace fs = std::filesystem;

// Both sides compute in single precision; probabilities are at most 1.
constexpr double kProbability = 1e-5;

// "keras3_gap.weights.h5" -> "keras3_gap_weights_predictions"
Golden predictionsOf(const QString& file) {
    return Golden(file.chopped(3).replace('.', '_').toStdString() + "_predictions");
}

Image imageAt(const torch::Tensor& images, std::int64_t index) {  // uint8 [B, H, W, 3]
    const torch::Tensor image = images[index].contiguous();
    const auto* data = image.const_data_ptr<std::uint8_t>();
    return {static_cast<int>(image.size(1)), static_cast<int>(image.size(0)), 3, {data, data + image.numel()}};
}

// Classes in the order of their values, the largest first.
std::vector<std::int32_t> ordered(const torch::Tensor& values) {
    const torch::Tensor indices =
        values.argsort(/*stable=*/true, 0, /*descending=*/true).to(torch::kInt32).contiguous();
    return {indices.const_data_ptr<std::int32_t>(), indices.const_data_ptr<std::int32_t>() + indices.numel()};
}

void removeFrom(const fs::path& file, const std::string& link) {
    const hid_t handle = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    QVERIFY(H5Ldelete(handle, link.c_str(), H5P_DEFAULT) >= 0);
    H5Fclose(handle);
}

}  // namespace

class TestKerasImport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryArray_data() { files(); }
    void readsEveryArray();
    void predictsAsKeras_data() { files(); }
    void predictsAsKeras();
    void trainsFurther();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void refusesFilesThatAreNone_data();
    void refusesFilesThatAreNone();
    void takesStatisticsWhereTheFileHasNone();
    void takesOfTheModelWhatAPersonGave();
    void wantsAsManyNamesAsClasses();
    void namesOfOtherEncodings();
    void refusesSizesThatTheFileCannotHold();
    void isListedAsImported();
    void leavesAFolderThatIsInUse();
    void cleanupTestCase() { m_comparison.print("Imported from Keras"); }

private:
    parity::Comparison m_comparison;
    QTemporaryDir m_folder;

    void files();
    fs::path inFolder(const char* name) const { return m_folder.filePath(name).toStdString(); }
    static ImportHints hintsFor(const Golden& golden);
};

void TestKerasImport::files() {
    QTest::addColumn<QString>("file");
    for (const char* name : {"keras3.weights.h5", "keras3_gap.weights.h5", "keras3_odd.weights.h5", "keras2.h5",
                             "keras2_gap.h5", "keras2.weights.h5"})
        QTest::newRow(name) << name;
}

ImportHints TestKerasImport::hintsFor(const Golden& golden) {
    ImportHints hints;
    hints.nativeSize = golden.about().at("native_size").get<int>();
    return hints;
}

void TestKerasImport::readsEveryArray() {
    QFETCH(QString, file);
    const Golden golden = predictionsOf(file);
    const ImportedModel model = importKeras(goldenPath(file.toStdString()), hintsFor(golden));
    const Config expected = golden.config();
    QVERIFY(model.config.model == expected.model);
    QVERIFY(model.config.head == expected.head);
    QCOMPARE(static_cast<std::int64_t>(model.description.classNames.size()), golden.classes());
    const std::vector<std::string> names = golden.namesUnder("weights/");
    QCOMPARE(model.weights.tensors.size(), names.size());
    for (const std::string& name : names) {
        const TensorData& theirs = golden.file().tensors.at("weights/" + name);
        const TensorData& ours = model.weights.tensors.at(name);
        QVERIFY2(ours.dtype == theirs.dtype && ours.shape == theirs.shape && ours.bytes == theirs.bytes, name.c_str());
    }
}

void TestKerasImport::predictsAsKeras() {
    QFETCH(QString, file);
    const Golden golden = predictionsOf(file);
    const fs::path run = inFolder(qPrintable(file + ".run"));
    writeImportedRun(importKeras(goldenPath(file.toStdString()), hintsFor(golden)), run);
    LoadedModel loaded = LoadedModel::open(run);
    const torch::Tensor images = golden.at("images");
    const torch::Tensor theirs = golden.at("probabilities");  // [B, classes]
    for (std::int64_t i = 0; i < images.size(0); ++i) {
        const Prediction prediction = loaded.predict(imageAt(images, i), static_cast<int>(golden.classes()));
        torch::Tensor ours = torch::zeros({golden.classes()}, torch::kFloat64);
        std::vector<std::int32_t> order;
        for (const ClassProbability& entry : prediction.top) {
            ours[entry.index] = entry.probability;
            order.push_back(entry.index);
        }
        QVERIFY2(m_comparison.agrees(file.toStdString() + ": probabilities", ours, theirs[i], kProbability),
                 m_comparison.problem());
        QCOMPARE(order, ordered(theirs[i]));
    }
}

void TestKerasImport::trainsFurther() {
    const fs::path run = inFolder("further");
    ImportHints hints;
    hints.dataset = DataStore().open("synthetic-shapes", 32);
    QCOMPARE(hints.dataset->classes(), 10);  // as many as the model tells apart
    hints.config.data.trainLimit = 64;
    hints.config.run.batchSize = 16;
    writeImportedRun(importKeras(goldenPath("keras3.weights.h5"), hints), run);
    const TensorFile before = readSafetensors(run / "best.safetensors");

    std::optional<RunFinished> finished;
    std::string problem;
    {
        Session session({}, [&](const Event& event) {
            if (const auto* result = std::get_if<RunFinished>(&event)) finished = *result;
            if (const auto* failure = std::get_if<RunFailed>(&event)) problem = failure->text;
        });
        TrainRequest request;
        request.resumeFrom = run;
        request.maxSteps = 2;
        session.train(request);
        session.wait();
    }
    QVERIFY2(finished.has_value(), problem.c_str());
    QCOMPARE(finished->stepsDone, 2);
    // Two steps of Adam move no weight by more than a few learning rates: the training began at Keras's weights.
    const TensorFile after = readSafetensors(run / "best.safetensors");
    const double rate = hints.config.optimizer.learningRate;
    for (const auto& [name, data] : before.tensors) {
        const auto* a = reinterpret_cast<const float*>(data.bytes.data());
        const auto* b = reinterpret_cast<const float*>(after.tensors.at(name).bytes.data());
        double moved = 0;
        for (std::size_t i = 0; i < data.bytes.size() / sizeof(float); ++i)
            moved = std::max(moved, static_cast<double>(std::abs(a[i] - b[i])));
        QVERIFY2(moved > 0 && moved < 3 * rate, name.c_str());
    }
}

void TestKerasImport::saysWhatIsWrong_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("removed");
    QTest::addColumn<QString>("said");
    QTest::newRow("no patch encoder") << "keras3.weights.h5" << "layers/patch_encoder" << "patch encoder";
    QTest::newRow("a bias gone") << "keras3.weights.h5" << "layers/dense_2/vars/1" << "layers/dense_2/vars/1";
    QTest::newRow("a norm gone") << "keras3.weights.h5" << "layers/layer_normalization_4" << "4 layer normalisations";
    QTest::newRow("a block gone") << "keras3.weights.h5" << "layers/multi_head_attention_1" << "expected are 3";
    QTest::newRow("no block") << "keras3.weights.h5" << "layers/multi_head_attention" << "no multi-head attention";
    QTest::newRow("no dense layer") << "keras3.weights.h5" << "layers/dense" << "no dense layer";
    QTest::newRow("the head cut off") << "keras3.weights.h5" << "layers/dense_4" << "cannot be divided";
    QTest::newRow("no statistics") << "keras3.weights.h5" << "layers/sequential" << "mean and variance";
    QTest::newRow("a listed layer gone") << "keras2.h5" << "data_augmentation" << "lists the layer data_augm";
    QTest::newRow("an array gone") << "keras2.h5" << "layer_normalization/layer_normalization/gamma:0" << "gamma:0";
}

void TestKerasImport::saysWhatIsWrong() {
    QFETCH(QString, file);
    QFETCH(QString, removed);
    QFETCH(QString, said);
    const fs::path copy = inFolder("wrong.h5");
    fs::copy_file(goldenPath(file.toStdString()), copy, fs::copy_options::overwrite_existing);
    removeFrom(copy, removed.toStdString());
    try {
        importKeras(copy);
        QFAIL("was imported");
    } catch (const Error& fault) {
        QVERIFY2(QString(fault.what()).contains(said), fault.what());
    }
}

void TestKerasImport::refusesFilesThatAreNone_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("said");
    QFile whole(QString::fromStdString(goldenPath("keras3.weights.h5")));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QByteArray bytes = whole.readAll();
    QTest::newRow("missing") << QByteArray() << "is not there";
    QTest::newRow("text") << QByteArray("weights") << "no HDF5 file";
    QTest::newRow("cut in half") << bytes.left(bytes.size() / 2) << "no HDF5 file";
    QByteArray other = bytes;
    other.replace("layers", "prayers");  // the root's only group; shifts what follows, so the file is damaged as well
    QTest::newRow("damaged") << other << "";
}

void TestKerasImport::refusesFilesThatAreNone() {
    QFETCH(QByteArray, content);
    QFETCH(QString, said);
    const fs::path path = inFolder("none.h5");
    fs::remove(path);
    if (!content.isEmpty()) {
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    try {
        importKeras(path);
        QFAIL("was imported");
    } catch (const Error& fault) {
        QVERIFY2(QString(fault.what()).contains(said), fault.what());
    }
}

void TestKerasImport::takesStatisticsWhereTheFileHasNone() {
    const fs::path copy = inFolder("bare.h5");
    fs::copy_file(goldenPath("keras3.weights.h5"), copy);
    removeFrom(copy, "layers/sequential");
    ImportHints hints;
    hints.statistics = ChannelStatistics{{1, 2, 3}, {4, 5, 6}};
    const ChannelStatistics taken = importKeras(copy, hints).description.statistics;
    QVERIFY(taken.mean == hints.statistics->mean && taken.deviation == hints.statistics->deviation);
    // Where the file has them, they go before what is said.
    const ChannelStatistics own = importKeras(goldenPath("keras3.weights.h5"), hints).description.statistics;
    QVERIFY(own.mean != hints.statistics->mean);
}

// What is chosen in a form for another model is no part of the file's; what is given for this one is.
void TestKerasImport::takesOfTheModelWhatAPersonGave() {
    ImportHints hints;
    const ImportedModel plain = importKeras(goldenPath("keras3.weights.h5"), hints);
    hints.config.model.stemWidths = {8};
    hints.config.model.qkNorm = hints.config.model.shiftedPatches = true;
    hints.config.model.dropPath = 0.2;
    QVERIFY(importKeras(goldenPath("keras3.weights.h5"), hints).config.model == plain.config.model);
    hints.assigned = {"model.drop_path"};
    QCOMPARE(importKeras(goldenPath("keras3.weights.h5"), hints).config.model.dropPath, 0.2);
}

void TestKerasImport::wantsAsManyNamesAsClasses() {
    ImportHints hints;
    hints.classNames = {"cat", "dog"};
    QVERIFY_EXCEPTION_THROWN(importKeras(goldenPath("keras3.weights.h5"), hints), InvalidInput);
    hints.classNames.assign(10, "any");
    QCOMPARE(importKeras(goldenPath("keras3.weights.h5"), hints).description.classNames, hints.classNames);
}

void TestKerasImport::namesOfOtherEncodings() {
    ImportHints hints;
    hints.classNames.assign(10, "caf\xE9");
    try {
        importKeras(goldenPath("keras3.weights.h5"), hints);
        QFAIL("was imported");
    } catch (const InvalidInput& fault) {
        QVERIFY2(QString(fault.what()).contains("caf\\xE9") && QString(fault.what()).contains("UTF-8"), fault.what());
    }
    // That of the file is only told.
    fs::path copy = inFolder("weights-");
    copy += "\xE9.h5";
    fs::copy_file(goldenPath("keras3.weights.h5"), copy);
    writeImportedRun(importKeras(copy), inFolder("from-latin"));
    QVERIFY(readRun(inFolder("from-latin")).hasModel);
    fs::remove(copy);  // QTemporaryDir cannot
}

// Chunks that were never written: a few bytes that claim to be four gigabytes.
void TestKerasImport::refusesSizesThatTheFileCannotHold() {
    const fs::path copy = inFolder("bomb.h5");
    fs::copy_file(goldenPath("keras3.weights.h5"), copy);
    removeFrom(copy, "layers/dense/vars/0");
    const hid_t file = H5Fopen(copy.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const std::array<hsize_t, 2> size = {32'768, 32'768};
    const std::array<hsize_t, 2> chunk = {64, 64};
    const hid_t space = H5Screate_simple(2, size.data(), nullptr);
    const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(layout, 2, chunk.data());
    const hid_t bomb =
        H5Dcreate2(file, "layers/dense/vars/0", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    QVERIFY(bomb >= 0);
    H5Dclose(bomb);
    H5Pclose(layout);
    H5Sclose(space);
    H5Fclose(file);
    try {
        importKeras(copy);
        QFAIL("was imported");
    } catch (const Error& fault) {
        QVERIFY2(QString(fault.what()).contains("layers/dense/vars/0") && QString(fault.what()).contains("claims"),
                 fault.what());
    }
}

void TestKerasImport::isListedAsImported() {
    const fs::path run = inFolder("store") / "imported";
    fs::create_directories(run);
    writeImportedRun(importKeras(goldenPath("keras3.weights.h5")), run);
    QCOMPARE(stateOf(readRun(run)), std::string("imported"));
    for (int round = 0; round < 2; ++round)  // read anew, then from the digest
        QCOMPARE(stateOf(RunStore(inFolder("store")).list().at(0)), std::string("imported"));
    // One that is trained further is a run like any other.
    RunWriter writer(run);
    writer.append(StepDone{.step = 1});
    writer.flush();
    QCOMPARE(stateOf(readRun(run)), std::string("unfinished"));
}

void TestKerasImport::leavesAFolderThatIsInUse() {
    const fs::path folder = inFolder("used");
    fs::create_directories(folder / "something");
    QVERIFY_EXCEPTION_THROWN(writeImportedRun(importKeras(goldenPath("keras3.weights.h5")), folder), InvalidInput);
    QCOMPARE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

QTEST_GUILESS_MAIN(TestKerasImport)
#include "test_keras_import.moc"
