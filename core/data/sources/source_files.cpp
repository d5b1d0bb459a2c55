// SPDX-License-Identifier: GPL-3.0-or-later
// Checks that the readers of data-set files share.
#include "core/data/sources/source_files.h"

#include "core/base/number_text.h"
#include "core/base/utf8.h"
#include "core/io/atomic_file.h"

#include <sstream>

namespace vit {

void throwWrongSize(const std::filesystem::path& file, const std::string& expected, std::int64_t found) {
    throw Error(file.string() + " has " + groupedText(found) + " bytes, but expected are " + expected +
                ": it is incomplete or not what its name says. Fetch it again.");
}

std::int64_t sizeOf(const std::filesystem::path& file) {
    if (!std::filesystem::is_regular_file(file))
        throw Error("The file " + file.string() + " is missing: the data set is not complete.");
    return static_cast<std::int64_t>(std::filesystem::file_size(file));
}

std::vector<std::string> readClassNames(const std::filesystem::path& file, std::int64_t expected) {
    sizeOf(file);
    std::istringstream lines(readTextFile(file));
    std::vector<std::string> names;
    std::int64_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (!isUtf8(line))
            throw Error(file.string() + ": line " + std::to_string(number) + " is not UTF-8 (" + escapedUtf8(line) +
                        "), and cannot be the name of a class. Save the file as UTF-8 and add the data set again.");
        const std::size_t end = line.find_last_not_of(" \t\r");
        if (end != std::string::npos) names.push_back(line.substr(0, end + 1));
    }
    const auto found = static_cast<std::int64_t>(names.size());
    if (found == 0 || (expected > 0 && found != expected))
        throw Error(file.string() + " names " + groupedText(found) + " classes, but expected are " +
                    (expected > 0 ? groupedText(expected) : "some, one a line") + ".");
    return names;
}

}  // namespace vit
