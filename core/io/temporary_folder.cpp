// SPDX-License-Identifier: GPL-3.0-or-later
// Makes and removes temporary folders.
#include "core/io/temporary_folder.h"

#include "core/io/system_fault.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>

namespace vit {

namespace {

constexpr const char* kPrefix = ".unfinished-";

void removeLeftovers(const std::filesystem::path& parent) {
    using namespace std::chrono_literals;
    std::error_code ignored;  // what cannot be removed now may be another time
    for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
        if (!entry.path().filename().string().starts_with(kPrefix)) continue;
        const auto changed = entry.last_write_time(ignored);
        if (!ignored && std::filesystem::file_time_type::clock::now() - changed > 24h)
            std::filesystem::remove_all(entry.path(), ignored);
    }
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
    std::error_code failure;
    std::filesystem::create_directories(parent, failure);
    if (failure) throwSystemFault("Cannot make the folder", parent, failure.value());
    removeLeftovers(parent);
    std::string name = (parent / kPrefix).string() + "XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throwSystemFault("Cannot write in", parent, errno);
    m_path = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

}  // namespace vit
