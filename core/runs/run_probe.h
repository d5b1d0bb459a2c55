// SPDX-License-Identifier: GPL-3.0-or-later
// The pinned pictures of a run: kept small in its folder, and what was said of each over the epochs.
#pragma once

#include "core/data/images/image.h"
#include "core/events/event.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vit {

// Keeps each picture once: "probe.png", and "probe-2.png" and so on for others, in whichever program they were pinned.
class ProbePictures {
public:
    explicit ProbePictures(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // The file that holds the picture, or will do so after keep(). Throws Error if the picture is empty.
    std::string nameOf(const std::shared_ptr<const Image>& picture);
    // Writes the picture named last, unless it is there. Throws Error if it cannot be written; it may be tried again.
    void keep();

private:
    std::filesystem::path m_folder;
    std::shared_ptr<const Image> m_picture;  // named last
    Image m_small;                           // so is kept
    std::string m_name;
    bool m_kept = true;
};

struct ProbePicture {
    std::string png;  // the file's bytes
    std::int64_t width = 0;
    std::int64_t height = 0;
};

// `name` as in ProbePredicted::image. None if it is empty, or the file is not there or no whole PNG.
std::optional<ProbePicture> readProbePicture(const std::filesystem::path& folder, const std::string& name);

struct ProbeSeries {
    std::string image;                     // as in ProbePredicted
    std::vector<Prediction> predictions;  // over the epochs
};

// By picture, in the order in which they were pinned.
std::vector<ProbeSeries> probeSeries(const std::vector<ProbePredicted>& probes);

}  // namespace vit
