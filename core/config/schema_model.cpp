// SPDX-License-Identifier: GPL-3.0-or-later
// The schema's rows for the network: the transformer and its classification head.
#include "core/config/schema_parts.h"

namespace vit::schema_parts {

std::vector<Field> modelFields() {
    return {
        tied({.key = "model.image_size",
              .label = "Image size",
              .unit = "px",
              .help = "Every image is resized to a square of this width before it is cut into patches. "
                      "It must be a multiple of the patch size.",
              .minimum = 8,
              .maximum = 1024,
              .step = 8},
             &Config::model, &ModelConfig::imageSize),
        tied({.key = "model.patch_size",
              .label = "Patch size",
              .unit = "px",
              .help = "The width of the square patches that become the model's tokens. Half the width means four "
                      "times as many patches: finer detail, and more than four times the work.",
              .minimum = 1,
              .maximum = 256,
              .step = 1},
             &Config::model, &ModelConfig::patchSize),
        tied({.key = "model.stem_widths",
              .label = "Stem",
              .unit = "channels",
              .help = "The channels of 3×3 convolutions that look at the image before it is cut into patches, in order, "
                      "such as 64, 64, 128, 128, each with a norm and GELU. They learn faster from few images than "
                      "patches alone (Xiao et al., 2021). Empty cuts the image itself.",
              .minimum = 1,
              .maximum = 2048,
              .step = 16},
             &Config::model, &ModelConfig::stemWidths),
        tied({.key = "model.stem_pools",
              .label = "Stem halves after",
              .unit = "layer",
              .help = "The numbers of the stem's convolutions after which the largest of each 2×2 pixels is taken, such "
                      "as 1, 3. Each halves the image and so the work that follows; the patches stay as large as they "
                      "are in pixels of the image.",
              .minimum = 1,
              .maximum = 16,
              .step = 1},
             &Config::model, &ModelConfig::stemPools),
        tied({.key = "model.stem_whitening",
              .label = "Whitening stem",
              .help = "The stem's first convolution does not learn, only its bias: its filters whiten the image, so that what "
                      "they give is uncorrelated and of one size. They are the principal components of up to 1,000 training "
                      "images' 3×3 patches over their deviations, each once with either sign: 54 for colour images, of which "
                      "a narrower layer takes the strongest, and a wider one keeps drawn ones besides. Weights that a run "
                      "starts from are taken in their stead (tysam-code, \"hlb-CIFAR10\", 2023; Jordan, \"94% on CIFAR-10 in "
                      "3.29 seconds on a single GPU\", 2024)."},
             &Config::model, &ModelConfig::stemWhitening),
        tied({.key = "model.shifted_patches",
              .label = "Shifted patches",
              .help = "Each patch is cut from the image and from four copies that are moved by half a patch along the "
                      "diagonals, so that a token knows what lies around it (Lee et al., \"Vision Transformer for "
                      "Small-Size Datasets\", 2021). Helps where images are few; patches of one pixel cannot be moved."},
             &Config::model, &ModelConfig::shiftedPatches),
        tied({.key = "model.projection_dim",
              .label = "Projection dimension",
              .help = "How many numbers describe a patch inside the model. More can hold more, at the price of time "
                      "and memory; 64 to 768 are usual.",
              .minimum = 1,
              .maximum = 8192,
              .step = 16},
             &Config::model, &ModelConfig::projectionDim),
        tied({.key = "model.heads",
              .label = "Attention heads",
              .help = "How many different ways each block has of looking from patch to patch. 3 to 16 are usual.",
              .minimum = 1,
              .maximum = 64,
              .step = 1},
             &Config::model, &ModelConfig::heads),
        tied({.key = "model.key_dim",
              .label = "Dimension per head",
              .help = "The size of query, key and value in each head. The published example takes 64; many models "
                      "take the projection dimension divided by the heads.",
              .minimum = 1,
              .maximum = 1024,
              .step = 8},
             &Config::model, &ModelConfig::keyDim),
        tied({.key = "model.positions",
              .label = "Positions",
              .help = "How the model is told where in the image a patch lies."},
             &Config::model, &ModelConfig::positions,
             {EnumChoice<PositionType>{PositionType::Learned,
                                       {"learned", "Learned", "A learned vector for each place; as published."}},
              {PositionType::SineCosine,
               {"sine-cosine", "Sine and cosine",
                "Fixed waves of row and column (Vaswani et al., 2017; in two dimensions as Chen et al., 2021). The "
                "projection dimension must be a multiple of 4."}},
              {PositionType::Rotary,
               {"rotary", "Rotary",
                "Queries and keys are turned by angles that follow row and column (Su et al., 2021; in two dimensions as "
                "DINOv3 does it). The dimension per head must be a multiple of 4."}},
              {PositionType::LearnedRotary,
               {"learned-rotary", "Learned and rotary",
                "A learned vector for each place, and queries and keys that are turned too, by angles that grow with row "
                "and column as on a grid of 16 × 16 patches, whatever the grid's own size, as EVA-02 does it (Fang et al., "
                "2023). The dimension per head must be a multiple of 4."}},
              {PositionType::Relative,
               {"relative", "Relative",
                "Each block learns by how much a head prefers a patch so many rows and columns away, as in BEiT (Bao et al., "
                "2022)."}},
              {PositionType::None,
               {"none", "None",
                "It is not told: for models whose stem or MLPs see neighbours, which find out by themselves."}}}),
        tied({.key = "model.registers",
              .label = "Registers",
              .help = "Learned tokens that stand for no patch, where a model can keep what concerns the whole picture "
                      "(Darcet et al., 2024); 4 are usual. 0 leaves them out.",
              .minimum = 0,
              .maximum = 64,
              .step = 1},
             &Config::model, &ModelConfig::registers),
        tied({.key = "model.register_positions",
              .label = "Positions of registers",
              .help = "Whether learned positions are added to registers too.",
              .only = {"model.positions", {"learned", "learned-rotary"}}},
             &Config::model, &ModelConfig::registerPositions),
        tied({.key = "model.pre_norm",
              .label = "Norm before the blocks",
              .help = "Tokens are normalised before the first block, as in CLIP."},
             &Config::model, &ModelConfig::preNorm),
        tied({.key = "model.qkv_bias",
              .label = "Query, key and value bias",
              .help = "Whether the layer that makes queries, keys and values adds a bias. Most models have one; some "
                      "learn as well without it."},
             &Config::model, &ModelConfig::qkvBias),
        tied({.key = "model.qk_norm",
              .label = "Normalise queries and keys",
              .help = "Each head's queries and keys are normalised before they are compared, so that attention stays calm "
                      "at high learning rates (Henry et al., 2020; Dehghani et al., 2023)."},
             &Config::model, &ModelConfig::qkNorm),
        tied({.key = "model.attention_norm",
              .label = "Norm after attention",
              .help = "What the heads of a block found is normalised side by side before it is projected, as in EVA-02's "
                      "CLIP models (Fang et al., 2023; Wang et al., \"Foundation Transformers\", 2022)."},
             &Config::model, &ModelConfig::attentionNorm),
        tied({.key = "model.local_attention",
              .label = "Locality self-attention",
              .help = "No token attends to itself, and each head learns how sharply it chooses, so that attention does not "
                      "spread evenly over small images (Lee et al., \"Vision Transformer for Small-Size Datasets\", 2021)."},
             &Config::model, &ModelConfig::localAttention),
        tied({.key = "model.mlp_units",
              .label = "MLP units",
              .help = "The widths of the dense layers in each block, in order, such as 128, 64. The last one must be "
                      "the projection dimension.",
              .minimum = 1,
              .maximum = 65'536,
              .step = 16},
             &Config::model, &ModelConfig::mlpUnits),
        tied({.key = "model.mlp_depthwise",
              .label = "Depth-wise MLP",
              .help = "A 3×3 convolution of each unit by itself over the grid of patches, after the first dense layer of "
                      "each block: neighbours are seen at once, which helps most where images are few (Lu et al., "
                      "\"DHVT\", 2022). About 1 % more work."},
             &Config::model, &ModelConfig::mlpDepthwise),
        tied({.key = "model.activation",
              .label = "Activation",
              .help = "What bends the numbers between the dense layers of a block."},
             &Config::model, &ModelConfig::activation,
             {EnumChoice<Activation>{Activation::Gelu, {"gelu", "GELU", "x times the normal distribution; as published."}},
              {Activation::GeluTanh,
               {"gelu-tanh", "GELU by tanh", "A close approximation, which SigLIP and some other models were trained with."}},
              {Activation::QuickGelu, {"quick-gelu", "Quick GELU", "x * sigmoid(1.702 x), as OpenAI's CLIP has it."}},
              {Activation::Silu, {"silu", "SiLU", "x * sigmoid(x); usual in gated MLPs."}}}),
        tied({.key = "model.mlp_gated",
              .label = "Gated MLP",
              .help = "The first dense layer gives twice the numbers, of which one half, activated, multiplies the other "
                      "(Shazeer, \"GLU variants\", 2020). With SiLU it is the SwiGLU of large models."},
             &Config::model, &ModelConfig::mlpGated),
        tied({.key = "model.mlp_norm",
              .label = "Norm in the MLP",
              .help = "What the first dense layer of each block gives, activated and gated, is normalised before the next "
                      "one (Shleifer et al., \"NormFormer\", 2021), as EVA-02 does from its base size on (Fang et al., "
                      "2023)."},
             &Config::model, &ModelConfig::mlpNorm),
        tied({.key = "model.mlp_last_gelu",
              .label = "Activation after the last MLP layer",
              .help = "Whether the activation follows the last dense layer of each block too, as in the published example. The "
                      "original Vision Transformer and all that follow it leave it out; models for timm must."},
             &Config::model, &ModelConfig::mlpLastGelu),
        tied({.key = "model.layers",
              .label = "Transformer blocks",
              .help = "How many transformer blocks follow one another. Time and memory grow with them; 4 to 12 are "
                      "usual.",
              .minimum = 1,
              .maximum = 256,
              .step = 1},
             &Config::model, &ModelConfig::layers),
        tied({.key = "model.attention_dropout",
              .label = "Attention dropout",
              .help = "The share of attention weights that is left out at random while training, against learning "
                      "by heart. 0 switches it off.",
              .minimum = 0,
              .maximum = 0.95,
              .step = 0.05},
             &Config::model, &ModelConfig::attentionDropout),
        tied({.key = "model.mlp_dropout",
              .label = "MLP dropout",
              .help = "The share of values that is left out at random after each dense layer of a block while "
                      "training. 0 switches it off.",
              .minimum = 0,
              .maximum = 0.95,
              .step = 0.05},
             &Config::model, &ModelConfig::mlpDropout),
        tied({.key = "model.drop_path",
              .label = "Drop path",
              .help = "The chance with which the last block is skipped for an image while training; those before are "
                      "skipped less, the first one never (Huang et al., \"Stochastic depth\", 2016). Against learning "
                      "by heart in long runs; 0 switches it off.",
              .minimum = 0,
              .maximum = 0.95,
              .step = 0.05},
             &Config::model, &ModelConfig::dropPath),
        tied({.key = "model.layer_scale",
              .label = "Layer scale",
              .help = "Each block's two outputs are multiplied by learned numbers, one a channel, which begin at this one "
                      "(Touvron et al., \"CaiT\", 2021). 1e-05 to 0.1 steady deep models; 0 leaves them out.",
              .minimum = 0,
              .maximum = 10,
              .step = 0.1},
             &Config::model, &ModelConfig::layerScale),
        tied({.key = "model.norm",
              .label = "Norm",
              .help = "How tokens are normalised, everywhere but in a stem."},
             &Config::model, &ModelConfig::norm,
             {EnumChoice<NormType>{NormType::LayerNorm,
                                   {"layer", "LayerNorm", "Mean and variance are taken out (Ba et al., 2016); as published."}},
              {NormType::RmsNorm,
               {"rms", "RMSNorm",
                "The root of the mean square alone, without a shift (Zhang & Sennrich, 2019)."}}}),
        tied({.key = "model.norm_epsilon",
              .label = "Norm epsilon",
              .help = "Added to the variance, or mean square, of what is normalised so that nothing is divided by zero. "
                      "1e-06 is usual.",
              .minimum = 1e-12,
              .maximum = 0.1,
              .step = 1e-6},
             &Config::model, &ModelConfig::normEpsilon),
        tied({.key = "model.initial_weights",
              .label = "Initial weights",
              .help = "What the first weights are drawn from. A run that starts from other weights has no use for it."},
             &Config::model, &ModelConfig::initialWeights,
             {EnumChoice<InitialWeights>{InitialWeights::Glorot,
                                         {"glorot", "Glorot uniform",
                                          "As wide as a layer's inputs and outputs want it (Glorot & Bengio, 2010); as "
                                          "published."}},
              {InitialWeights::TruncatedNormal,
               {"truncated-normal", "Truncated normal",
                "A normal distribution of deviation 0.02, cut at two of them, as most Vision Transformers take."}},
              {InitialWeights::Mimetic,
               {"mimetic", "Mimetic",
                "Attention begins as it looks in trained models: queries alike to keys, values against outputs (Trockman & "
                "Kolter, 2023); all else as Glorot. Against zero block outputs: one of the two."}}}),
        tied({.key = "model.zero_outputs",
              .label = "Zero block outputs",
              .help = "The last weights of attention and MLP begin at zero, so that each block begins as the identity and "
                      "deep models learn more steadily (Zhang et al., \"Fixup\", 2019)."},
             &Config::model, &ModelConfig::zeroOutputs),
    };
}

std::vector<Field> headFields() {
    return {
        tied({.key = "head.type",
              .label = "Head input",
              .help = "What the classifier is given at the end: all patches, their mean, a token of its own, or what a "
                      "learned query finds."},
             &Config::head, &HeadConfig::type,
             {EnumChoice<HeadType>{HeadType::Flatten,
                                   {"flatten", "Flatten",
                                    "All patches side by side, as published; the first layer becomes very large."}},
              {HeadType::GlobalAveragePooling, {"gap", "Average pooling", "The mean of all patches; small and fast."}},
              {HeadType::ClassToken,
               {"class-token", "Class token", "An extra learned token, as in the original Vision Transformer."}},
              {HeadType::NormedAverage,
               {"gap-norm", "Average, then norm",
                "The mean of all patches, with the final norm after it instead of before, as in MAE's fine-tuned models."}},
              {HeadType::ClassTokenAndAverage,
               {"class-token-gap", "Class token and average", "Both side by side, as DINOv2's classifiers have it."}},
              {HeadType::PrefixTokens,
               {"prefix-tokens", "Class token and registers",
                "All tokens that stand for no patch side by side, as in the distilled DeiT."}},
              {HeadType::AttentionPooling,
               {"attention", "Attention pooling",
                "A learned query attends to all tokens (Lee et al., 2019), as in SigLIP."}}}),
        tied({.key = "head.units",
              .label = "Hidden units",
              .help = "The widths of the head's hidden layers, in order, such as 2048, 1024. Empty leads straight to "
                      "the classes.",
              .minimum = 1,
              .maximum = 65'536,
              .step = 64},
             &Config::head, &HeadConfig::units),
        tied({.key = "head.dropout",
              .label = "Head dropout",
              .help = "The share of values that is left out at random before each layer of the head while training. "
                      "0 switches it off.",
              .minimum = 0,
              .maximum = 0.95,
              .step = 0.05},
             &Config::head, &HeadConfig::dropout),
    };
}

}  // namespace vit::schema_parts
