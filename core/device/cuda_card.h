// SPDX-License-Identifier: GPL-3.0-or-later
// A graphics card as NVIDIA's driver describes it. libtorch tells a card's name and capability only to programs that are
// compiled with the CUDA toolkit's headers; the driver's library is there wherever a card can be used.
#pragma once

#include "core/device/device.h"

#include <cstddef>
#include <optional>
#include <string>

namespace vit {

struct CudaCard {
    std::string name;        // "NVIDIA GeForce RTX 2080"
    double memoryBytes = 0;  // all that the card has
    int capabilityMajor = 0;
    int capabilityMinor = 0;
};

// The functions of the driver's library that are asked, as its ABI has them; all return 0 if all went well. The last one may
// be null.
struct CudaDriver {
    int (*init)(unsigned flags);
    int (*getDevice)(int* device, int ordinal);
    int (*getName)(char* name, int size, int device);
    int (*getMemory)(std::size_t* bytes, int device);
    int (*getAttribute)(int* value, int attribute, int device);
    int (*getUuid)(char* sixteenBytes, int device);
};

// None where there is no driver, or one that lacks a function.
std::optional<CudaDriver> loadCudaDriver();

// None if there is no such card or the driver refuses an answer.
std::optional<CudaCard> describeCard(const CudaDriver& driver, int ordinal);

// Sixteen bytes by which a card is told from all others, those of other computers too. Empty if the driver refuses them.
std::string cardIdentity(const CudaDriver& driver, int ordinal);

// A card of which nothing is known has no memory (0 bytes) and no bf16 arithmetic.
DeviceInfo deviceInfo(const std::optional<CudaCard>& card);

}  // namespace vit
