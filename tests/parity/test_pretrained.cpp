// SPDX-License-Identifier: GPL-3.0-or-later
// Models of every family that can be imported, as their own libraries saved them: each block's tokens, the answers and a
// step of AdamW against what those libraries compute with them; photos and positions against Pillow and timm.
#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/export/safetensors_export.h"
#include "core/import/family.h"
#include "core/import/import_model.h"
#include "core/import/patch_kernel.h"
#include "core/import/positions.h"
#include "core/import/pretrained.h"
#include "core/model/fused/kernel_choice.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "core/session/imported_run.h"
#include "core/train/optimizers/optimizer.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"

#include <nlohmann/json.hpp>
#include <torch/utils.h>

#include <QDir>
#include <QtTest>

#include <filesystem>

using namespace vit;
using parity::Golden;

namespace {

constexpr double kStage = 1e-5;   // of each block's tokens, relative to the largest of them
constexpr double kAnswer = 1e-4;
constexpr int kPictures = 64;

std::vector<std::uint8_t> bytesOf(std::size_t count) {  // as in golden_pretrained.py
    std::vector<std::uint8_t> bytes;
    for (std::uint64_t i = 0; i < count; ++i)
        bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(i * 2654435761U + 12345U) >> 24));
    return bytes;
}

torch::Tensor pictures(const ChannelStatistics& statistics, const ImageSize& size) {
    const auto bytes = bytesOf(static_cast<std::size_t>(kPictures * size.height * size.width * 3));
    const torch::Tensor pixels = torch::tensor(std::vector<double>(bytes.begin(), bytes.end()), torch::kFloat64)
                                     .view({kPictures, size.height, size.width, 3});
    const auto row = [](const std::array<double, 3>& values) {
        return torch::tensor(std::vector<double>(values.begin(), values.end()), torch::kFloat64);
    };
    return ((pixels - row(statistics.mean)) / row(statistics.deviation)).permute({0, 3, 1, 2}).to(torch::kFloat32);
}

std::string folderOf(const QString& name) { return parity::goldenPath("pretrained/" + name.toStdString()); }

// What a person must say because the file does not.
ImportHints hintsFor(const QString& name, const Golden& golden) {
    ImportHints hints;
    hints.config = fineTuningConfig();
    hints.statistics.emplace();
    for (std::size_t c = 0; c < 3; ++c) {
        hints.statistics->mean[c] = 255 * golden.about()["mean"][c].get<double>();
        hints.statistics->deviation[c] = 255 * golden.about()["std"][c].get<double>();
    }
    if (name == "torchvision" || name == "facebook_dinov2" || name == "open_clip_trunk" || name.startsWith("openai_clip")) {
        hints.config.model.heads = 2;
        hints.assigned.insert("model.heads");
    }
    if (name == "openai_clip_vision") {
        hints.config.model.activation = Activation::QuickGelu;
        hints.assigned.insert("model.activation");
    }
    return hints;
}

// The features that the head is given.
torch::Tensor featuresOf(VisionTransformer& model, const torch::Tensor& images) {
    torch::Tensor features;
    model->forward(images, {}, [&](const std::string& name, const torch::Tensor& value) {
        if (name == "head_input") features = value;
    });
    return features;
}

}  // namespace

class TestPretrained : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersAsItsLibrary_data() {
        QTest::addColumn<QString>("name");
        const QStringList names = QDir(QString::fromStdString(parity::goldenPath("pretrained")))
                                      .entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
        QVERIFY(names.size() > 25);
        for (const QString& name : names) QTest::addRow("%s", qPrintable(name)) << name;
    }

    void answersAsItsLibrary() {
        QFETCH(QString, name);
        const Golden golden("pretrained_" + name.toStdString());
        const ImportedModel imported = importModel(folderOf(name), hintsFor(name, golden));
        VisionTransformer model(imported.config.model, imported.config.head, imported.description.input());
        loadWeights(*model, imported.weights);
        const torch::Tensor images = pictures(imported.description.statistics, imported.config.model.inputSize());
        const bool hasHead = golden.about()["head"].get<bool>();

        {
            const torch::NoGradGuard noGrad;
            const ForwardTrace trace = model->trace(images.slice(0, 0, 2));
            for (std::size_t i = 0; i + 1 < trace.tokens.size(); ++i) {
                const torch::Tensor expected = golden.at("tokens/" + std::to_string(i));
                QVERIFY2(m_comparison.agrees(name.toStdString() + ": block", trace.tokens[i + 1], expected, kStage),
                         m_comparison.problem());
            }
        }
        const torch::Tensor expected = golden.at("answer");
        const torch::Tensor answer = hasHead ? model(images) : featuresOf(model, images);
        QVERIFY2(m_comparison.agrees(name.toStdString() + ": answers", answer, expected, kAnswer), m_comparison.problem());
        QVERIFY(std::get<1>(answer.topk(5, 1)).equal(std::get<1>(expected.topk(5, 1))));

        model->useFusedKernels(
            selectKernels(KernelChoice::Auto, imported.config.model, model->tokens(), torch::kCPU, false).fused);
        const torch::Tensor fused = hasHead ? model(images) : featuresOf(model, images);
        QVERIFY2(m_comparison.agrees(name.toStdString() + ": answers, kernels as chosen", fused, expected, kAnswer),
                 m_comparison.problem());
        if (!hasHead) return;
        learnsTheSame(name, golden, model, images);
    }

    void everyArrayFindsItsPlace_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("message");
        QTest::newRow("left over") << "add" << "blocks.1.attn.rel_pos_bias";
        QTest::newRow("missing") << "remove" << "blocks.1.mlp.fc2.bias is missing";
        QTest::newRow("another shape") << "shape" << "blocks.1.norm2.weight has the shape [17] instead of [16]";
        QTest::newRow("whole numbers") << "type" << "not floating-point";
    }

    void everyArrayFindsItsPlace() {
        QFETCH(QString, change);
        QFETCH(QString, message);
        TensorFile file = readSafetensors(folderOf("timm_vit") + "/model.safetensors");
        const auto numbers = [](std::int64_t count) {
            return TensorData{"F32", {count}, std::vector<std::byte>(static_cast<std::size_t>(count) * 4)};
        };
        if (change == "add") file.tensors["blocks.1.attn.rel_pos_bias"] = numbers(4);
        if (change == "remove") file.tensors.erase("blocks.1.mlp.fc2.bias");
        if (change == "shape") file.tensors["blocks.1.norm2.weight"] = numbers(17);
        if (change == "type") file.tensors["blocks.1.norm2.weight"].dtype = "I32";
        const std::filesystem::path folder = m_folder.path().toStdString();
        std::filesystem::copy_file(folderOf("timm_vit") + "/config.json", folder / "config.json",
                                   std::filesystem::copy_options::overwrite_existing);
        writeSafetensors(folder / "model.safetensors", file);
        const QString said = refusal(folder, {.config = fineTuningConfig()});
        QVERIFY2(said.contains(message), qPrintable(said));
    }

    // Nothing is guessed without a word.
    void whatNoFileSaysIsAskedFor() {
        const std::filesystem::path folder = m_folder.path().toStdString();
        const std::filesystem::path file = folder / "alone" / "vit.safetensors";
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::copy_file(folderOf("timm_vit") + "/model.safetensors", file);
        const QString said = refusal(file, {.config = fineTuningConfig()});
        QVERIFY2(said.contains("attention heads"), qPrintable(said));
        QVERIFY2(said.contains("mean and deviation"), qPrintable(said));
        ImportHints hints{.config = fineTuningConfig(), .assigned = {"model.heads"}};
        hints.config.model.heads = 2;
        hints.statistics = ChannelStatistics{{127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}};
        const ImportedModel model = importModel(file, hints);
        QCOMPARE(model.config.model.keyDim, 8);
        const QString notes = notesOf(model);
        QVERIFY2(notes.contains("exact GELU") && notes.contains("epsilon"), qPrintable(notes));
        hints.config.model.heads = 3;
        QVERIFY(refusal(file, hints).contains("3 heads cannot share 16 numbers evenly"));
    }

    // What a configuration says and this program has not is no reason to take something else.
    void whatIsNotKnownIsRefused_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::newRow("pooling") << R"("global_pool": "token")" << R"("global_pool": "avgmax")";
        QTest::newRow("activation") << R"("num_heads": 2)" << R"("num_heads": 2, "act_layer": "relu")";
        QTest::newRow("crop") << R"("crop_mode": "center")" << R"("crop_mode": "border")";
        QTest::newRow("filter") << R"("interpolation": "bicubic")" << R"("interpolation": "lanczos")";
    }

    void whatIsNotKnownIsRefused() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        const QTemporaryDir folder;
        const QString said = withChangedConfig("timm_vit", from, to, folder);
        QVERIFY2(said.contains("not among the parts"), qPrintable(said));
    }

    // Names and shapes are EVA's, but not what is computed with them.
    void evasRelativesAreRefused_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const QString turns = R"("use_rot_pos_emb": true,)";
        const auto args = [&](const char* row, const QString& more) {
            QTest::newRow(row) << "timm_eva02_norms" << turns << turns + ' ' + more + ',';
        };
        args("angles that are learned", R"("rope_type": "mixed")");
        args("columns first", R"("rope_grid_indexing": "xy")");
        args("other frequencies", R"("rope_temperature": 100.0)");
        args("moved places", R"("rope_grid_offset": 1.0)");
        args("halves turned", R"("rope_rotate_half": true)");
        const QString grid = "\"ref_feat_shape\": [\n      ";
        QTest::newRow("a grid of another size") << "timm_eva02_norms" << grid + "16" << grid + "14";
        QTest::newRow("a grid of no size") << "timm_eva02_norms" << "\"ref_feat_shape\"" << "\"other\"";
        for (const char* other :
             {"vit_small_patch16_rope_ape_224", "vit_pe_core_base_patch16_224", "vit_base_patch16_dinov3"})
            QTest::newRow(other) << "timm_eva" << "eva_test" << other;
    }

    void evasRelativesAreRefused() {
        QFETCH(QString, name);
        QFETCH(QString, from);
        QFETCH(QString, to);
        const QTemporaryDir folder;
        const QString said = withChangedConfig(name, from, to, folder);
        QVERIFY2(said.contains("does not compute so"), qPrintable(said));
    }

    // Without a word of a configuration a gate and EVA's attention stand for EVA-02, and it is said.
    void turnsAreTakenAsUsualWhereNothingSaysThem() {
        const QTemporaryDir folder;
        const QString file = folder.filePath("eva.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(folderOf("timm_eva02")) + "/model.safetensors", file));
        const ImportedModel told = importModel(folderOf("timm_eva02"), {.config = fineTuningConfig()});
        const ImportHints hints = hintsFor("torchvision", Golden("pretrained_timm_eva02"));  // with two heads
        const ImportedModel alone = importModel(file.toStdString(), hints);
        QVERIFY(alone.config.model == told.config.model);
        QCOMPARE(alone.config.model.positions, PositionType::LearnedRotary);
        const auto says = [](const ImportedModel& model) {
            return std::any_of(model.notes.begin(), model.notes.end(), [](const std::string& note) {
                return note.find("rotary positions beside the learned ones") != std::string::npos;
            });
        };
        QVERIFY(says(alone) && !says(told));
        const QString plain = folder.filePath("plain.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(folderOf("timm_eva")) + "/model.safetensors", plain));
        QCOMPARE(importModel(plain.toStdString(), hints).config.model.positions, PositionType::Learned);
    }

    // Names and shapes do not tell whether norms come before attention and MLP or after them.
    void theConfigurationTellsTheNormsPlace() {
        const auto placeOf = [](const std::filesystem::path& path, ImportHints hints = {.config = fineTuningConfig()}) {
            return importModel(path, hints).config.model.normPlace;
        };
        QCOMPARE(placeOf(folderOf("timm_vit")), NormPlace::Before);
        QCOMPARE(placeOf(folderOf("timm_norms_after")), NormPlace::After);
        const ImportedModel enormous = importModel(folderOf("timm_eva02_enormous"), {.config = fineTuningConfig()});
        QCOMPARE(enormous.config.model.normPlace, NormPlace::After);
        QCOMPARE(enormous.config.model.positions, PositionType::Learned);  // alone of all EVA-02
        const QTemporaryDir turning;
        const QString turns = R"("use_rot_pos_emb": true,)";
        QCOMPARE(withChangedConfig("timm_eva02_norms", turns, turns + R"( "use_post_norm": true,)", turning), "imported");
        QCOMPARE(placeOf(turning.path().toStdString()), NormPlace::After);
    }

    void theNormsPlaceIsTakenAsUsualAloud() {
        const QTemporaryDir folder;
        const QString file = folder.filePath("vit.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(folderOf("timm_norms_after")) + "/model.safetensors", file));
        ImportHints hints = hintsFor("torchvision", Golden("pretrained_timm_norms_after"));  // with two heads
        const ImportedModel usual = importModel(file.toStdString(), hints);
        QCOMPARE(usual.config.model.normPlace, NormPlace::Before);
        QVERIFY(notesOf(usual).contains("norms before attention and MLP"));
        hints.config.model.normPlace = NormPlace::After;
        hints.assigned.insert("model.norm_place");
        const ImportedModel told = importModel(file.toStdString(), hints);
        QCOMPARE(told.config.model.normPlace, NormPlace::After);
        QVERIFY(!notesOf(told).contains("norms before attention and MLP"));
    }

    // Of one width there are both.
    void theNormsPlaceIsAskedForOfTheEnormousModel() {
        const Family& timm = families().front();
        SourceWeights source;
        source.tensors["patch_embed.proj.weight"] = {"F32", {1792, 3, 14, 14}, {}};
        source.tensors["blocks.0.attn.qkv.weight"] = {"F32", {3 * 1792, 1792}, {}};
        source.tensors["blocks.0.attn.q_bias"] = {"F32", {1792}, {}};
        QVERIFY(timm.matches(source));
        const SourceFacts alone = timm.facts(source);
        QCOMPARE(alone.questions.size(), std::size_t{1});
        QCOMPARE(alone.questions.front().key, std::string("model.norm_place"));
        source.config = std::make_shared<nlohmann::ordered_json>(
            nlohmann::ordered_json{{"architecture", "eva02_enormous_patch14_clip_224.laion2b_s4b_b115k"}});
        const SourceFacts named = timm.facts(source);
        QVERIFY(named.questions.empty());
        QVERIFY(named.normPlace == NormPlace::After);
        QVERIFY(named.heads == 16);
        QVERIFY(!named.positions);
    }

    void whatOpenClipSaysIsKept() {
        const auto said = [](const char* name) {
            return importModel(folderOf(name), hintsFor(name, Golden(std::string("pretrained_") + name)));
        };
        const ImportedModel plain = said("open_clip");
        QCOMPARE(plain.config.model.activation, Activation::Gelu);
        QVERIFY(plain.config.model.preNorm);
        QVERIFY2(notesOf(plain).contains("Left out") && notesOf(plain).contains("token_embedding.weight"),
                 qPrintable(notesOf(plain)));
        const ImportedModel quick = said("open_clip_quick");
        QCOMPARE(quick.config.model.activation, Activation::QuickGelu);
        QVERIFY(quick.config.model.layerScale > 0);
        const ImportedModel average = said("open_clip_average");
        QCOMPARE(average.config.model.activation, Activation::GeluTanh);
        QCOMPARE(average.config.model.normEpsilon, 1e-6);
        QCOMPARE(average.config.head.type, HeadType::NormedAverage);
        QVERIFY(!average.config.model.preNorm);
        const ImportedModel trunk = said("open_clip_trunk");
        QCOMPARE(trunk.config.head.type, HeadType::AttentionPooling);
        QCOMPARE(trunk.config.data.photoFit, PhotoFit::Squash);
        QVERIFY(notesOf(said("openai_clip")).contains("quick GELU, as in OpenAI's CLIP"));
        const QString asked = refusal(folderOf("openai_clip_vision"), {.config = fineTuningConfig()});
        QVERIFY2(asked.contains("quick-gelu") && asked.contains("attention heads"), qPrintable(asked));
    }

    void aTextTowerAloneIsRefused() {
        TensorFile file = readSafetensors(folderOf("open_clip") + "/open_clip_model.safetensors");
        std::erase_if(file.tensors, [](const auto& entry) { return entry.first.starts_with("visual."); });
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("text.safetensors").toStdString();
        writeSafetensors(path, file);
        const QString said = refusal(path, {.config = fineTuningConfig()});
        QVERIFY2(said.contains("text tower alone"), qPrintable(said));
    }

    // A preference for each head: nobody has to be asked for their number.
    void relativePositionsTellTheHeads() {
        const QTemporaryDir folder;
        const QString file = folder.filePath("beit.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(folderOf("timm_beit")) + "/model.safetensors", file));
        const ImportedModel told = importModel(folderOf("timm_beit"), {.config = fineTuningConfig()});
        ImportHints hints{.config = fineTuningConfig()};
        hints.statistics = told.description.statistics;
        QCOMPARE(importModel(file.toStdString(), hints).config.model.heads, told.config.model.heads);
    }

    // timm's VisionTransformer holds EVA, but neither turns nor norms within.
    void whatTimmHasNoNamesForIsSaid() {
        const auto reasons = [](const char* name) {
            return reasonsAgainstTimm(importModel(folderOf(name), {.config = fineTuningConfig()}).config);
        };
        QCOMPARE(reasons("timm_eva"), std::vector<std::string>());
        QCOMPARE(reasons("timm_norms_after"), std::vector<std::string>());
        QCOMPARE(reasons("timm_eva02").size(), std::size_t{1});
        QCOMPARE(reasons("timm_eva02_norms").size(), std::size_t{3});
    }

    void whatTheFilesSayIsKept() {
        const ImportHints hints{.config = fineTuningConfig()};
        const ImportedModel named = importModel(folderOf("hf_vit"), hints);
        QCOMPARE(named.description.classNames[6], std::string("kind 6"));
        QCOMPARE(named.config.data.photoFit, PhotoFit::Squash);
        QCOMPARE(named.config.data.photoFilter, PhotoFilter::Bilinear);
        QCOMPARE(named.config.model.normEpsilon, 1e-12);
        QCOMPARE(named.description.statistics.mean, (std::array<double, 3>{127.5, 127.5, 127.5}));
        const ImportedModel cropped = importModel(folderOf("hf_dinov2_registers"), hints);
        QCOMPARE(cropped.config.data.photoFit, PhotoFit::Crop);
        QCOMPARE(cropped.config.data.photoShare, 16.0 / 18);
        QCOMPARE(cropped.config.data.photoFilter, PhotoFilter::Bicubic);
        QCOMPARE(cropped.config.model.registers, 3);
        QCOMPARE(cropped.description.classNames, std::vector<std::string>{"no class"});
        const ImportedModel clip = importModel(folderOf("hf_clip"), hints);
        QCOMPARE(clip.config.model.activation, Activation::QuickGelu);
        QVERIFY(clip.config.model.preNorm);
        QCOMPARE(importModel(folderOf("timm_clip"), hints).config.model.activation, Activation::QuickGelu);
    }

    void goesBackToTimmBitForBit_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"timm_vit", "timm_average", "timm_registers", "timm_placed_registers", "timm_siglip",
                                 "timm_clip", "timm_gated", "timm_registers_average", "timm_norms_after"})
            QTest::addRow("%s", name) << name;
    }

    void goesBackToTimmBitForBit() {
        QFETCH(QString, name);
        const QTemporaryDir folder;
        const std::filesystem::path run = folder.filePath("run").toStdString();
        writeImportedRun(importModel(folderOf(name), {.config = fineTuningConfig()}), run);
        const TensorFile ours = stateDict(TrainedWeights(run));
        TensorFile theirs = readSafetensors(folderOf(name) + "/model.safetensors");
        QCOMPARE(ours.metadata.at("names"), std::string("timm"));
        for (const auto& [key, tensor] : ours.tensors) {
            const auto node = theirs.tensors.extract(key);
            QVERIFY2(!node.empty(), key.c_str());
            QCOMPARE(tensor.shape, node.mapped().shape);
            QVERIFY2(tensor.bytes == node.mapped().bytes, key.c_str());
        }
        QVERIFY(theirs.tensors.empty());
    }

    void anotherImageSizeTakesItsPositionsAlong() {
        ImportHints hints{.config = fineTuningConfig(), .assigned = {"model.image_size"}};
        hints.config.model.imageSize = 28;
        const ImportedModel model = importModel(folderOf("timm_vit"), hints);
        QCOMPARE(model.config.model.imageSize, 28);
        QCOMPARE(model.weights.tensors.at("pos_embed").shape, (std::vector<std::int64_t>{50, 16}));
        hints.config.model.imageSize = 30;
        QVERIFY(refusal(folderOf("timm_vit"), hints).contains("cannot be cut into patches"));
    }

    void positionsAreInterpolatedAsByTimm() {
        const Golden golden("pretrained_positions");
        const torch::Tensor from = golden.at("from");
        const FloatArray grid{{25, 6}, {from.const_data_ptr<float>(), from.const_data_ptr<float>() + from.numel()}};
        for (const std::int64_t side : {3, 4, 7, 12}) {
            const FloatArray ours = resampledPositions(grid, {5, 5}, {side, side});
            QVERIFY2(m_comparison.agrees("positions", torch::tensor(ours.values).view({side * side, 6}),
                                         golden.at("to/" + std::to_string(side)), kStage),
                     m_comparison.problem());
        }
    }

    void oblongPositionsAreInterpolatedAsByTimm_data() {
        QTest::addColumn<GridSize>("from");
        QTest::addColumn<GridSize>("to");
        const auto row = [](const GridSize& from, const GridSize& to) {
            QTest::newRow((gridText(from) + " to " + gridText(to)).c_str()) << from << to;
        };
        row({14, 14}, {14, 24});
        row({7, 7}, {5, 9});
        row({5, 9}, {7, 7});
        row({5, 9}, {9, 4});
    }

    void oblongPositionsAreInterpolatedAsByTimm() {
        QFETCH(GridSize, from);
        QFETCH(GridSize, to);
        FloatArray grid{{from.count(), 6}, {}};
        for (const std::uint8_t byte : bytesOf(static_cast<std::size_t>(from.count() * 6)))
            grid.values.push_back(static_cast<float>(byte) / 255 - 0.5F);
        const auto name = [](const GridSize& size) { return std::to_string(size.rows) + "x" + std::to_string(size.columns); };
        const FloatArray ours = resampledPositions(grid, from, to);
        QCOMPARE(ours.shape, (std::vector<std::int64_t>{to.count(), 6}));
        QVERIFY2(m_comparison.agrees("oblong positions", torch::tensor(ours.values).view({to.count(), 6}),
                                     Golden("pretrained_oblong").at(name(from) + "/" + name(to)), kStage),
                 m_comparison.problem());
    }

    void anotherShapeTakesItsPositionsAlong() {
        ImportHints hints{.config = fineTuningConfig(), .assigned = {"model.image_size", "model.image_width"}};
        hints.config.model.imageSize = 16;
        hints.config.model.imageWidth = 40;
        const ImportedModel model = importModel(folderOf("timm_vit"), hints);
        QCOMPARE(model.config.model.grid(), (GridSize{4, 10}));
        QCOMPARE(model.description.nativeShape, (Dataset::Shape{40, 16, 3}));
        QCOMPARE(model.weights.tensors.at("pos_embed").shape, (std::vector<std::int64_t>{41, 16}));
        hints.config.model.imageWidth = 42;
        QVERIFY(refusal(folderOf("timm_vit"), hints).contains("cannot be cut into patches"));
        const ImportHints plain{.config = fineTuningConfig()};
        QCOMPARE(importModel(folderOf("timm_oblong"), plain).config.model.inputSize(), ImageSize(16, 28));
        QCOMPARE(importModel(folderOf("timm_oblong_registers"), plain).config.model.inputSize(), ImageSize(28, 16));
        QCOMPARE(importModel(folderOf("timm_vit"), plain).config.model.imageWidth, 0);
    }

    // Weights alone do not tell in which rows 28 positions lie.
    void shapesThatNobodyTellsAreAskedFor() {
        const QTemporaryDir folder;
        const QString file = folder.filePath("oblong.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(folderOf("timm_oblong")) + "/model.safetensors", file));
        ImportHints hints = hintsFor("torchvision", Golden("pretrained_timm_oblong"));  // with two heads
        const QString said = refusal(file.toStdString(), hints);
        QVERIFY2(said.contains("29 positions") && said.contains("model.image_width"), qPrintable(said));
        hints.assigned.insert({"model.image_size", "model.image_width"});
        hints.config.model.imageSize = 28;
        hints.config.model.imageWidth = 16;
        QCOMPARE(importModel(file.toStdString(), hints).config.model.grid(), (GridSize{7, 4}));
        hints.config.model.imageWidth = 20;
        QVERIFY(refusal(file.toStdString(), hints).contains("model.image_width"));
    }

    void kernelsOfPatchesAreResampledAsByTimm() {
        const Golden golden("pretrained_patch_kernels");
        const torch::Tensor from = golden.at("from");
        const FloatArray kernel{{4, 75}, {from.const_data_ptr<float>(), from.const_data_ptr<float>() + from.numel()}};
        for (const std::int64_t side : {2, 4, 8, 13}) {
            const FloatArray ours = resampledKernel(kernel, 5, side);
            QVERIFY2(m_comparison.agrees("kernels of patches", torch::tensor(ours.values).view({4, side * side * 3}),
                                         golden.at("to/" + std::to_string(side)), kStage),
                     m_comparison.problem());
        }
    }

    void anotherPatchSizeTakesItsKernelAlong() {
        ImportHints hints{.config = fineTuningConfig(), .assigned = {"model.patch_size"}};
        hints.config.model.patchSize = 6;
        const ImportedModel model = importModel(folderOf("timm_vit"), hints);
        QCOMPARE(model.config.model.patchSize, 6);
        QCOMPARE(model.config.model.imageSize, 24);  // as many patches as before
        QVERIFY(std::any_of(model.notes.begin(), model.notes.end(),
                            [](const std::string& note) { return note.find("one of 6 px") != std::string::npos; }));
        hints.config.model.patchSize = 0;
        QVERIFY(refusal(folderOf("timm_vit"), hints).contains("model.patch_size"));
    }

    // Whatever is chosen in a form, an imported model is the file's.
    void nothingOfTheFormGetsIn() {
        ImportHints hints{.config = fineTuningConfig()};
        const ImportedModel plain = importModel(folderOf("timm_vit"), hints);
        hints.config.model.localAttention = hints.config.model.shiftedPatches = hints.config.model.mlpDepthwise = true;
        hints.config.model.norm = NormType::RmsNorm;
        hints.config.model.stemWidths = {8};
        hints.config.model.patchSize = 8;
        QVERIFY(importModel(folderOf("timm_vit"), hints).config.model == plain.config.model);
    }

    void photosAreSeenAsByPillow_data() {
        QTest::addColumn<QString>("golden");
        QTest::addColumn<int>("side");
        QTest::addColumn<double>("share");
        QTest::addColumn<PhotoFit>("fit");
        QTest::addColumn<PhotoFilter>("filter");
        QTest::newRow("bicubic") << "bicubic" << 32 << 0.9 << PhotoFit::Crop << PhotoFilter::Bicubic;
        QTest::newRow("bilinear") << "bilinear" << 32 << 0.875 << PhotoFit::Crop << PhotoFilter::Bilinear;
        QTest::newRow("the whole square") << "whole" << 24 << 1.0 << PhotoFit::Crop << PhotoFilter::Bicubic;
        QTest::newRow("squashed") << "squash" << 32 << 1.0 << PhotoFit::Squash << PhotoFilter::Bicubic;
        QTest::newRow("larger than the photo") << "larger" << 80 << 0.95 << PhotoFit::Crop << PhotoFilter::Bicubic;
    }

    void photosAreSeenAsByPillow() {
        QFETCH(QString, golden);
        QFETCH(int, side);
        QFETCH(double, share);
        QFETCH(PhotoFit, fit);
        QFETCH(PhotoFilter, filter);
        const Golden photos("pretrained_photos");
        const torch::Tensor photo = photos.at("photo");
        Image image;
        image.height = static_cast<int>(photo.size(0));
        image.width = static_cast<int>(photo.size(1));
        image.channels = 3;
        image.pixels.assign(photo.const_data_ptr<std::uint8_t>(), photo.const_data_ptr<std::uint8_t>() + photo.numel());
        DataConfig how;
        how.photoFit = fit;
        how.photoShare = share;
        how.photoFilter = filter;
        const Image seen = prepareForModel(image, {side, side, 3}, how);
        const torch::Tensor expected = photos.at(golden.toStdString()).to(torch::kInt32);
        const torch::Tensor ours =
            torch::tensor(std::vector<int>(seen.pixels.begin(), seen.pixels.end()), torch::kInt32).view(expected.sizes());
        QCOMPARE((ours - expected).abs().max().item<int>(), 0);
    }

    void oblongPhotosAreSeenAsByTimm_data() {
        QTest::addColumn<QString>("golden");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<double>("share");
        QTest::newRow("wide") << "wide" << 20 << 36 << 0.9;
        QTest::newRow("high") << "high" << 36 << 20 << 1.0;
        QTest::newRow("larger than the photo") << "larger" << 60 << 72 << 0.95;
    }

    void oblongPhotosAreSeenAsByTimm() {
        QFETCH(QString, golden);
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(double, share);
        DataConfig how;
        how.photoShare = share;
        how.photoFilter = PhotoFilter::Bicubic;
        const Image seen = prepareForModel({61, 47, 3, bytesOf(std::size_t{47} * 61 * 3)}, {width, height, 3}, how);
        const torch::Tensor expected = Golden("pretrained_oblong").at(golden.toStdString()).to(torch::kInt32);
        const torch::Tensor ours =
            torch::tensor(std::vector<int>(seen.pixels.begin(), seen.pixels.end()), torch::kInt32).view(expected.sizes());
        QCOMPARE((ours - expected).abs().max().item<int>(), 0);
    }

    void cleanupTestCase() { m_comparison.print("pretrained models"); }

private:
    parity::Comparison m_comparison;
    QTemporaryDir m_folder;

    static QString notesOf(const ImportedModel& model) {
        QString all;
        for (const std::string& note : model.notes) all += QString::fromStdString(note) + '\n';
        return all;
    }

    static QString refusal(const std::filesystem::path& path, const ImportHints& hints) {
        try {
            importModel(path, hints);
        } catch (const InvalidInput& fault) {
            QString text = QString::fromUtf8(fault.what());
            for (const Issue& issue : fault.issues()) text += '\n' + QString::fromStdString(issue.message);
            return text;
        }
        return "imported";
    }

    // What an import says of a model's weights beside its configuration with a text in the place of another.
    static QString withChangedConfig(const QString& name, const QString& from, const QString& to,
                                     const QTemporaryDir& folder) {
        const QString original = QString::fromStdString(folderOf(name));
        QFile config(original + "/config.json");
        if (!config.open(QIODevice::ReadOnly)) return "no configuration";
        QString text = QString::fromUtf8(config.readAll());
        if (!text.contains(from)) return "the configuration does not say " + from;
        QFile changed(folder.filePath("config.json"));
        if (!changed.open(QIODevice::WriteOnly)) return "cannot be written";
        changed.write(text.replace(from, to).toUtf8());
        changed.close();
        if (!QFile::copy(original + "/model.safetensors", folder.filePath("model.safetensors"))) return "cannot be copied";
        return refusal(folder.path().toStdString(), {.config = fineTuningConfig()});
    }

    // After one step the weights are those that the library had after one.
    void learnsTheSame(const QString& name, const Golden& golden, VisionTransformer& model, const torch::Tensor& images) {
        const TensorFile before = [&] {
            TensorFile file;
            storeWeights(*model, file, "");
            return file;
        }();
        model->useFusedKernels(nullptr);
        OptimizerConfig settings;
        settings.type = OptimizerType::AdamW;
        settings.decayConvention = DecayConvention::PyTorch;
        settings.learningRate = 0.01;
        settings.weightDecay = 0.05;
        settings.epsilon = 1e-3;
        const auto optimizer = makeOptimizer(model->weights(), settings);
        const torch::Tensor labels = torch::arange(kPictures) % golden.at("answer").size(1);
        torch::cross_entropy_loss(model(images, ForwardMode{true, 1, 0}), labels).backward();
        optimizer->step(settings.learningRate);
        const ImportedModel after = importModel(folderOf(name) + "/after", hintsFor(name, golden));
        int compared = 0;
        for (const auto& parameter : model->named_parameters()) {
            // Two heads of DeiT became one of half their weights, of which a step is another one; of numbers that its file
            // does not have, and of half precision, there is nothing to compare with.
            const std::string& key = parameter.key();
            const torch::Tensor expected = toTensor(after.weights.tensors.at(key));
            const torch::Tensor old = toTensor(before.tensors.at(key));
            if (key.starts_with("head.") && after.config.head.type == HeadType::PrefixTokens) continue;
            const torch::Tensor missing = old.eq(0).logical_and(expected.eq(0));
            const torch::Tensor ours = torch::where(missing, expected, parameter.value().detach());
            const bool half = name.endsWith("16");
            QVERIFY2(m_comparison.agrees(name.toStdString() + ": after a step", ours, expected, half ? 1e-2 : kStage),
                     m_comparison.problem());
            ++compared;
        }
        QVERIFY(compared > 20);
    }
};

QTEST_GUILESS_MAIN(TestPretrained)
#include "test_pretrained.moc"
