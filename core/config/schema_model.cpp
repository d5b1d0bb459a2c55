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
              {PositionType::None,
               {"none", "None",
                "It is not told: for models whose stem or MLPs see neighbours, which find out by themselves."}}}),
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
        tied({.key = "model.mlp_last_gelu",
              .label = "GELU after the last MLP layer",
              .help = "Whether GELU follows the last dense layer of each block too, as in the published example. The "
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
        tied({.key = "model.norm_epsilon",
              .label = "Norm epsilon",
              .help = "Added to the variance in layer normalisation so that nothing is divided by zero. "
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
                "A normal distribution of deviation 0.02, cut at two of them, as most Vision Transformers take."}}}),
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
              .help = "What the classifier is given at the end: all patches, their mean, or a token of its own."},
             &Config::head, &HeadConfig::type,
             {EnumChoice<HeadType>{HeadType::Flatten,
                                   {"flatten", "Flatten",
                                    "All patches side by side, as published; the first layer becomes very large."}},
              {HeadType::GlobalAveragePooling, {"gap", "Average pooling", "The mean of all patches; small and fast."}},
              {HeadType::ClassToken,
               {"class-token", "Class token", "An extra learned token, as in the original Vision Transformer."}}}),
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
