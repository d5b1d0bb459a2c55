// SPDX-License-Identifier: GPL-3.0-or-later
// Measures how fast photos are read that stay on the disk, beside the same ones in memory, and how much memory each takes:
// photo_reading [--photos N] [--width W --height H] [--size S] [--epochs E] [--cold]. The photos are made anew, JPEGs of soft
// shapes with a little noise; both ways have a process of their own, whose greatest memory is told.
#include "core/base/number_text.h"
#include "core/base/parallel.h"
#include "core/base/split_mix.h"
#include "core/data/sources/image_folder.h"
#include "core/device/device.h"
#include "core/io/temporary_folder.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace vit;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
    int photos = 2000;
    int width = 500;
    int height = 375;
    int size = 224;
    int epochs = 3;
    bool cold = false;
    fs::path place = fs::temp_directory_path();
};

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Another one for each seed; as a JPEG about as large as a photo of its size.
Image madePhoto(int width, int height, std::uint64_t seed) {
    SplitMix random(seed);
    const double phase = static_cast<double>(random.below(1000)) / 100;
    const double wave = 20 + static_cast<double>(random.below(60));
    Image image{.width = width, .height = height, .channels = 3};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c) {
                const double soft = 128 + 60 * std::sin(x / wave + phase + c) + 40 * std::cos(y / wave - phase * c);
                image.pixels.push_back(static_cast<std::uint8_t>(
                    std::clamp(soft + static_cast<double>(random.below(25)) - 12, 0.0, 255.0)));
            }
    return image;
}

void makePhotos(const fs::path& folder, const Options& options) {
    constexpr int kClasses = 10;
    for (int i = 0; i < kClasses; ++i) fs::create_directories(folder / std::to_string(i));
    parallelFor(options.photos, [&](std::int64_t i) {
        const fs::path file = folder / std::to_string(i % kClasses) / (std::to_string(i) + ".jpg");
        saveImage(madePhoto(options.width, options.height, static_cast<std::uint64_t>(i)), file);
    });
}

// So that the next read is one of the disk.
void dropFromCache(const fs::path& folder) {
    ::sync();
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) continue;
        ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        ::close(file);
    }
}

// All training images in random order, by all cores.
void readEpoch(const ImageSource& images, std::uint64_t seed) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(images.count()));
    std::iota(order.begin(), order.end(), 0);
    seededShuffle(order, seed);
    parallelFor(images.count(), [&](std::int64_t i) {
        thread_local std::vector<std::uint8_t> into;
        into.resize(images.shape().bytes());
        images.fill(order[static_cast<std::size_t>(i)], into);
    });
}

// In a process that has done nothing else.
void measure(const char* way, const fs::path& folder, std::int64_t memory, const Options& options) {
    if (options.cold) dropFromCache(folder);
    const Clock::time_point opening = Clock::now();
    const LabelledImages data = readImageFolder("photos", folder, options.size, {}, {}, memory);
    const double opened = secondsSince(opening);
    std::vector<double> rates;
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        if (options.cold) dropFromCache(folder);
        const Clock::time_point start = Clock::now();
        readEpoch(*data.train, static_cast<std::uint64_t>(epoch) + 1);
        rates.push_back(static_cast<double>(data.train->count()) / secondsSince(start));
    }
    std::sort(rates.begin(), rates.end());
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("| %-9s | %8s s | %14s | %10s |\n", way, fixedText(opened, 2).c_str(),
                groupedText(std::llround(rates[rates.size() / 2])).c_str(),
                bytesText(static_cast<double>(used.ru_maxrss) * 1024).c_str());
    std::fflush(stdout);
}

void inOwnProcess(const char* way, const fs::path& folder, std::int64_t memory, const Options& options) {
    std::fflush(stdout);
    const pid_t process = ::fork();
    if (process == 0) {
        try {
            measure(way, folder, memory, options);
            std::_Exit(0);
        } catch (const std::exception& fault) {
            std::fprintf(stderr, "photo_reading: %s\n", fault.what());
            std::_Exit(1);
        }
    }
    ::waitpid(process, nullptr, 0);
}

// Also in a process of its own: threads do not survive a fork, and what was made would count.
void makeInOwnProcess(const fs::path& folder, const Options& options) {
    const pid_t process = ::fork();
    if (process == 0) {
        makePhotos(folder, options);
        std::_Exit(0);
    }
    ::waitpid(process, nullptr, 0);
}

void run(const Options& options) {
    const TemporaryFolder temporary(options.place);
    const fs::path folder = temporary.path() / "photos";
    makeInOwnProcess(folder, options);
    std::int64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) bytes += static_cast<std::int64_t>(entry.file_size());
    std::printf("%d JPEGs of %d × %d, %s, brought to %d × %d; %s, medians of %d epochs\n\n", options.photos, options.width,
                options.height, bytesText(static_cast<double>(bytes)).c_str(), options.size, options.size,
                options.cold ? "from the disk" : "from the system's cache of files", options.epochs);
    std::printf("| Photos    | Opening    | Images/s       | Memory     |\n|---|---|---|---|\n");
    inOwnProcess("on disk", folder, 0, options);
    inOwnProcess("in memory", folder, std::numeric_limits<std::int64_t>::max(), options);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures the reading of photos that stay on the disk, beside the same in memory.", "photo_reading"};
    Options options;
    app.add_option("--photos", options.photos, "How many")->check(CLI::Range(20, 1'000'000))->capture_default_str();
    app.add_option("--width", options.width, "Of each, in pixels")->check(CLI::Range(8, 8192))->capture_default_str();
    app.add_option("--height", options.height, "Of each, in pixels")->check(CLI::Range(8, 8192))->capture_default_str();
    app.add_option("--size", options.size, "To which they are brought")->check(CLI::Range(8, 1024))->capture_default_str();
    app.add_option("--epochs", options.epochs, "How often all are read")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_flag("--cold", options.cold, "Let the system forget the files before each epoch");
    app.add_option("--place", options.place, "The folder to make them in")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    tuneAllocator();
    try {
        run(options);
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "photo_reading: %s\n", fault.what());
        return 1;
    }
    return 0;
}
