// SPDX-License-Identifier: GPL-3.0-or-later
// The message of the exception that a piece of code throws.
#pragma once

#include <QString>

namespace vit::test {

// Empty if `body` throws no Exception; anything else that it throws goes through and fails the test.
template <class Exception, class Body>
QString thrown(Body&& body) {
    try {
        body();
    } catch (const Exception& fault) {
        return QString::fromStdString(fault.what());
    }
    return {};
}

}  // namespace vit::test
