// SPDX-License-Identifier: GPL-3.0-or-later
// Every hyperparameter of an experiment as plain values. What each means, its unit and its range stand in schema.cpp.
#pragma once

#include "core/config/image_size.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

enum class HeadType {
    Flatten,
    GlobalAveragePooling,
    ClassToken,
    NormedAverage,           // the mean of the patches first, the final norm after it
    ClassTokenAndAverage,    // side by side
    PrefixTokens,            // class token and registers side by side
    AttentionPooling         // what a learned query finds among all tokens
};
enum class PositionType { Learned, SineCosine, None, Rotary, Relative, LearnedRotary };
enum class NormType { LayerNorm, RmsNorm };
enum class NormPlace { Before, After };  // of a block's attention and MLP
enum class Activation { Gelu, GeluTanh, QuickGelu, Silu };
enum class ValidationSplit { End, Stratified, Folder };
enum class PhotoFit { Crop, Squash };
enum class PhotoFilter { Area, Bilinear, Bicubic };
enum class InitialWeights { Glorot, TruncatedNormal, Mimetic };
enum class DecayConvention { Decoupled, Keras, PyTorch };  // see OptimizerConfig::decayConvention
enum class OptimizerType { AdamW, Sgd, Lion, Muon };
enum class Thaw { Never, BlockByBlock, AllAtOnce };  // of what is frozen at first
enum class ScheduleType { Constant, Cosine, Linear, Polynomial, Steps, OneCycle, WarmStableDecay };
enum class AugmentationPolicy { None, TrivialAugment, RandAugment, AutoAugment };
enum class ClassWeights { None, Balanced };
enum class BestBy { Accuracy, Loss, MacroF1 };  // of the validation images
enum class TestViews { One, Mirrored };  // a test image alone, or the mean logits of it and its mirror image
enum class DeviceChoice { Auto, Cpu, Cuda };
enum class Precision { Auto, Float32, BFloat16 };
enum class PinnedMap { None, Relevance, LeGrad, AttentionGradient, Rollout, TokenColours };
enum class KernelChoice { Auto, Fused, Plain };  // what runs the transformer's blocks

struct DataConfig {
    std::string name = "synthetic-shapes";
    double validationShare = 0.1;  // of the training images; of no account with ValidationSplit::Folder
    // The LAST ones as stored, the same share of each class, or those that the data set itself sets aside.
    ValidationSplit validationSplit = ValidationSplit::End;
    std::int64_t validationSeed = 1;  // draws the latter; not run.seed, so that runs that differ by that hold back the same
    std::int64_t trainLimit = 0;   // use only the first N training images; 0 = all
    bool balanced = false;         // each class equally often in an epoch, however many images it has
    // How pictures of any size, a person's photos, are brought to the size that the model is trained with.
    PhotoFit photoFit = PhotoFit::Crop;
    double photoShare = 1;  // of the shorter side, which the centre square keeps
    PhotoFilter photoFilter = PhotoFilter::Area;

    bool operator==(const DataConfig&) const = default;
};

struct AugmentationConfig {
    bool horizontalFlip = true;
    double rotation = 0.02;    // ± share of a full turn
    double zoomHeight = 0.2;   // ± share; positive zooms out
    double zoomWidth = 0.2;
    std::int64_t shift = 0;    // ± pixels, the border reflected
    double erasing = 0;        // the chance that a rectangle is painted over
    bool alternatingFlip = false;  // mirrored in every other epoch instead of by chance
    AugmentationPolicy policy = AugmentationPolicy::None;
    std::int64_t randomOperations = 2;  // of RandAugment, one after the other
    std::int64_t randomMagnitude = 9;   // theirs, 0–30
    double brightness = 0;     // ± share
    double contrast = 0;
    double saturation = 0;
    std::int64_t cutout = 0;   // the side of a square that is painted over, in pixels; 0 = none
    std::int64_t repeats = 1;  // how often an epoch shows an image that it shows; it shows so many times fewer images

    bool operator==(const AugmentationConfig&) const = default;
};

struct ModelConfig {
    std::int64_t imageSize = 72;                     // the height; of the width too where imageWidth is 0
    std::int64_t imageWidth = 0;                     // where pictures are not square
    std::int64_t patchSize = 6;
    std::int64_t projectionDim = 64;
    std::int64_t heads = 4;
    std::int64_t keyDim = 64;                        // per head
    std::vector<std::int64_t> mlpUnits = {128, 64};  // the last one equals projectionDim
    std::int64_t layers = 8;
    double attentionDropout = 0.1;
    double mlpDropout = 0.1;
    NormType norm = NormType::LayerNorm;             // of all norms but the stem's
    double normEpsilon = 1e-6;
    std::vector<std::int64_t> stemWidths;  // channels of 3×3 convolutions before the patches are cut; empty: none
    std::vector<std::int64_t> stemPools;   // the numbers, from 1, of those that halve the image
    bool stemWhitening = false;  // the first of them begins as whitening filters of the training images, and stays so
    bool shiftedPatches = false;  // a patch is cut from the image and from four copies of it, moved by half a patch each way
    PositionType positions = PositionType::Learned;
    bool qkvBias = true;        // queries, keys and values have a bias
    bool qkNorm = false;        // queries and keys are normalised, each head's by itself
    bool attentionNorm = false;   // what the heads found is normalised side by side, before it is projected
    bool localAttention = false;  // no token attends to itself, and each head learns how sharply it chooses
    bool mlpDepthwise = false;  // a 3×3 convolution of each unit over the tokens' grid, after the MLP's first layer
    double layerScale = 0;      // what each block's two outputs are first multiplied by, a number a channel; 0: they are not
    double dropPath = 0;        // the chance that the last block's outputs are left out of an image, less in those before
    Activation activation = Activation::Gelu;  // of the blocks' MLPs
    bool mlpGated = false;  // the MLP's first layer is twice as wide, and one half, activated, multiplies the other
    bool mlpNorm = false;   // the numbers between the MLP's first two layers are normalised
    std::int64_t registers = 0;       // learned tokens after the class token's place, before the patches
    bool registerPositions = false;   // which have positions of their own, where positions are learned
    bool preNorm = false;             // a norm before the first block
    NormPlace normPlace = NormPlace::Before;  // After: what a branch gives is normalised, not what it is given
    bool mlpLastGelu = true;  // GELU follows the MLP's last layer too, as in the published example alone
    InitialWeights initialWeights = InitialWeights::Glorot;
    bool zeroOutputs = false;  // each block's two outputs begin at zero, so that it begins as the identity

    // What the network is given, and how its patches lie.
    ImageSize inputSize() const { return {imageSize, imageWidth > 0 ? imageWidth : imageSize}; }
    GridSize grid() const { return {inputSize().height / patchSize, inputSize().width / patchSize}; }

    bool operator==(const ModelConfig&) const = default;
};

struct HeadConfig {
    HeadType type = HeadType::Flatten;
    std::vector<std::int64_t> units = {2048, 1024};  // hidden layers; may be empty
    double dropout = 0.5;

    bool operator==(const HeadConfig&) const = default;
};

struct LossConfig {
    double labelSmoothing = 0;  // the share of each target that is spread evenly over all classes
    double mixup = 0;           // alpha of the Beta distribution that the mixtures' shares are drawn from; 0 = off
    double cutmix = 0;          // so too; with both, one of the two by chance
    ClassWeights classWeights = ClassWeights::None;

    bool operator==(const LossConfig&) const = default;
};

struct OptimizerConfig {
    OptimizerType type = OptimizerType::AdamW;
    double learningRate = 0.001;
    double weightDecay = 0.0001;
    // Decoupled: w -= weightDecay * w, every variable, before the update (TensorFlow Addons; the published example).
    // Keras and PyTorch: w -= learningRate * weightDecay * w.
    // They differ in epsilon too: Decoupled and Keras use lr*sqrt(1-b2^t)/(1-b1^t) * m/(sqrt(v)+eps), PyTorch puts the
    // bias correction of v inside the square root's denominator: m_hat/(sqrt(v_hat)+eps). PyTorch's SGD adds the decay to
    // the gradient, so that it passes through the momentum.
    DecayConvention decayConvention = DecayConvention::Decoupled;
    bool decayAll = true;  // false: biases, norms, embeddings and the class token are not decayed
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-7;
    double momentum = 0.9;     // of SGD and Muon
    bool nesterov = true;      // so too
    double matrixRate = 0.02;  // Muon's learning rate for the matrices of blocks and stem; learningRate is that of the rest
    double clipNorm = 0;       // gradients together no longer than this; 0 = as long as they are
    double emaDecay = 0;       // of the weights' moving average, which is then what is judged and kept; 0 = none
    double layerDecay = 1;     // a depth's learning rate is this times that of the next deeper one; 1 = one rate for all
    std::int64_t frozenBlocks = 0;  // the embedding and the first N blocks learn nothing; 0 = all learn
    Thaw thaw = Thaw::Never;        // but from some epoch on (learning_plan.h)
    std::int64_t thawEpochs = 1;    // from one thaw to the next, and before the first one
    std::int64_t loraRank = 0;      // of the adapters by which blocks learn (learning_plan.h); 0 = by their weights
    double loraAlpha = 16;          // what they add is multiplied by loraAlpha / loraRank

    bool operator==(const OptimizerConfig&) const = default;
};

struct ScheduleConfig {
    ScheduleType type = ScheduleType::Constant;
    double warmupEpochs = 0;  // linear from 0 to the learning rate
    double finalFactor = 0;   // all but Constant end at finalFactor * learning rate
    double power = 2;         // of Polynomial
    std::int64_t drops = 3;   // of Steps
    double decayShare = 0.2;  // WarmStableDecay falls in the last share of the steps
    std::int64_t epochs = 0;  // planned for so many epochs; the last rate stays afterwards; 0 = as many as the run has

    bool operator==(const ScheduleConfig&) const = default;
};

struct RunConfig {
    std::int64_t epochs = 100;
    std::int64_t batchSize = 256;
    std::int64_t seed = 1;
    DeviceChoice device = DeviceChoice::Auto;
    Precision precision = Precision::Float32;
    std::int64_t threads = 0;  // CPU threads; 0 = one for each core
    KernelChoice kernels = KernelChoice::Auto;
    double checkpointMinutes = 5;      // a checkpoint within an epoch after so many minutes; 0 = none
    std::int64_t checkpointSteps = 0;  // and after so many steps; 0 = none
    std::int64_t keepEpochs = 0;       // keep the weights of the last N epochs beside the best and the last ones
    std::int64_t patience = 0;         // stop after N epochs without a better one, see bestBy; 0 = never
    std::int64_t layerStatisticsSteps = 50;  // measure the layers after every N steps; 0 = never
    bool tensorboard = false;  // write the run's TensorBoard files as it goes on
    PinnedMap pinnedMap = PinnedMap::Relevance;  // kept with the answers about pinned pictures
    std::int64_t pinnedSteps = 0;  // ask about them every N steps as well as after each epoch; 0 = not so
    std::int64_t accumulate = 1;   // a step takes its batch in so many parts, one after the other
    TestViews testViews = TestViews::One;
    BestBy bestBy = BestBy::Accuracy;  // which epoch's weights are the best

    // Of a batch, those that are in memory together.
    std::int64_t imagesAtOnce() const { return accumulate > 1 ? (batchSize + accumulate - 1) / accumulate : batchSize; }

    bool operator==(const RunConfig&) const = default;
};

struct Config {
    DataConfig data;
    AugmentationConfig augmentation;
    ModelConfig model;
    HeadConfig head;
    LossConfig loss;
    OptimizerConfig optimizer;
    ScheduleConfig schedule;
    RunConfig run;

    bool operator==(const Config&) const = default;
};

}  // namespace vit
