// SPDX-License-Identifier: GPL-3.0-or-later
// A folder with a folder for each data set, and the copies that are in memory.
#include "core/data/store/data_store.h"

#include "core/base/number_text.h"
#include "core/data/store/data_import.h"
#include "core/data/store/data_manifest.h"
#include "core/data/store/data_source.h"
#include "core/data/store/download.h"
#include "core/data/store/kept_statistics.h"
#include "core/data/store/known_data.h"
#include "core/io/system_fault.h"
#include "core/io/temporary_folder.h"
#include "core/io/user_folders.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <system_error>

namespace vit {

namespace {

namespace fs = std::filesystem;

// Runs `body`; the file system's faults come out as Error.
template <class Body>
auto withClearFaults(const Body& body) {
    try {
        return body();
    } catch (const fs::filesystem_error& fault) {
        throwSystemFault("Cannot use", fault.path2().empty() ? fault.path1() : fault.path2(), fault.code().value());
    }
}

bool isName(std::string_view name) {
    constexpr std::size_t kLongest = 64;
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !name.empty() && name.size() <= kLongest && name.front() != '.' && name.front() != '-' &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool preparesAsEver(const DataConfig& how) {
    const DataConfig usual;
    return how.photoFit == usual.photoFit && how.photoShare == usual.photoShare && how.photoFilter == usual.photoFilter;
}

std::string cacheKey(const DataInfo& info, const Config& config) {
    const DataConfig& how = config.data;
    std::string key = info.name + "/";
    if (!info.anySize) return key;
    key += sizeText(config.model.inputSize());
    if (preparesAsEver(how)) return key;
    return key + "/" + std::to_string(static_cast<int>(how.photoFit)) + "/" + numberText(how.photoShare) + "/" +
           std::to_string(static_cast<int>(how.photoFilter));
}

bool isOutdated(const Dataset& data) { return data.train().isOutdated() || data.test().isOutdated(); }

[[noreturn]] void refuseTaken(const std::string& name, bool made) {
    throw InvalidInput("There is a data set " + name + " already" +
                       (made ? "." : ": choose another name, or remove it first."));
}

std::string absenceText(const DataInfo& info) {
    return "The data set " + info.name + " is not on this computer: " +
           (info.downloadable ? "download it, or add it from its archive." : "add it from a folder or an archive.");
}

void setFormat(DataInfo& info, const DataFormat& format) {
    info.format = format.name;
    info.channels = format.channels;
    info.anySize = format.anySize;
    info.builtIn = format.builtIn;
}

DataInfo describeKnown(const KnownData& known, const fs::path& folder) {
    DataInfo info{.name = known.name,
                  .title = known.title,
                  .description = known.description,
                  .classes = known.counts.classes,
                  .available = true};
    setFormat(info, dataFormat(known.format));
    if (info.builtIn) return info;
    info.folder = folder;
    info.available = fs::exists(folder / kManifestFile);
    info.downloadable = known.download.has_value();
    info.downloadBytes = known.download ? known.download->bytes : 0;
    return info;
}

// A data set whose manifest is damaged is still listed, with the cause, so that it can be removed.
DataInfo describeOwn(const std::string& name, const fs::path& folder) {
    DataInfo info{.name = name, .title = name, .folder = folder};
    try {
        const DataManifest manifest = readManifest(folder / kManifestFile);
        info.description = manifest.description;
        setFormat(info, dataFormat(manifest.format));
        info.classes = manifest.classes;
        info.validation = manifest.validation;
        if (!manifest.measured.empty()) info.channels = manifest.measured.front().shape.channels;
        info.available = true;
    } catch (const Error& fault) {
        info.description = fault.what();
    }
    return info;
}

}  // namespace

fs::path DataStore::defaultFolder() { return userDataFolder() / "data"; }

DataStore::DataStore(fs::path folder, std::optional<std::int64_t> photoMemory)
    : m_folder(std::move(folder)), m_photoMemory(photoMemory) {}

DataInfo DataStore::describe(const std::string& name) const {
    if (const KnownData* known = findKnownData(name)) return describeKnown(*known, m_folder / name);
    return describeOwn(name, m_folder / name);
}

std::vector<DataInfo> DataStore::list() const {
    return withClearFaults([&] {
        std::vector<DataInfo> result;
        for (const KnownData& known : knownData()) result.push_back(describe(known.name));
        std::vector<std::string> own;
        if (fs::is_directory(m_folder))
            for (const auto& entry : fs::directory_iterator(m_folder)) {
                const std::string name = entry.path().filename().string();
                if (isName(name) && findKnownData(name) == nullptr && fs::exists(entry.path() / kManifestFile))
                    own.push_back(name);
            }
        std::sort(own.begin(), own.end(),
                  [](const std::string& a, const std::string& b) { return strverscmp(a.c_str(), b.c_str()) < 0; });
        for (const std::string& name : own) result.push_back(describe(name));
        return result;
    });
}

DataInfo DataStore::info(std::string_view name) const {
    const std::vector<DataInfo> all = list();
    const auto found = std::find_if(all.begin(), all.end(), [name](const DataInfo& info) { return info.name == name; });
    if (found != all.end()) return *found;
    std::string names;
    for (const DataInfo& info : all) names += (names.empty() ? "" : ", ") + info.name;
    throw InvalidInput("There is no data set " + std::string(name) + ". Choose one of " + names + ", or add your own.");
}

std::shared_ptr<const Dataset> DataStore::load(const DataInfo& info, const Config& config,
                                               const Progress& progress) const {
    if (!info.available) throw InvalidInput(absenceText(info));
    if (info.anySize && config.model.imageSize < 1)
        throw InvalidInput("The pictures of " + info.name + " need an image size of 1 or more.");
    return withClearFaults([&] {
        LabelledImages images = dataFormat(info.format).read({.name = info.name,
                                                              .folder = info.folder / kFilesFolder,
                                                              .imageSize = config.model.inputSize(),
                                                              .how = &config.data,
                                                              .photoMemory = m_photoMemory,
                                                              .known = findKnownData(info.name),
                                                              .progress = progress});
        const ChannelStatistics statistics =
            images.statistics ? *images.statistics
            : info.builtIn || !preparesAsEver(config.data)
                ? measureChannels(*images.train, progress)
                : keptStatistics(*images.train, info.folder / kManifestFile, progress);
        return std::make_shared<const Dataset>(info.name, std::move(images), statistics);
    });
}

std::shared_ptr<const Dataset> DataStore::open(std::string_view name, const ImageSize& size,
                                               const Progress& progress) const {
    Config config;
    config.data.name = name;
    config.model.imageSize = size.height;
    config.model.imageWidth = size.width;
    return open(config, progress);
}

std::shared_ptr<const Dataset> DataStore::open(const Config& config, const Progress& progress) const {
    using namespace std::chrono_literals;
    const DataInfo info = this->info(config.data.name);
    const std::string key = cacheKey(info, config);
    std::unique_lock lock(m_mutex);
    while (m_loading.contains(key)) {
        m_loaded.wait_for(lock, 100ms);
        lock.unlock();
        report(progress, "Reading " + info.name, 0, 0);
        lock.lock();
    }
    if (std::shared_ptr<const Dataset> present = m_open[key].lock(); present && !isOutdated(*present)) return present;

    m_loading.insert(key);
    lock.unlock();
    std::shared_ptr<const Dataset> result;
    std::exception_ptr failure;
    try {
        result = load(info, config, progress);
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    m_loading.erase(key);
    m_loaded.notify_all();
    if (failure) std::rethrow_exception(failure);
    m_open[key] = result;
    return result;
}

void DataStore::forget(std::string_view name) {
    const std::lock_guard lock(m_mutex);
    const std::string start = std::string(name) + "/";
    std::erase_if(m_open, [&](const auto& entry) { return entry.first.starts_with(start); });
}

void useOwnValidation(DataConfig& data, const DataInfo& info) {
    if (info.validation > 0) data.validationSplit = ValidationSplit::Folder;
}

DataInfo DataStore::add(std::string_view nameView, const fs::path& from, const Progress& progress) {
    const std::string name(nameView);
    requireFree(name);
    withClearFaults([&] {
        const TemporaryFolder temporary(m_folder);
        const fs::path scratch = temporary.path() / "unpacked";
        const fs::path draft = temporary.path() / "draft";
        fs::create_directories(scratch);
        importData(name, from, scratch, draft, progress);
        moveIn(name, draft);
    });
    forget(name);
    return info(name);
}

DataInfo DataStore::adopt(std::string_view nameView, const fs::path& prepared) {
    const std::string name(nameView);
    requireFree(name);
    readManifest(prepared / kManifestFile);
    withClearFaults([&] { moveIn(name, prepared); });
    forget(name);
    return info(name);
}

// The name is one, and no data set has it.
void DataStore::requireFree(const std::string& name) const {
    if (!isName(name))
        throw InvalidInput("\"" + name + "\" cannot be the name of a data set: use up to 64 letters without accents, "
                           "digits, \"-\", \"_\" and \".\", and begin with a letter or digit.");
    const KnownData* known = findKnownData(name);
    const bool made = known != nullptr && dataFormat(known->format).builtIn;
    if (made || fs::exists(m_folder / name)) refuseTaken(name, made);
}

// Another program may have made one of this name meanwhile.
void DataStore::moveIn(const std::string& name, const fs::path& draft) const {
    std::error_code failure;
    fs::rename(draft, m_folder / name, failure);
    if (failure == std::errc::directory_not_empty || failure == std::errc::file_exists) refuseTaken(name, false);
    if (failure) throw fs::filesystem_error("rename", draft, m_folder / name, failure);
}

DataInfo DataStore::download(std::string_view name, const Progress& progress) {
    DataInfo wanted = info(name);
    if (wanted.available) return wanted;
    if (!wanted.downloadable)
        throw InvalidInput("No address is known to download " + wanted.name +
                           " from: fetch its files yourself and add them from their folder.");
    const Download& source = *findKnownData(name)->download;
    const fs::path archive = m_folder / ".downloads" / fs::path(source.url).filename();
    downloadFile(source, archive, progress);
    // Another program may have fetched it while this one was about to.
    if (DataInfo present = info(name); present.available) return present;
    DataInfo added = add(name, archive, progress);
    std::error_code ignored;  // the data are there; a file too many does no harm
    fs::remove(archive, ignored);
    return added;
}

void DataStore::remove(std::string_view name) {
    const DataInfo unwanted = info(name);
    if (unwanted.builtIn)
        throw InvalidInput("The data set " + unwanted.name + " is part of the program and cannot be removed.");
    if (!fs::exists(unwanted.folder)) throw InvalidInput("The data set " + unwanted.name + " is not on this computer.");
    withClearFaults([&] {
        // Renamed first, so that it is there or not, but never half.
        const TemporaryFolder temporary(m_folder);
        fs::rename(unwanted.folder, temporary.path() / "removed");
    });
    forget(name);
}

}  // namespace vit
