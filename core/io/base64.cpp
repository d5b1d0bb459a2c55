// SPDX-License-Identifier: GPL-3.0-or-later
// OpenSSL does it.
#include "core/io/base64.h"

#include <openssl/evp.h>

namespace vit {

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and a final zero
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(text.ends_with('=')) -
                 static_cast<std::size_t>(text.ends_with("==")));
    // OpenSSL lets blanks around it pass, and padding that stands elsewhere.
    if (base64(bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace vit
