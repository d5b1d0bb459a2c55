// SPDX-License-Identifier: GPL-3.0-or-later
// A folder in which something is made ready, and which is gone unless that is moved out of it.
#pragma once

#include <filesystem>

namespace vit {

class TemporaryFolder {
public:
    // Makes `parent` if need be, and an empty hidden folder in it. Also removes such folders there that a program
    // which was killed has left over a day ago.
    explicit TemporaryFolder(const std::filesystem::path& parent);
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

}  // namespace vit
