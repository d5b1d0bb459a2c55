// SPDX-License-Identifier: GPL-3.0-or-later
// The schema's rows for how a model is trained: optimizer, learning-rate schedule and the run itself.
#include "config/schema_parts.h"

namespace vit::schema_parts {

std::vector<Field> optimizerFields() {
    return {
        tied({.key = "optimizer.learning_rate",
              .label = "Learning rate",
              .help = "How far each step moves the weights. Too high and the loss jumps, too low and it hardly "
                      "falls; 0.0001 to 0.003 are usual.",
              .minimum = 1e-8,
              .maximum = 10,
              .step = 0.0005},
             &Config::optimizer, &OptimizerConfig::learningRate),
        tied({.key = "optimizer.weight_decay",
              .label = "Weight decay",
              .help = "Shrinks the weights a little at each step, against learning by heart. What the number means "
                      "depends on the convention: 0.0001 decoupled is 0.1 in PyTorch at a learning rate of 0.001.",
              .minimum = 0,
              .maximum = 10,
              .step = 0.0001},
             &Config::optimizer, &OptimizerConfig::weightDecay),
        tied({.key = "optimizer.decay_convention",
              .label = "Decay convention",
              .help = "How the weight decay is applied, and where epsilon stands in Adam's update."},
             &Config::optimizer, &OptimizerConfig::decayConvention,
             {EnumChoice<DecayConvention>{DecayConvention::Decoupled,
                                          {"decoupled", "Decoupled",
                                           "Not multiplied by the learning rate, as in TensorFlow Addons and the "
                                           "published example."}},
              {DecayConvention::Keras, {"keras", "Keras", "Multiplied by the learning rate, with Keras's epsilon."}},
              {DecayConvention::PyTorch,
               {"pytorch", "PyTorch", "Multiplied by the learning rate, with PyTorch's epsilon."}}}),
        tied({.key = "optimizer.decay_all",
              .label = "Decay everything",
              .help = "Decay every variable, as the published example does. Off spares biases, norms, embeddings and "
                      "the class token, as is usual today."},
             &Config::optimizer, &OptimizerConfig::decayAll),
        tied({.key = "optimizer.beta1",
              .label = "Beta 1",
              .help = "How long Adam remembers the direction of past gradients. 0.9 is usual.",
              .minimum = 0,
              .maximum = 0.9999,
              .step = 0.01},
             &Config::optimizer, &OptimizerConfig::beta1),
        tied({.key = "optimizer.beta2",
              .label = "Beta 2",
              .help = "How long Adam remembers the size of past gradients. 0.999 is usual.",
              .minimum = 0,
              .maximum = 0.999999,
              .step = 0.001},
             &Config::optimizer, &OptimizerConfig::beta2),
        tied({.key = "optimizer.epsilon",
              .label = "Epsilon",
              .help = "Keeps Adam from dividing by zero. Keras takes 1e-07, PyTorch 1e-08.",
              .minimum = 1e-16,
              .maximum = 1,
              .step = 1e-8},
             &Config::optimizer, &OptimizerConfig::epsilon),
    };
}

std::vector<Field> scheduleFields() {
    return {
        tied({.key = "schedule.type",
              .label = "Schedule",
              .help = "How the learning rate changes after the warm-up."},
             &Config::schedule, &ScheduleConfig::type,
             {EnumChoice<ScheduleType>{ScheduleType::Constant,
                                       {"constant", "Constant", "It stays as it is, as published."}},
              {ScheduleType::Cosine,
               {"cosine", "Cosine", "It falls along half a cosine until the last step; often the better result."}}}),
        tied({.key = "schedule.warmup_epochs",
              .label = "Warm-up",
              .unit = "epochs",
              .help = "The learning rate climbs from 0 during so many epochs at the start, which steadies large "
                      "models. Parts of an epoch are allowed; 0 switches it off.",
              .minimum = 0,
              .maximum = 10'000,
              .step = 1},
             &Config::schedule, &ScheduleConfig::warmupEpochs),
        tied({.key = "schedule.final_factor",
              .label = "Final factor",
              .help = "The cosine schedule ends at this share of the learning rate. A constant schedule has no use "
                      "for it.",
              .minimum = 0,
              .maximum = 1,
              .step = 0.01},
             &Config::schedule, &ScheduleConfig::finalFactor),
    };
}

std::vector<Field> runFields() {
    return {
        tied({.key = "run.epochs",
              .label = "Epochs",
              .unit = "epochs",
              .help = "How many times the training goes through all images. A run can be stopped before and "
                      "continued afterwards.",
              .minimum = 1,
              .maximum = 100'000,
              .step = 1},
             &Config::run, &RunConfig::epochs),
        tied({.key = "run.batch_size",
              .label = "Batch size",
              .unit = "images",
              .help = "How many images share one step. Larger batches need more memory; 64 to 512 are usual.",
              .minimum = 1,
              .maximum = 65'536,
              .step = 32},
             &Config::run, &RunConfig::batchSize),
        tied({.key = "run.seed",
              .label = "Seed",
              .help = "Fixes every random choice: the first weights, the order of the images, augmentation and "
                      "dropout. The same seed on the same device repeats a run.",
              .minimum = 0,
              .maximum = 4'294'967'295.0,
              .step = 1},
             &Config::run, &RunConfig::seed),
        tied({.key = "run.device",
              .label = "Device",
              .help = "What computes."},
             &Config::run, &RunConfig::device,
             {EnumChoice<DeviceChoice>{DeviceChoice::Auto,
                                       {"auto", "Automatic", "The graphics card if it can be used, else the CPU."}},
              {DeviceChoice::Cpu, {"cpu", "CPU", "The processor."}},
              {DeviceChoice::Cuda, {"cuda", "NVIDIA GPU (CUDA)", "An NVIDIA graphics card; much faster."}}}),
        tied({.key = "run.precision",
              .label = "Precision",
              .help = "The number format of the large products. The weights themselves are always fp32."},
             &Config::run, &RunConfig::precision,
             {EnumChoice<Precision>{Precision::Auto,
                                    {"auto", "Automatic", "bf16 where the device computes it faster, else fp32."}},
              {Precision::Float32, {"fp32", "fp32", "32 bits; the most exact, as published."}},
              {Precision::BFloat16, {"bf16", "bf16", "16 bits; faster on hardware made for it, slightly coarser."}}}),
        tied({.key = "run.threads",
              .label = "CPU threads",
              .unit = "threads",
              .help = "How many CPU threads compute. 0 takes one for each core.",
              .minimum = 0,
              .maximum = 1024,
              .step = 1},
             &Config::run, &RunConfig::threads),
    };
}

}  // namespace vit::schema_parts
