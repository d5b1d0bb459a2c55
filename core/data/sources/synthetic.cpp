// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the synthetic shapes: a ground, a soft shadow, the shape, a little noise.
#include "core/data/sources/synthetic.h"

#include "core/base/split_mix.h"
#include "core/data/sources/synthetic_outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vit {

namespace {

constexpr int kSide = 32;
constexpr int kPixels = kSide * kSide;
constexpr int kFine = 4;  // the shape is drawn that much larger and then averaged, for smooth edges

using Colour = std::array<float, 3>;  // 0 … 1
using Canvas = std::array<Colour, kPixels>;
using Plane = std::array<float, kPixels>;  // 0 … 1

// Each draw is a statement of its own: the order in which a call's arguments are evaluated is the compiler's choice.
class Random : public SplitMix {
public:
    Random(std::uint64_t seed, std::uint64_t stream) : SplitMix(seed * 0xD1342543DE82EF95U + stream) { next(); }

    float real(float low, float high) { return low + (high - low) * static_cast<float>(next() >> 40) * 0x1p-24F; }
    int choice(int count) { return static_cast<int>(below(static_cast<std::uint64_t>(count))); }
    // About normal, with deviation 1: four uniform numbers summed.
    float normal() {
        float sum = 0;
        for (int i = 0; i < 4; ++i) sum += real(-1, 1);
        return sum * 0.866F;
    }
};

float mix(float a, float b, float share) { return a + (b - a) * share; }

Colour mix(const Colour& a, const Colour& b, float share) {
    return {mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)};
}

float smooth(float t) { return t * t * (3 - 2 * t); }

Colour fromHsv(float hue, float saturation, float value) {
    Colour colour;
    for (int c = 0; c < 3; ++c) {
        const float turned = std::fmod(hue + 1.0F - static_cast<float>(c) / 3.0F, 1.0F);
        const float pure = std::clamp(std::abs(turned * 6 - 3) - 1, 0.0F, 1.0F);
        colour[c] = value * mix(1, pure, saturation);
    }
    return colour;
}

struct Range {
    float low;
    float high;
};

Colour randomColour(Random& random, Range saturations, Range values) {
    const float hue = random.real(0, 1);
    const float saturation = random.real(saturations.low, saturations.high);
    const float value = random.real(values.low, values.high);
    return fromHsv(hue, saturation, value);
}

float distance(const Colour& a, const Colour& b) {
    // Green counts most and blue least, about as the eye has it.
    return std::sqrt(2 * (a[0] - b[0]) * (a[0] - b[0]) + 4 * (a[1] - b[1]) * (a[1] - b[1]) +
                     (a[2] - b[2]) * (a[2] - b[2]));
}

struct Place {
    float x;
    float y;
};

Place placeOf(int pixel) {
    const int column = pixel % kSide;
    const int row = pixel / kSide;
    return {static_cast<float>(column), static_cast<float>(row)};
}

// Random values on a grid of `cells` × `cells`, at most 8 × 8, smoothly joined.
Plane cloud(Random& random, int cells) {
    constexpr std::size_t kStride = 9;  // corners, one more than cells
    std::array<float, kStride * kStride> grid;
    for (float& value : grid) value = random.real(0, 1);
    Plane plane;
    for (int i = 0; i < kPixels; ++i) {
        const float x = placeOf(i).x * static_cast<float>(cells) / kSide;
        const float y = placeOf(i).y * static_cast<float>(cells) / kSide;
        const std::size_t corner = static_cast<std::size_t>(y) * kStride + static_cast<std::size_t>(x);
        const float tx = smooth(x - std::floor(x));
        const float ty = smooth(y - std::floor(y));
        const float upper = mix(grid[corner], grid[corner + 1], tx);
        const float lower = mix(grid[corner + kStride], grid[corner + kStride + 1], tx);
        plane[i] = mix(upper, lower, ty);
    }
    return plane;
}

// Bands, or squares where bands of two directions cross.
Plane bands(Random& random, bool crossed) {
    const float angle = random.real(0, std::numbers::pi_v<float>);
    const float frequency = random.real(0.5F, 1.3F);
    const float phase = random.real(0, 6);
    const float hardness = random.real(1, 4);
    Plane plane;
    for (int i = 0; i < kPixels; ++i) {
        const auto [x, y] = placeOf(i);
        const float u = std::sin((x * std::cos(angle) + y * std::sin(angle)) * frequency + phase);
        const float v = std::sin((y * std::cos(angle) - x * std::sin(angle)) * frequency + phase);
        plane[i] = std::clamp(0.5F + 0.5F * hardness * (crossed ? u * v : u), 0.0F, 1.0F);
    }
    return plane;
}

Plane texture(Random& random) {
    switch (random.choice(4)) {
        case 0: return cloud(random, 2 + random.choice(2));
        case 1: return cloud(random, 5 + random.choice(4));
        case 2: return bands(random, false);
        default: return bands(random, true);
    }
}

// The two colours of a ground, near each other so that the shape is what stands out.
Canvas paintGround(Random& random, const Colour& base) {
    const Colour tint = randomColour(random, {0, 0.5F}, {0, 1});
    const Colour other = mix(base, tint, random.real(0.1F, 0.35F));
    const Plane pattern = texture(random);
    const Plane light = cloud(random, 1);
    Canvas canvas;
    for (int i = 0; i < kPixels; ++i) {
        canvas[i] = mix(base, other, pattern[i]);
        for (float& value : canvas[i]) value *= 0.85F + 0.3F * light[i];
    }
    return canvas;
}

// How much of each pixel lies inside the outline, which is put somewhere, scaled, and turned by less than 23°.
Plane placeShape(Random& random, const Outline& outline) {
    const float radius = random.real(8.5F, 14);
    const float reach = (kSide / 2.0F - radius) * 0.75F;
    const float centreX = kSide / 2.0F + random.real(-reach, reach);
    const float centreY = kSide / 2.0F + random.real(-reach, reach);
    const float angle = random.real(-0.4F, 0.4F);
    constexpr int kShift = 6;  // fixed-point bits of fillPoly's coordinates
    constexpr double kScale = kFine * (1 << kShift);
    std::vector<std::vector<cv::Point>> lines;
    for (const auto& line : outline.lines) {
        std::vector<cv::Point>& points = lines.emplace_back();
        for (const OutlinePoint& p : line) {
            const double x = centreX + radius * (p.x * std::cos(angle) - p.y * std::sin(angle));
            const double y = centreY + radius * (p.x * std::sin(angle) + p.y * std::cos(angle));
            points.emplace_back(static_cast<int>(std::lround(x * kScale)), static_cast<int>(std::lround(y * kScale)));
        }
    }
    cv::Mat fine(kSide * kFine, kSide * kFine, CV_8U, cv::Scalar(0));
    cv::fillPoly(fine, lines, cv::Scalar(255), cv::LINE_8, kShift);
    Plane coverage;
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            int sum = 0;
            for (int j = 0; j < kFine; ++j)
                for (int i = 0; i < kFine; ++i) sum += fine.at<std::uint8_t>(y * kFine + j, x * kFine + i);
            coverage[y * kSide + x] = static_cast<float>(sum) / (255.0F * kFine * kFine);
        }
    return coverage;
}

// The shape darkens the ground below and to the right of it, as if it lay on it.
void castShadow(Canvas& canvas, const Plane& coverage) {
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            float shade = 0;
            for (int j = 0; j < 3; ++j)
                for (int i = 0; i < 3; ++i)
                    if (x > i && y > j) shade += coverage[(y - j - 1) * kSide + x - i] / 9;
            for (float& value : canvas[y * kSide + x]) value *= 1 - 0.45F * shade;
        }
}

void paintShape(Canvas& canvas, Random& random, const Plane& coverage, const Colour& colour) {
    const float angle = random.real(0, 2 * std::numbers::pi_v<float>);
    const float strength = random.real(0.05F, 0.25F);
    for (int i = 0; i < kPixels; ++i) {
        const float x = placeOf(i).x / kSide - 0.5F;
        const float y = placeOf(i).y / kSide - 0.5F;
        const float light = 1 + strength * 2 * (x * std::cos(angle) + y * std::sin(angle));
        const Colour lit = {colour[0] * light, colour[1] * light, colour[2] * light};
        canvas[i] = mix(canvas[i], lit, coverage[i]);
    }
}

void drawImage(std::uint8_t* pixels, const Outline& outline, std::uint64_t seed, std::uint64_t index) {
    Random random(seed, index);
    const Colour base = randomColour(random, {0.05F, 0.6F}, {0.25F, 0.95F});
    Colour colour = randomColour(random, {0.45F, 1}, {0.35F, 1});
    while (distance(colour, base) < 0.75F) colour = randomColour(random, {0.45F, 1}, {0.35F, 1});

    Canvas canvas = paintGround(random, base);
    const Plane coverage = placeShape(random, outline);
    castShadow(canvas, coverage);
    paintShape(canvas, random, coverage, colour);
    const float noise = random.real(0.005F, 0.035F);
    for (int i = 0; i < kPixels; ++i)
        for (int c = 0; c < 3; ++c)
            pixels[i * 3 + c] = static_cast<std::uint8_t>(
                std::lround(255 * std::clamp(canvas[i][c] + noise * random.normal(), 0.0F, 1.0F)));
}

std::vector<std::int32_t> shuffledLabels(std::int64_t count, std::uint64_t seed, std::uint64_t stream) {
    std::vector<std::int32_t> labels(static_cast<std::size_t>(count));
    const auto classes = static_cast<std::int32_t>(syntheticOutlines().size());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i) % classes;
    seededShuffle(labels, seed * 0xD1342543DE82EF95U + stream);
    return labels;
}

// Draws an image when it is first read, and keeps it.
class DrawnImages : public ImageSource {
public:
    DrawnImages(std::int64_t count, std::uint64_t seed, std::uint64_t table)
        : m_seed(seed), m_stream(table << 40), m_labels(shuffledLabels(count, seed, m_stream)),
          m_pixels(std::make_unique_for_overwrite<std::uint8_t[]>(m_labels.size() * kShape.bytes())),
          m_drawn(std::make_unique<std::once_flag[]>(m_labels.size())) {}

    const ImageShape& shape() const override { return kShape; }
    std::int64_t count() const override { return static_cast<std::int64_t>(m_labels.size()); }
    std::int32_t label(std::int64_t index) const override { return m_labels[static_cast<std::size_t>(index)]; }

    std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t>) const override {
        const auto i = static_cast<std::size_t>(index);
        std::uint8_t* pixels = m_pixels.get() + i * kShape.bytes();
        std::call_once(m_drawn[i], [&] {
            const Outline& outline = syntheticOutlines()[static_cast<std::size_t>(m_labels[i])];
            drawImage(pixels, outline, m_seed, m_stream + 1 + i);
        });
        return {pixels, kShape.bytes()};
    }

private:
    static constexpr ImageShape kShape{kSide, kSide, 3};

    std::uint64_t m_seed;
    std::uint64_t m_stream;  // each table's images and order draw from streams of their own
    std::vector<std::int32_t> m_labels;
    std::unique_ptr<std::uint8_t[]> m_pixels;
    std::unique_ptr<std::once_flag[]> m_drawn;  // one an image
};

// What measureChannels() finds in the images of the default options, which it would have to draw (OpenCV 4.6; other
// versions are within 0.5 of it).
constexpr ChannelStatistics kStatistics = {{121.26557112630208, 120.60606005859376, 120.20673893229167},
                                           {55.30967831024573, 55.96574642648719, 54.11602919153611}};

}  // namespace

const std::vector<std::string>& syntheticClassNames() {
    static const std::vector<std::string> kNames = [] {
        std::vector<std::string> names;
        for (const Outline& outline : syntheticOutlines()) names.push_back(outline.name);
        return names;
    }();
    return kNames;
}

LabelledImages makeSyntheticShapes(const SyntheticOptions& options) {
    LabelledImages images{syntheticClassNames(),
                          std::make_shared<const DrawnImages>(options.train, options.seed, 1),
                          std::make_shared<const DrawnImages>(options.test, options.seed, 2)};
    constexpr SyntheticOptions kUsual;
    if (options.train == kUsual.train && options.seed == kUsual.seed)
        images.statistics = kStatistics;
    return images;
}

}  // namespace vit
