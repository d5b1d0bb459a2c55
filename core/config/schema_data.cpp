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
    };
}

std::vector<Field> augmentationFields() {
    return {
        tied({.key = "augmentation.horizontal_flip",
              .label = "Horizontal flip",
              .help = "Mirror each training image left to right with a chance of one half. Switch it off where left "
                      "and right matter, as with digits."},
             &Config::augmentation, &AugmentationConfig::horizontalFlip),
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
