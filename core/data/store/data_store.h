// SPDX-License-Identifier: GPL-3.0-or-later
// The data sets on this computer: those built in, those added from a folder or an archive, and those to be downloaded.
#pragma once

#include "core/base/progress.h"
#include "core/config/config.h"
#include "core/data/dataset.h"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct DataInfo {
    std::string name;         // "cifar-100"
    std::string title;        // "CIFAR-100"
    std::string description;  // what it shows, how many images of what size
    std::string format;       // the name of its row in data_source.cpp
    bool anySize = false;     // its pictures have any size and are brought to the one that is asked for
    bool builtIn = false;     // made by the program; cannot be removed
    std::int64_t classes = 0;      // 0 = not known before it is there
    std::int64_t validation = 0;   // images that it sets aside for validation itself; 0 too where that is not known
    std::int64_t channels = 3;     // of its images: 1 (grey) or 3; before they are read what such data have as a rule
    bool available = false;        // can be opened now
    bool downloadable = false;     // download() knows its address
    std::int64_t downloadBytes = 0;
    std::filesystem::path folder;  // where it lies; empty if it is built in
};

// For a new experiment of which nobody has said what it is judged by: by the validation images that the data set brings, if
// it brings some.
void useOwnValidation(DataConfig& data, const DataInfo& info);

// All calls may come from any thread.
class DataStore {
public:
    // The XDG data folder ($XDG_DATA_HOME/vit-workbench/data), which need not exist yet.
    static std::filesystem::path defaultFolder();

    // photoMemory: the bytes that the decoded photos of one data set may take; none: what photoMemory() says then.
    explicit DataStore(std::filesystem::path folder = defaultFolder(), std::optional<std::int64_t> photoMemory = {});

    const std::filesystem::path& folder() const { return m_folder; }
    std::vector<DataInfo> list() const;              // built-in ones first, then one's own by name
    DataInfo info(std::string_view name) const;      // throws InvalidInput for an unknown name, listing those there are

    // Reads the data set into memory, or returns the copy that is already there, unless it has found out that a file behind
    // it is another by now. Images of a folder, which have any size, are cut to the centre of the shape of `size` and brought
    // to it; other data keep their own size. Of a folder whose
    // images take more memory than they may, most stay on the disk (readImageFolder()).
    std::shared_ptr<const Dataset> open(std::string_view name, const ImageSize& size,
                                        const Progress& progress = {}) const;
    // The configuration's data set for its image size, pictures of any size prepared as it says (see prepareForModel()).
    std::shared_ptr<const Dataset> open(const Config& config, const Progress& progress = {}) const;

    // Copies a data set in from a folder or an archive (tar, tar.gz, tar.xz, zip). For known names the content must
    // be theirs; any other name takes a folder of images by class ([train|val|test]/CLASS/*.jpg or CLASS/*.jpg), idx
    // files or CIFAR binaries, whichever is found. Throws InvalidInput when nothing fits or the name is taken.
    DataInfo add(std::string_view name, const std::filesystem::path& from, const Progress& progress = {});

    // Takes a folder as another store has it, with its manifest, as the data set of this name; `prepared` lies on the
    // same disk as the store and is moved. Throws InvalidInput if it is none or the name is taken.
    DataInfo adopt(std::string_view name, const std::filesystem::path& prepared);

    // Fetches a downloadable data set, resuming a partial file, checks its sum, unpacks it.
    DataInfo download(std::string_view name, const Progress& progress = {});

    void remove(std::string_view name);

private:
    DataInfo describe(const std::string& name) const;
    void requireFree(const std::string& name) const;
    void moveIn(const std::string& name, const std::filesystem::path& draft) const;
    std::shared_ptr<const Dataset> load(const DataInfo& info, const Config& config, const Progress& progress) const;
    void forget(std::string_view name);

    std::filesystem::path m_folder;
    std::optional<std::int64_t> m_photoMemory;
    mutable std::mutex m_mutex;  // guards what follows
    mutable std::condition_variable m_loaded;
    mutable std::set<std::string> m_loading;  // data sets that some thread is reading, by name and image size
    mutable std::map<std::string, std::weak_ptr<const Dataset>> m_open;
};

}  // namespace vit
