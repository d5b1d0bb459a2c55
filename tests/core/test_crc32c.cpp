// SPDX-License-Identifier: GPL-3.0-or-later
// The checksum of event files and weights against its published values.
#include "core/io/crc32c.h"

#include <QTest>

#include <cstddef>
#include <string>

using namespace vit;

class TestCrc32c : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void checksumIsCastagnolis();
};

void TestCrc32c::checksumIsCastagnolis() {
    QCOMPARE(crc32c("123456789"), 0xe3069283u);
    QCOMPARE(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
    for (std::size_t first = 0; first <= 9; ++first) {  // in parts
        const std::string text = "123456789";
        QCOMPARE(crc32c(text.substr(first), crc32c(text.substr(0, first))), 0xe3069283u);
    }
}

QTEST_GUILESS_MAIN(TestCrc32c)
#include "test_crc32c.moc"
