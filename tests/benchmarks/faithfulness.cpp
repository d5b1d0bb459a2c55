// SPDX-License-Identifier: GPL-3.0-or-later
// Measures how true the maps of each method of relevance are on images of a run's data set, beside random maps:
// faithfulness RUN [--images 200] [--seed 1] … Prints a table and writes every single measurement as CSV, from which
// it goes on when it was interrupted. OMP_NUM_THREADS sets the threads.
#include "core/inspect/faithfulness.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/split_mix.h"
#include "core/data/store/data_store.h"
#include "core/device/device.h"
#include "core/evaluation/bootstrap.h"
#include "core/inspect/relevance.h"
#include "core/inspect/token_grid.h"
#include "core/io/atomic_file.h"
#include "core/io/csv.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

using namespace vit;

namespace {

constexpr int kRandomMaps = 4;  // of each image; their mean is its control
constexpr const char* kRandom = "random";

struct Options {
    std::string run;
    std::string data = DataStore::defaultFolder().string();
    Split split = Split::Test;
    std::size_t images = 200;
    std::uint64_t seed = 1;
    bool ofTruth = false;
    std::string csv = "faithfulness.csv";
};

// Symmetric relevance gains by image and method, and their file.
class Measurements {
public:
    // `subject` is whose they are; a file of another's is refused.
    Measurements(std::filesystem::path path, std::string subject)
        : m_path(std::move(path)), m_subject(std::move(subject)) {
        if (!std::filesystem::exists(m_path)) return;
        std::istringstream lines(readTextFile(m_path));
        std::string line;
        std::getline(lines, line);
        if (line != heading())
            throw InvalidInput(m_path.string() + " holds other measurements than of " + m_subject +
                               "; name another file, or remove it.");
        while (std::getline(lines, line)) {
            std::istringstream cells(line);
            std::string image, method, gain;
            std::getline(std::getline(std::getline(cells, image, ','), method, ','), gain);
            double value = 0;
            const auto read = std::from_chars(gain.data(), gain.data() + gain.size(), value);
            if (read.ec != std::errc()) throw Error(m_path.string() + ": this is no measurement: " + line);
            m_gains[method][std::stoll(image)] = value;
        }
    }

    bool has(const std::string& method, std::int64_t image) const {
        const auto found = m_gains.find(method);
        return found != m_gains.end() && found->second.contains(image);
    }
    void add(const std::string& method, std::int64_t image, double gain) { m_gains[method][image] = gain; }

    void write() const {
        std::string text = heading() + "\n";
        for (const auto& [method, gains] : m_gains)
            for (const auto& [image, gain] : gains) text += csvRow({std::to_string(image), method, numberText(gain)});
        writeFileAtomically(m_path, text);
    }

    std::vector<double> of(const std::string& method, const std::vector<std::int64_t>& images) const {
        std::vector<double> gains;
        for (const std::int64_t image : images) gains.push_back(m_gains.at(method).at(image));
        return gains;
    }

private:
    std::filesystem::path m_path;
    std::string m_subject;
    std::map<std::string, std::map<std::int64_t, double>> m_gains;

    std::string heading() const { return "image,method,gain," + m_subject; }
};

std::vector<std::int64_t> chosenImages(const DatasetView& view, std::size_t count, std::uint64_t seed) {
    std::vector<std::int64_t> images(static_cast<std::size_t>(view.count()));
    std::iota(images.begin(), images.end(), 0);
    seededShuffle(images, seed);
    images.resize(std::min(count, images.size()));
    return images;
}

double randomGain(LoadedModel& model, const Image& photo, std::int64_t about, std::uint64_t seed) {
    const TokenGrid grid = tokenGrid(model.config());
    double sum = 0;
    for (int i = 0; i < kRandomMaps; ++i) {
        const std::uint64_t drawn = seed * kRandomMaps + static_cast<std::uint64_t>(i);
        sum += faithfulness(model, photo, randomMap(grid.rows, grid.columns, drawn), about).gain;
    }
    return sum / kRandomMaps;
}

void measure(LoadedModel& model, const DatasetView& view, std::int64_t image, const Options& options,
             Measurements& measurements, std::map<std::string, double>& seconds) {
    using Clock = std::chrono::steady_clock;
    const Image photo = view.image(image);
    const std::int64_t about = options.ofTruth ? view.label(image) : model.predict(photo, 1).top.front().index;
    const std::uint64_t seed = options.seed << 32 | static_cast<std::uint64_t>(image);
    for (const RelevanceMethod& method : relevanceMethods()) {
        if (measurements.has(method.key, image)) continue;
        const Clock::time_point begin = Clock::now();
        const FloatArray map = relevance(model, photo, about, method).map;
        seconds[method.key] += std::chrono::duration<double>(Clock::now() - begin).count();
        measurements.add(method.key, image, faithfulness(model, photo, map, about, 16, seed).gain);
    }
    if (!measurements.has(kRandom, image)) measurements.add(kRandom, image, randomGain(model, photo, about, seed));
}

std::string meanText(const std::vector<double>& values, std::uint64_t seed) {
    const Interval interval = bootstrapInterval(values, 10'000, seed);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    return fixedText(mean, 3) + " (" + fixedText(interval.low, 3) + " … " + fixedText(interval.high, 3) + ")";
}

// Image by image, less the random maps' gain: what is left is the method's.
void printTable(const Measurements& measurements, const std::vector<std::int64_t>& images, const Options& options) {
    const std::vector<double> control = measurements.of(kRandom, images);
    std::printf("\n| Method | SRG, mean (95 %% interval) | Less that of random maps | |\n|---|---|---|---|\n");
    for (const RelevanceMethod& method : relevanceMethods()) {
        const std::vector<double> gains = measurements.of(method.key, images);
        std::vector<double> beyond;
        for (std::size_t i = 0; i < gains.size(); ++i) beyond.push_back(gains[i] - control[i]);
        const bool better = bootstrapInterval(beyond, 10'000, options.seed).low > 0;
        std::printf("| %s | %s | %s | %s |\n", method.name, meanText(gains, options.seed).c_str(),
                    meanText(beyond, options.seed).c_str(), better ? "better than random" : "no better than random");
    }
    std::printf("| Random maps, %d an image | %s | | |\n", kRandomMaps, meanText(control, options.seed).c_str());
}

void run(const Options& options) {
    using Clock = std::chrono::steady_clock;
    LoadedModel model = LoadedModel::open(options.run);
    const Config& config = model.config();
    DataStore store(options.data);
    const DatasetView view(store.open(config), options.split, config.data);
    const std::vector<std::int64_t> images = chosenImages(view, options.images, options.seed);
    if (images.empty()) throw InvalidInput("There are no images to measure.");
    const std::string subject = model.state().name + " epoch " + std::to_string(model.state().epoch) + " " +
                                splitName(options.split) + " seed " + std::to_string(options.seed) +
                                (options.ofTruth ? " true class" : " predicted class");
    Measurements measurements(options.csv, subject);
    std::map<std::string, double> seconds;
    const Clock::time_point begin = Clock::now();
    for (std::size_t i = 0; i < images.size(); ++i) {
        measure(model, view, images[i], options, measurements, seconds);
        measurements.write();
        std::fprintf(stderr, "\r%zu of %zu images", i + 1, images.size());
    }
    std::fprintf(stderr, "\n");
    std::printf("%s, %zu images, %.0f s\n", subject.c_str(), images.size(),
                std::chrono::duration<double>(Clock::now() - begin).count());
    for (const auto& [method, spent] : seconds)
        std::printf("  %-20s %s s for the maps\n", method.c_str(), fixedText(spent, 1).c_str());
    printTable(measurements, images, options);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures how true the maps of each method of relevance are, beside random ones.", "faithfulness"};
    Options options;
    std::map<std::string, Split> splits;
    for (const Split each : {Split::Train, Split::Validation, Split::Test}) splits.emplace(splitName(each), each);
    app.add_option("run", options.run, "A run's folder")->required();
    app.add_option("--data", options.data, "The folder of the data sets")->capture_default_str();
    app.add_option("--split", options.split, "train, validation or test")->transform(CLI::CheckedTransformer(splits));
    app.add_option("--images", options.images, "How many, drawn from the split")->capture_default_str();
    app.add_option("--seed", options.seed, "Of the images, the random maps and the intervals")->capture_default_str();
    app.add_flag("--true-class", options.ofTruth, "Maps of the image's own class, not of the predicted one");
    app.add_option("--out", options.csv, "The file of all measurements")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    tuneAllocator();
    try {
        run(options);
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "faithfulness: %s\n", fault.what());
        return 1;
    }
    return 0;
}
