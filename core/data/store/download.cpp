// SPDX-License-Identifier: GPL-3.0-or-later
// Downloads with libcurl.
#include "core/data/store/download.h"

#include "core/base/number_text.h"
#include "core/io/disk_space.h"
#include "core/io/file_lock.h"
#include "core/io/plain_file.h"
#include "core/io/system_fault.h"

#include <cerrno>
#include <cstdio>
#include <curl/curl.h>
#include <fcntl.h>
#include <memory>
#include <system_error>

namespace vit {

namespace {

std::int64_t sizeOrZero(const std::filesystem::path& file) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(file, missing);
    return missing ? 0 : static_cast<std::int64_t>(size);
}

void removeFile(const std::filesystem::path& file) {
    std::error_code failure;
    std::filesystem::remove(file, failure);
    if (failure) throwSystemFault("Cannot remove", file, failure.value());
}

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

File openForAppending(const std::filesystem::path& path) {
    File file(fdopen(openPlainFile(path, O_WRONLY | O_CREAT | O_APPEND), "ab"));
    if (!file) throwSystemFault("Cannot write", path, errno);
    return file;
}

// What one connection led to.
enum class Outcome { Complete, Broken, Unresumable };

// One connection, from where the partial file ends.
class Transfer {
public:
    Transfer(const Download& download, const std::filesystem::path& part, const Progress& progress)
        : m_download(download),
          m_part(part),
          m_progress(progress),
          m_start(sizeOrZero(part)),
          m_file(openForAppending(part)),
          m_curl(startCurl(), curl_easy_cleanup) {
        if (!m_curl) throw Error("libcurl cannot be started: there is not enough memory.");
    }

    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer() {
        std::error_code ignored;  // an empty file does no harm
        if (m_start + m_received == 0) std::filesystem::remove(m_part, ignored);
    }

    // Throws Error for what a second try would not mend, and Cancelled.
    Outcome run() {
        setOptions();
        const CURLcode result = curl_easy_perform(m_curl.get());
        if (m_fault) std::rethrow_exception(m_fault);
        if (m_writeError != 0) throwSystemFault("Cannot write", m_part, m_writeError);
        if (std::fflush(m_file.get()) != 0) throwSystemFault("Cannot write", m_part, errno);
        return judge(result);
    }

    std::string cause() const { return m_cause; }

private:
    static CURL* startCurl() {
        static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
        return kStarted == CURLE_OK ? curl_easy_init() : nullptr;
    }

    void setOptions() {
        CURL* curl = m_curl.get();
        curl_easy_setopt(curl, CURLOPT_URL, m_download.url.c_str());
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
        curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);  // or the server's page of excuses would land in the file
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "vit-workbench/" VIT_VERSION);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(m_download.stallSeconds));
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(m_download.stallSeconds));
        curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(m_start));
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, m_message);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::onData);
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Transfer::onProgress);
    }

    static std::size_t onData(const char* bytes, std::size_t, std::size_t count, void* self) {
        auto* transfer = static_cast<Transfer*>(self);
        const std::size_t written = std::fwrite(bytes, 1, count, transfer->m_file.get());
        if (written < count) transfer->m_writeError = errno;
        transfer->m_received += static_cast<std::int64_t>(written);
        return written;
    }

    // Exceptions must not pass through libcurl: they are kept and thrown on after it.
    static int onProgress(void* self, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
        auto* transfer = static_cast<Transfer*>(self);
        try {
            const std::int64_t done = transfer->m_start + transfer->m_received;
            const std::int64_t all = total > 0 ? transfer->m_start + total : transfer->m_download.bytes;
            report(transfer->m_progress, "Downloading " + transfer->m_part.stem().string(), done, all);
            return 0;
        } catch (...) {
            transfer->m_fault = std::current_exception();
            return 1;
        }
    }

    Outcome judge(CURLcode result) {
        long status = 0;
        curl_easy_getinfo(m_curl.get(), CURLINFO_RESPONSE_CODE, &status);
        constexpr long kRangeNotSatisfiable = 416;
        if (m_start > 0 && (result == CURLE_RANGE_ERROR || status == kRangeNotSatisfiable)) return Outcome::Unresumable;
        if (result == CURLE_OK) return Outcome::Complete;
        if (result == CURLE_HTTP_RETURNED_ERROR) throw Error(statusText(status));
        m_cause = m_message[0] != '\0' ? m_message : curl_easy_strerror(result);
        switch (result) {
            case CURLE_PARTIAL_FILE:
            case CURLE_RECV_ERROR:
            case CURLE_SEND_ERROR:
            case CURLE_GOT_NOTHING:
            case CURLE_HTTP2:
            case CURLE_HTTP2_STREAM:
            case CURLE_OPERATION_TIMEDOUT: return Outcome::Broken;
            default:
                throw Error("Cannot download " + m_download.url + ": " + m_cause +
                            ". Check the network and try again.");
        }
    }

    std::string statusText(long status) const {
        const std::string start = "Cannot download " + m_download.url + ": the server answers ";
        if (status == 404 || status == 410)
            return start + std::to_string(status) +
                   ", the file is not there. Add the data set from a file of your own.";
        if (status == 401 || status == 403 || status == 407)
            return start + std::to_string(status) + ", access is denied. Check whether a proxy is in the way.";
        if (status >= 500) return start + std::to_string(status) + ", it has a fault of its own. Try again later.";
        return start + std::to_string(status) + ". Try again later.";
    }

    const Download& m_download;
    const std::filesystem::path& m_part;
    const Progress& m_progress;
    std::int64_t m_start;
    std::int64_t m_received = 0;
    int m_writeError = 0;
    std::exception_ptr m_fault;
    std::string m_cause;
    char m_message[CURL_ERROR_SIZE] = "";
    File m_file;
    std::unique_ptr<CURL, void (*)(CURL*)> m_curl;
};

// Two at once would mix what they write into the partial file.
std::filesystem::path withLockName(const std::filesystem::path& target) {
    std::error_code failure;  // which the lock then tells
    std::filesystem::create_directories(target.parent_path(), failure);
    std::filesystem::path lock = target;
    return lock += ".lock";
}

// Connections until the partial file is complete.
void fetch(const Download& download, const std::filesystem::path& part, const Progress& progress) {
    while (download.bytes == 0 || sizeOrZero(part) != download.bytes) {
        if (download.bytes > 0 && sizeOrZero(part) > download.bytes) removeFile(part);
        const std::int64_t before = sizeOrZero(part);
        Transfer transfer(download, part, progress);
        switch (transfer.run()) {
            case Outcome::Complete: return;
            case Outcome::Unresumable: removeFile(part); continue;
            case Outcome::Broken: break;
        }
        if (sizeOrZero(part) <= before)
            throw Error("Cannot download " + download.url + ": " + transfer.cause() +
                        ". Check the network and try again; what has come so far is kept.");
    }
}

void moveFile(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code failure;
    std::filesystem::rename(from, to, failure);
    if (failure) throwSystemFault("Cannot write", to, failure.value());
}

}  // namespace

void downloadFile(const Download& download, const std::filesystem::path& target, const Progress& progress) {
    const FileLock lock(withLockName(target));
    if (lock.state() == FileLock::State::Taken)
        throw Error(target.filename().string() +
                    " is being downloaded by another window or command. Wait until it is done there.");
    if (std::filesystem::exists(target)) {
        if (checksumOf(target, download.checksum.kind, progress) == download.checksum) return;
        removeFile(target);
    }
    std::filesystem::path part = target;
    part += ".part";
    requireFreeSpace(target.parent_path(), download.bytes - sizeOrZero(part), "The download of " + download.url);
    const bool resumed = sizeOrZero(part) > 0;
    fetch(download, part, progress);
    HashSum found = checksumOf(part, download.checksum.kind, progress);
    if (found != download.checksum && resumed) {
        // The beginning may have come from another version of the file.
        removeFile(part);
        fetch(download, part, progress);
        found = checksumOf(part, download.checksum.kind, progress);
    }
    if (found != download.checksum) {
        const std::int64_t size = sizeOrZero(part);
        removeFile(part);
        throw Error("What came from " + download.url + " (" + groupedText(size) +
                    " bytes) is not the file that was expected: its checksum is " + found.hex + " instead of " +
                    download.checksum.hex + ". Try again; behind a proxy or a login page, use another network.");
    }
    moveFile(part, target);
}

}  // namespace vit
