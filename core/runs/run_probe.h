// SPDX-License-Identifier: GPL-3.0-or-later
// The pinned pictures of a run, kept small in its folder.
#pragma once

#include "core/data/images/image.h"

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
    // Writes the pictures that were named and are not there. Throws Error if one cannot be written; it may be tried
    // again.
    void keep();

private:
    struct Named {
        std::shared_ptr<const Image> picture;
        std::string name;
        std::optional<Image> small;  // still to be kept
    };

    std::filesystem::path m_folder;
    std::vector<Named> m_named;  // lately, so that their files are not read after each epoch

    bool isTaken(const std::string& name, const Image& small) const;
};

struct ProbePicture {
    std::string png;  // the file's bytes
    std::int64_t width = 0;
    std::int64_t height = 0;
};

// `name` as in ProbePredicted::image. None if it is empty, or the file is not there or no whole PNG.
std::optional<ProbePicture> readProbePicture(const std::filesystem::path& folder, const std::string& name);

// The part of it that the model was given, in colour: what the maps lie over. None so too.
std::optional<Image> readProbeImage(const std::filesystem::path& folder, const std::string& name);

}  // namespace vit
