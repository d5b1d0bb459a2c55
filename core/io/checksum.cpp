// SPDX-License-Identifier: GPL-3.0-or-later
// Checksums by OpenSSL.
#include "core/io/checksum.h"

#include "core/io/system_fault.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <system_error>
#include <vector>

namespace vit {

namespace {

std::string toHex(const unsigned char* bytes, unsigned count) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < count; ++i) {
        text += kDigits[bytes[i] >> 4];
        text += kDigits[bytes[i] & 15];
    }
    return text;
}

class Digest {
public:
    explicit Digest(ChecksumKind kind) : m_kind(kind) {
        if (EVP_DigestInit_ex(m_context.get(), kind == ChecksumKind::Md5 ? EVP_md5() : EVP_sha256(), nullptr) != 1)
            throw Error("OpenSSL on this computer does not offer this kind of sum.");
    }

    void add(const void* bytes, std::size_t count) { EVP_DigestUpdate(m_context.get(), bytes, count); }

    HashSum sum() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned length = 0;
        EVP_DigestFinal_ex(m_context.get(), digest.data(), &length);
        return {.kind = m_kind, .hex = toHex(digest.data(), length)};
    }

private:
    ChecksumKind m_kind;
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> m_context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

}  // namespace

HashSum checksumOf(std::span<const std::byte> bytes, ChecksumKind kind) {
    Digest digest(kind);
    digest.add(bytes.data(), bytes.size());
    return digest.sum();
}

HashSum checksumOf(const std::filesystem::path& path, ChecksumKind kind, const Progress& progress) {
    const auto fail = [&](const std::string& cause) {
        throw Error("Cannot check " + path.string() + ": " + cause + ".");
    };
    std::error_code failure;
    const auto total = static_cast<std::int64_t>(std::filesystem::file_size(path, failure));
    if (failure) fail(systemText(failure.value()));
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(std::generic_category().message(errno));

    Digest digest(kind);
    std::vector<char> block(std::size_t{1} << 20);
    for (std::int64_t done = 0; done < total;) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        const std::streamsize count = file.gcount();
        if (count == 0) fail("it cannot be read to its end");
        digest.add(block.data(), static_cast<std::size_t>(count));
        report(progress, "Checking " + path.filename().string(), done += count, total);
    }
    return digest.sum();
}

}  // namespace vit
