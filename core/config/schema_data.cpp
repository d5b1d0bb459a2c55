// SPDX-License-Identifier: GPL-3.0-or-later
// The schema's rows for what a model learns from: the data set and how its images are varied.
#include "core/config/schema_parts.h"

namespace vit::schema_parts {

std::vector<Field> dataFields() {
    return {
        tied({.key = "data.name",
              .label = "Data set",
              .help = "The images to learn from: one of the sets named here, or one that you have added yourself.",
              .choices = {{"synthetic-shapes", "Synthetic shapes", "Coloured shapes, made on this computer."},
                          {"cifar-10", "CIFAR-10", "60,000 photos of 32 × 32 px in 10 classes."},
                          {"cifar-100", "CIFAR-100", "60,000 photos of 32 × 32 px in 100 classes."},
                          {"mnist", "MNIST", "70,000 handwritten digits of 28 × 28 px."},
                          {"fashion-mnist", "Fashion-MNIST", "70,000 grey pictures of clothes, 28 × 28 px."}}},
             &Config::data, &DataConfig::name),
        tied({.key = "data.validation_share",
              .label = "Validation share",
              .help = "The last share of the training images, as stored, that is held back to judge each epoch. "
                      "0.1 holds back a tenth; with 0 there is no validation.",
              .minimum = 0,
              .maximum = 0.95,
              .step = 0.05},
             &Config::data, &DataConfig::validationShare),
        tied({.key = "data.train_limit",
              .label = "Training images",
              .unit = "images",
              .help = "Train on only the first so many training images, for a quick trial. 0 takes all of them.",
              .minimum = 0,
              .maximum = 100'000'000,
              .step = 1000},
             &Config::data, &DataConfig::trainLimit),
        tied({.key = "data.balanced",
              .label = "Balanced classes",
              .help = "Show each class equally often in an epoch: images of rare classes come several times, of "
                      "frequent ones a part, another one each epoch. An epoch stays as long as it is."},
             &Config::data, &DataConfig::balanced),
    };
}

std::vector<Field> augmentationFields() {
    return {
        tied({.key = "augmentation.horizontal_flip",
              .label = "Horizontal flip",
              .help = "Mirror each training image left to right with a chance of one half. Switch it off where left "
                      "and right matter, as with digits."},
             &Config::augmentation, &AugmentationConfig::horizontalFlip),
        tied({.key = "augmentation.alternating_flip",
              .label = "Alternating flip",
              .help = "Mirror each training image in every other epoch instead of by chance, so that two epochs show "
                      "both sides of it (Jordan, 2024). Which half begins is drawn.",
              .only = {"augmentation.horizontal_flip", {"true"}}},
             &Config::augmentation, &AugmentationConfig::alternatingFlip),
        tied({.key = "augmentation.rotation",
              .label = "Rotation",
              .unit = "turns",
              .help = "Turn each training image by a random angle up to this share of a full turn, either way. "
                      "0.02 is up to 7.2°; 0 switches it off.",
              .minimum = 0,
              .maximum = 0.5,
              .step = 0.01},
             &Config::augmentation, &AugmentationConfig::rotation),
        tied({.key = "augmentation.zoom_height",
              .label = "Zoom, height",
              .help = "Stretch or shrink each training image's height by a random share up to this one. "
                      "0.2 is up to 20 % either way; 0 switches it off.",
              .minimum = 0,
              .maximum = 0.9,
              .step = 0.05},
             &Config::augmentation, &AugmentationConfig::zoomHeight),
        tied({.key = "augmentation.zoom_width",
              .label = "Zoom, width",
              .help = "Stretch or shrink each training image's width by a random share up to this one, "
                      "independently of the height.",
              .minimum = 0,
              .maximum = 0.9,
              .step = 0.05},
             &Config::augmentation, &AugmentationConfig::zoomWidth),
        tied({.key = "augmentation.shift",
              .label = "Shift",
              .unit = "px",
              .help = "Move each training image by a random number of whole pixels up to this one, both ways; what "
                      "comes in is the border, reflected. 4 is usual for images of 32 px; 0 switches it off.",
              .minimum = 0,
              .maximum = 128,
              .step = 1},
             &Config::augmentation, &AugmentationConfig::shift),
        tied({.key = "augmentation.policy",
              .label = "Policy",
              .help = "Operations that are drawn for each training image from a list of fourteen: shear, shift, turn, "
                      "colours, sharpness and the like. For long runs; a short one hardly learns them."},
             &Config::augmentation, &AugmentationConfig::policy,
             {EnumChoice<AugmentationPolicy>{AugmentationPolicy::None, {"none", "None", "No such operations."}},
              {AugmentationPolicy::TrivialAugment,
               {"trivial", "TrivialAugment",
                "One operation with a strength drawn from a wide range; nothing to set (Müller & Hutter, 2021)."}},
              {AugmentationPolicy::RandAugment,
               {"random", "RandAugment",
                "Several operations, all of one strength (Cubuk et al., 2020)."}}}),
        tied({.key = "augmentation.random_operations",
              .label = "Operations",
              .help = "How many operations each image gets, one after the other. 2 is usual.",
              .minimum = 1,
              .maximum = 4,
              .step = 1,
              .only = {"augmentation.policy", {"random"}}},
             &Config::augmentation, &AugmentationConfig::randomOperations),
        tied({.key = "augmentation.random_magnitude",
              .label = "Magnitude",
              .help = "How strong they are, on a scale of 0 to 30. 9 is usual.",
              .minimum = 0,
              .maximum = 30,
              .step = 1,
              .only = {"augmentation.policy", {"random"}}},
             &Config::augmentation, &AugmentationConfig::randomMagnitude),
        tied({.key = "augmentation.brightness",
              .label = "Brightness",
              .help = "Make each training image darker or brighter by a random share up to this one. 0.4 is usual with "
                      "contrast and saturation; 0 switches it off.",
              .minimum = 0,
              .maximum = 1,
              .step = 0.1},
             &Config::augmentation, &AugmentationConfig::brightness),
        tied({.key = "augmentation.contrast",
              .label = "Contrast",
              .help = "Bring each training image's colours nearer to its mean grey, or further from it, by a random "
                      "share up to this one. 0 switches it off.",
              .minimum = 0,
              .maximum = 1,
              .step = 0.1},
             &Config::augmentation, &AugmentationConfig::contrast),
        tied({.key = "augmentation.saturation",
              .label = "Saturation",
              .help = "Make each training image's colours paler or stronger by a random share up to this one; grey "
                      "images stay as they are. 0 switches it off.",
              .minimum = 0,
              .maximum = 1,
              .step = 0.1},
             &Config::augmentation, &AugmentationConfig::saturation),
        tied({.key = "augmentation.cutout",
              .label = "Cutout",
              .unit = "px",
              .help = "The side of a square somewhere in each training image, part of it perhaps outside, that is "
                      "painted over with the data's mean colour (DeVries & Taylor, 2017). Half of the image's side is "
                      "usual for 10 classes, a quarter for 100; 0 switches it off.",
              .minimum = 0,
              .maximum = 1024,
              .step = 4},
             &Config::augmentation, &AugmentationConfig::cutout),
        tied({.key = "augmentation.erasing",
              .label = "Random erasing",
              .help = "The chance that a rectangle of 2 to 33 % of a training image is painted over with the data's "
                      "mean colour, so that no single part decides (Zhong et al., 2020). 0.25 is usual in long runs; 0 "
                      "switches it off.",
              .minimum = 0,
              .maximum = 1,
              .step = 0.05},
             &Config::augmentation, &AugmentationConfig::erasing),
    };
}

}  // namespace vit::schema_parts
