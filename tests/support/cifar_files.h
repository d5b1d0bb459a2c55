// SPDX-License-Identifier: GPL-3.0-or-later
// Small data sets in CIFAR's binary layout.
#pragma once

#include "tests/support/files.h"

namespace vit::test {

// Each plane of image i is filled with one value: red i, green i + 1, blue i + 2; the first pixel is 100, 110, 120.
// The class is i % 3; CIFAR-100's coarse label, 7, must not be taken for it.
inline QByteArray cifarRecords(int count, int labelBytes, int first = 0) {
    QByteArray bytes;
    for (int i = first; i < first + count; ++i) {
        if (labelBytes == 2) bytes += char(7);
        bytes += char(i % 3);
        for (int c = 0; c < 3; ++c) {
            QByteArray plane(1024, char(i + c));
            plane[0] = char(100 + 10 * c);
            bytes += plane;
        }
    }
    return bytes;
}

inline void writeCifar100(const QString& folder, int train = 9, int test = 3) {
    writeFile(folder + "/train.bin", cifarRecords(train, 2));
    writeFile(folder + "/test.bin", cifarRecords(test, 2));
    writeFile(folder + "/fine_label_names.txt", "apple\nbear\r\nchair\n\n");
    writeFile(folder + "/coarse_label_names.txt", "anything\n");
}

inline void writeCifar10(const QString& folder, int batches = 5, int images = 2) {
    for (int b = 0; b < batches; ++b)
        writeFile(folder + QString("/data_batch_%1.bin").arg(b + 1), cifarRecords(images, 1, b * images));
    writeFile(folder + "/test_batch.bin", cifarRecords(2, 1));
    writeFile(folder + "/batches.meta.txt", "airplane\nautomobile\nbird\n\n");
}

}  // namespace vit::test
