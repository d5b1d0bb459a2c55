// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a model is right as often as it is confident: reliability bins, and the expected calibration error (ECE; Guo
// et al. 2017, "On Calibration of Modern Neural Networks").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

inline constexpr int kCalibrationBins = 15;

// An image: how probable the model finds the class that it says, and whether that is right.
struct Judged {
    double confidence = 0;  // above 0, at most 1
    bool right = false;
};

struct CalibrationBin {
    double low = 0;            // confidences; of equal-width bins the edges (low, high], else the least and greatest
    double high = 0;
    std::int64_t images = 0;   // 0: what follows says nothing, and nothing is drawn
    double confidence = 0;     // mean of its images
    double accuracy = 0;       // share of its images that are right
};

// Bins of equal width from 0 to 1, each without its lower edge and with its upper one.
std::vector<CalibrationBin> equalWidthBins(std::span<const Judged> images, int bins = kCalibrationBins);

// Bins of equal count by rank of the confidence, those of equal confidence in their order: the first ones have an image
// more when the number does not divide.
std::vector<CalibrationBin> equalCountBins(std::span<const Judged> images, int bins = kCalibrationBins);

// Mean over the images of |accuracy - confidence| of their bin; 0 without images.
double calibrationError(std::span<const CalibrationBin> bins);

}  // namespace vit
