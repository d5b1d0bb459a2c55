// SPDX-License-Identifier: GPL-3.0-or-later
// Draws frame by frame.
#include "core/export/film_export.h"

#include "core/base/number_text.h"
#include "core/data/images/video_file.h"
#include "core/io/animated_png.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <span>

namespace vit {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostPictures = 3000;  // of an animated one, which lies in memory until it is written: 500 MB

bool isVideo(const std::string& ending) {
    return std::find(videoEndings().begin(), videoEndings().end(), ending) != videoEndings().end();
}

std::string endingOf(const fs::path& path) {
    std::string ending = path.extension().string();
    std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending;
}

// The film's figures, each made when it is drawn: a long film would fill the memory.
class FilmPages {
public:
    FilmPages(const Film& film, const FilmLook& look) : m_film(film), m_look(look) {
        for (const FilmFrame& frame : film.frames) {
            const PageSize own = sizeOf(frameFigure(film, frame, look));
            m_page.width = std::max(m_page.width, own.width + own.width % 2);  // even, as videos want it
            m_page.height = std::max(m_page.height, own.height + own.height % 2);
        }
    }

    const PageSize& size() const { return m_page; }  // of all of them

    // `take` gets them as PNG files, one after the other.
    template <typename Take>
    void forEach(const Progress& progress, Take take) const {
        const auto count = static_cast<std::int64_t>(m_film.frames.size());
        std::int64_t done = 0;
        for (const FilmFrame& frame : m_film.frames) {
            report(progress, "Drawing the film", done++, count);
            take(encodeFrame(frameFigure(m_film, frame, m_look), m_page));
        }
    }

private:
    const Film& m_film;
    const FilmLook& m_look;
    PageSize m_page;
};

void requireShort(const Film& film) {
    if (film.frames.size() <= kMostPictures) return;
    throw InvalidInput("The film has " + groupedText(static_cast<std::int64_t>(film.frames.size())) +
                       " frames, and an animated picture can have " +
                       groupedText(static_cast<std::int64_t>(kMostPictures)) + ": write a video (.mp4 or .avi).");
}

void writeAnimation(const FilmPages& pages, double framesPerSecond, const fs::path& path, const Progress& progress) {
    std::vector<std::string> frames;
    pages.forEach(progress, [&](const std::vector<std::byte>& png) {
        frames.emplace_back(reinterpret_cast<const char*>(png.data()), png.size());
    });
    writeFileAtomically(path, animatedPng(frames, static_cast<int>(std::lround(1000 / framesPerSecond))));
}

// Removes what is not yet whole.
class Beside {
public:
    explicit Beside(const fs::path& path)
        : m_path(path.parent_path() / ("." + path.stem().string() + ".tmp" + endingOf(path))) {}
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;
    ~Beside() {
        std::error_code ignored;
        fs::remove(m_path, ignored);
    }

    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

std::unique_ptr<VideoFile> openOrAdvise(const fs::path& path, const VideoSettings& settings) {
    try {
        return openVideo(path, settings);
    } catch (const Error& fault) {
        throw Error("The video cannot be written: " + std::string(fault.what()) +
                    ". An animated picture works everywhere: let the name end in .png or .apng.");
    }
}

void writeVideo(const FilmPages& pages, double framesPerSecond, const fs::path& path, const Progress& progress) {
    const Beside beside(path);
    writeFileAtomically(beside.path(), "");  // tells why if nothing can be written there
    std::unique_ptr<VideoFile> video =
        openOrAdvise(beside.path(), {framesPerSecond, pages.size().width, pages.size().height});
    pages.forEach(progress, [&](const std::vector<std::byte>& png) {
        video->add(decodeImage({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()}));
    });
    video.reset();
    std::error_code fault;
    if (fs::file_size(beside.path(), fault) == 0 || fault)
        throw Error("The video " + path.string() + " could not be written: is the disk full?");
    fs::rename(beside.path(), path, fault);
    if (fault) throwSystemFault("Cannot write", path, fault.value());
}

}  // namespace

const std::vector<std::string>& filmEndings() {
    static const std::vector<std::string> endings = {".png", ".apng", ".mp4", ".avi"};
    return endings;
}

void checkFilmOutput(const fs::path& path) {
    const auto& known = filmEndings();
    if (std::find(known.begin(), known.end(), endingOf(path)) != known.end()) return;
    throw InvalidInput("A film cannot be written as " + path.string() +
                       ": choose a name that ends in .png or .apng (animated pictures), .mp4 or .avi (videos).");
}

void writeFilm(const Film& film, const FilmLook& look, double framesPerSecond, const fs::path& path,
               const Progress& progress) {
    checkFilmOutput(path);
    const bool video = isVideo(endingOf(path));
    if (!video) requireShort(film);
    const FilmPages pages(film, look);
    (video ? writeVideo : writeAnimation)(pages, framesPerSecond, path, progress);
}

}  // namespace vit
