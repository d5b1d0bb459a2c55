// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the data sets that are known by name.
#include "core/data/store/known_data.h"

#include "core/data/sources/synthetic.h"

#include <algorithm>

namespace vit {

namespace {

std::vector<KnownData> makeTable() {
    const SyntheticOptions shapes;
    std::vector<KnownData> table;
    table.push_back({.name = "synthetic-shapes",
                     .title = "Synthetic shapes",
                     .description = "Ten coloured shapes on textured grounds, 32 × 32 RGB, drawn on this computer: "
                                    "6,000 images to train, 1,000 to test. Needs no download.",
                     .kind = DataKind::Synthetic,
                     .counts = {shapes.train, shapes.test, static_cast<std::int64_t>(syntheticClassNames().size())}});
    table.push_back({.name = "cifar-10",
                     .title = "CIFAR-10",
                     .description = "Small photos of 10 kinds of animals and vehicles, 32 × 32 RGB: 50,000 images to "
                                    "train, 10,000 to test.",
                     .kind = DataKind::Cifar10,
                     .counts = {50'000, 10'000, 10},
                     .download = Download{.url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                                          .checksum = {ChecksumKind::Md5, "c32a1d4ab5d03f1284b67883e8d87530"},
                                          .bytes = 170'052'171}});
    table.push_back({.name = "cifar-100",
                     .title = "CIFAR-100",
                     .description = "Small photos of 100 kinds of things, 32 × 32 RGB: 50,000 images to train, 10,000 "
                                    "to test. The data of the published example.",
                     .kind = DataKind::Cifar100,
                     .counts = {50'000, 10'000, 100},
                     .download = Download{.url = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
                                          .checksum = {ChecksumKind::Md5, "03b5dce01913d631647c71ecec9e9cb8"},
                                          .bytes = 168'513'733}});
    table.push_back({.name = "mnist",
                     .title = "MNIST",
                     .description = "Handwritten digits, 28 × 28 grey: 60,000 images to train, 10,000 to test.",
                     .kind = DataKind::Idx,
                     .counts = {60'000, 10'000, 10},
                     .channels = 1,
                     .classNames = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                     .firstLabels = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}});
    table.push_back({.name = "fashion-mnist",
                     .title = "Fashion-MNIST",
                     .description = "Pieces of clothing, 28 × 28 grey: 60,000 images to train, 10,000 to test.",
                     .kind = DataKind::Idx,
                     .counts = {60'000, 10'000, 10},
                     .channels = 1,
                     .classNames = {"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
                                    "bag", "ankle boot"},
                     .firstLabels = {9, 0, 0, 3, 0, 2, 7, 2, 5, 5}});
    return table;
}

}  // namespace

const std::vector<KnownData>& knownData() {
    static const std::vector<KnownData> kTable = makeTable();
    return kTable;
}

const KnownData* findKnownData(std::string_view name) {
    const std::vector<KnownData>& table = knownData();
    const auto found =
        std::find_if(table.begin(), table.end(), [name](const KnownData& data) { return data.name == name; });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace vit
