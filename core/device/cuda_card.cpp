// SPDX-License-Identifier: GPL-3.0-or-later
// Asks libcuda.so.1, which is opened when it is needed.
#include "core/device/cuda_card.h"

#include <array>

#include <dlfcn.h>

namespace vit {

namespace {

constexpr int kCapabilityMajor = 75;  // of CUdevice_attribute
constexpr int kCapabilityMinor = 76;
constexpr int kAmpere = 8;  // older cards only emulate bf16, slower than fp32

template <typename Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

}  // namespace

std::optional<CudaDriver> loadCudaDriver() {
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);  // for as long as the program runs
    if (library == nullptr) return std::nullopt;
    CudaDriver driver{};
    const bool whole = find(library, "cuInit", driver.init) && find(library, "cuDeviceGet", driver.getDevice) &&
                       find(library, "cuDeviceGetName", driver.getName) &&
                       find(library, "cuDeviceTotalMem_v2", driver.getMemory) &&
                       find(library, "cuDeviceGetAttribute", driver.getAttribute);
    // The first name is the older one, which newer drivers need not have.
    static_cast<void>(find(library, "cuDeviceGetUuid", driver.getUuid) ||
                      find(library, "cuDeviceGetUuid_v2", driver.getUuid));
    return whole ? std::optional(driver) : std::nullopt;
}

std::optional<CudaCard> describeCard(const CudaDriver& driver, int ordinal) {
    int device = 0;
    std::array<char, 256> name{};
    std::size_t bytes = 0;
    CudaCard card;
    const bool answered = driver.init(0) == 0 && driver.getDevice(&device, ordinal) == 0 &&
                          driver.getName(name.data(), static_cast<int>(name.size()) - 1, device) == 0 &&
                          driver.getMemory(&bytes, device) == 0 &&
                          driver.getAttribute(&card.capabilityMajor, kCapabilityMajor, device) == 0 &&
                          driver.getAttribute(&card.capabilityMinor, kCapabilityMinor, device) == 0;
    if (!answered) return std::nullopt;
    card.name = name.data();
    card.memoryBytes = static_cast<double>(bytes);
    return card;
}

std::string cardIdentity(const CudaDriver& driver, int ordinal) {
    int device = 0;
    std::array<char, 16> bytes{};
    const bool answered = driver.getUuid != nullptr && driver.init(0) == 0 &&
                          driver.getDevice(&device, ordinal) == 0 &&
                          driver.getUuid(bytes.data(), device) == 0;
    return answered ? std::string(bytes.begin(), bytes.end()) : std::string();
}

DeviceInfo deviceInfo(const std::optional<CudaCard>& card) {
    if (!card) return {DeviceChoice::Cuda, "CUDA device 0", 0, false};
    return {DeviceChoice::Cuda, card->name, card->memoryBytes, card->capabilityMajor >= kAmpere};
}

}  // namespace vit
