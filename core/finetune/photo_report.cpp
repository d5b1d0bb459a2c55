// SPDX-License-Identifier: GPL-3.0-or-later
// One function for each thing that can be wrong.
#include "core/finetune/photo_report.h"

#include "core/base/number_text.h"
#include "core/data/images/encoded_image.h"
#include "core/data/sources/image_folder.h"
#include "core/data/store/data_import.h"
#include "core/data/store/data_manifest.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFew = 5;        // training photos of a class
constexpr std::int64_t kImbalance = 10;  // times as many in another class
constexpr std::int64_t kWildly = 10;    // times as wide
constexpr std::size_t kNamed = 3;

// "a, b, c and 4 more"
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kNamed) text += " and " + groupedText(static_cast<std::int64_t>(names.size() - kNamed)) + " more";
    return text;
}

std::vector<PhotoClass> classesOf(const Dataset& data) {
    std::vector<PhotoClass> classes;
    for (const std::string& name : data.classNames()) classes.push_back({name, 0, 0});
    for (std::int64_t i = 0; i < data.trainCount(); ++i) ++classes[static_cast<std::size_t>(data.train().label(i))].train;
    for (std::int64_t i = 0; i < data.testCount(); ++i) ++classes[static_cast<std::size_t>(data.test().label(i))].test;
    return classes;
}

void tellCounts(PhotoReport& report) {
    std::vector<std::string> few;
    for (const PhotoClass& one : report.classes)
        if (one.train < kFew) few.push_back(one.name + " (" + groupedText(one.train) + ")");
    if (!few.empty())
        report.warnings.push_back("Fewer than " + groupedText(kFew) + " photos to train with in " + listed(few) +
                                  ": add some, or results for these classes are luck.");
    const auto [least, most] = std::ranges::minmax(report.classes, {}, &PhotoClass::train);
    if (most.train >= kImbalance * std::max<std::int64_t>(least.train, 1))
        report.warnings.push_back(most.name + " has " + photosText(most.train) + " to train with, " + least.name + " " +
                                  groupedText(least.train) + ": a model prefers the class that it sees most.");
    std::vector<std::string> untested;
    for (const PhotoClass& one : report.classes)
        if (one.test == 0) untested.push_back(one.name);
    if (!untested.empty())
        report.warnings.push_back("No test photo of " + listed(untested) + ": how well it is told remains unknown.");
}

// What the photos are called: by their files where they have some, in the order of the tables.
class Names {
public:
    Names(const std::optional<ImageFolder>& files, const Dataset& data) : m_files(files) {
        if (m_files && (std::ssize(m_files->train) != data.trainCount() || std::ssize(m_files->test) != data.testCount()))
            m_files.reset();
    }
    std::string train(std::size_t i) const {
        return m_files ? m_files->train[i].path.string() : "training photo " + std::to_string(i + 1);
    }
    std::string test(std::size_t i) const {
        return m_files ? m_files->test[i].path.string() : "test photo " + std::to_string(i + 1);
    }

private:
    std::optional<ImageFolder> m_files;
};

void tellDuplicates(PhotoReport& report, const Dataset& data, const Fingerprints& images, const Names& names) {
    struct Met {
        std::string name;
        std::int32_t label;
        bool validates;
    };
    std::map<std::string, Met> met;
    std::vector<std::string> otherClass, inTest, inValidation;
    const auto firstOfValidation = static_cast<std::size_t>(data.trainCount() - data.validationCount());
    for (std::size_t i = 0; i < images.train.size(); ++i) {
        const std::int32_t label = data.train().label(static_cast<std::int64_t>(i));
        const bool validates = i >= firstOfValidation;
        const auto [place, isNew] = met.try_emplace(images.train[i], Met{names.train(i), label, validates});
        if (isNew) continue;
        const Met& first = place->second;
        if (first.label != label) otherClass.push_back(first.name + " = " + names.train(i));
        else if (first.validates != validates) inValidation.push_back(first.name + " = " + names.train(i));
    }
    for (std::size_t i = 0; i < images.test.size(); ++i) {
        const auto found = met.find(images.test[i]);
        if (found == met.end()) continue;
        const bool same = found->second.label == data.test().label(static_cast<std::int64_t>(i));
        (same ? inTest : otherClass).push_back(found->second.name + " = " + names.test(i));
    }
    const auto pairs = [](std::size_t count) {
        return groupedText(static_cast<std::int64_t>(count)) + (count == 1 ? " photo is" : " photos are");
    };
    if (!inTest.empty())
        report.warnings.push_back(pairs(inTest.size()) + " in both the training and the test part (" + listed(inTest) +
                                  "): the test is too easy by these; remove one of each.");
    if (!inValidation.empty())
        report.warnings.push_back(pairs(inValidation.size()) + " in both the training and the validation part (" +
                                  listed(inValidation) + "): a run that is judged by the latter is judged too well; remove "
                                                         "one of each.");
    if (!otherClass.empty())
        report.warnings.push_back(pairs(otherClass.size()) + " in two classes (" + listed(otherClass) +
                                  "): decide for one.");
}

void tellLeftOut(PhotoReport& report, const fs::path& folder) {
    if (folder.empty() || !fs::exists(folder / kManifestFile)) return;
    std::vector<std::string> leftOut;
    for (const std::string& file : readManifest(folder / kManifestFile).leftOut)
        leftOut.push_back(file.substr(0, file.find(": ")));  // without the cause, which is long
    if (leftOut.empty()) return;
    const auto count = static_cast<std::int64_t>(leftOut.size());
    report.warnings.push_back(groupedText(count) + (count == 1 ? " file" : " files") +
                              " could not be opened and " + (count == 1 ? "was" : "were") + " left out (" + listed(leftOut) +
                              "): replace what matters and add the folder again.");
}

// The shorter side in pixels; 0 = the file does not say.
std::int64_t sideOf(const fs::path& path) {
    std::array<std::uint8_t, 65'536> head{};
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
    const EncodedImage image = inspectEncoded(std::span(head).first(static_cast<std::size_t>(file.gcount())));
    return std::min(image.width, image.height);
}

void tellSizes(PhotoReport& report, const fs::path& folder, const ImageFolder& files, const ImageSize& size,
               const Progress& progress) {
    std::int64_t least = 0, most = 0, small = 0, done = 0;
    const auto all = static_cast<std::int64_t>(files.train.size() + files.test.size());
    for (const auto* list : {&files.train, &files.test}) {
        for (const LabelledFile& file : *list) {
            vit::report(progress, "Looking at the files", done++, all);
            const std::int64_t side = sideOf(folder / file.path);
            if (side == 0) continue;
            least = least == 0 ? side : std::min(least, side);
            most = std::max(most, side);
            small += side < std::min(size.height, size.width) ? 1 : 0;
        }
    }
    const std::string input = sizeText(size) + " px";
    if (small > 0)
        report.warnings.push_back(photosText(small) + (small == 1 ? " is" : " are") + " smaller than the model's input of " +
                                  input + " (the smallest " + std::to_string(least) +
                                  " px): enlarging them adds nothing to see; a model with a smaller input may do better.");
    if (least > 0 && most >= kWildly * least)
        report.warnings.push_back("The photos' shorter sides are from " + groupedText(least) + " to " +
                                  groupedText(most) + " px: where classes differ in that, a model learns the size "
                                                      "instead of what is shown.");
}

}  // namespace

std::string photosText(std::int64_t count) { return groupedText(count) + (count == 1 ? " photo" : " photos"); }

PhotoReport photoReport(const DataInfo& info, const Dataset& data, const Fingerprints& images, const ImageSize& size,
                        const Progress& progress) {
    PhotoReport report{info.name, data.trainCount(), data.testCount(), data.validationCount(), classesOf(data), {}};
    const fs::path folder = info.folder / kFilesFolder;
    std::optional<ImageFolder> files;
    if (info.anySize && !info.folder.empty()) files = listImageFolder(folder);
    tellCounts(report);
    tellLeftOut(report, info.folder);
    tellDuplicates(report, data, images, Names(files, data));
    if (files) tellSizes(report, folder, *files, size, progress);
    return report;
}

}  // namespace vit
