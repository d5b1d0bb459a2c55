// SPDX-License-Identifier: GPL-3.0-or-later
// The records of a TensorBoard event file: TFRecord frames, each with one Event message.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// An event file is a version record and then any others, one after the other. Times are seconds since 1970.
namespace vit::tensorboard {

struct Scalar {
    std::string tag;
    double value = 0;  // stored as a 32-bit float, as TensorBoard does
};

// What the HParams plugin tells apart: booleans, 64-bit floats and text.
using HyperparameterValue = std::variant<bool, double, std::string>;

struct Hyperparameter {
    std::string name;
    std::string title;
    std::string description;
    HyperparameterValue value;
};

struct Metric {  // a tag of the scalars to be shown beside the hyperparameters
    std::string tag;
    std::string title;
    bool ofValidation = false;
};

std::string versionRecord(double time);
// Tells a reader to forget what earlier files in the folder said.
std::string restartRecord(double time);
std::string scalarsRecord(double time, std::int64_t step, const std::vector<Scalar>& scalars);

struct Picture {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string png;  // in colour, 8 bits a channel
};

std::string pictureRecord(double time, std::int64_t step, const std::string& tag, const Picture& picture);

// Of the HParams plugin: which columns there are, the run's hyperparameters, and its end.
std::string experimentRecord(double time, const std::vector<Hyperparameter>& hyperparameters,
                             const std::vector<Metric>& metrics);
std::string sessionStartRecord(double time, const std::string& name,
                               const std::vector<Hyperparameter>& hyperparameters);
std::string sessionEndRecord(double time);

}  // namespace vit::tensorboard
