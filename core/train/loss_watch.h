// SPDX-License-Identifier: GPL-3.0-or-later
// Notices a training that is lost.
#pragma once

#include "core/base/error.h"

#include <cstdint>

namespace vit {

// The loss exploded or is no number.
class Diverged : public Error {
public:
    using Error::Error;
};

class LossWatch {
public:
    explicit LossWatch(std::int64_t classes);

    // A batch's mean loss after step number `step`. Throws Diverged, with advice, when it is no number or has been ten
    // times that of guessing for twenty steps in a row.
    void see(double loss, std::int64_t step);

private:
    double m_limit;
    int m_above = 0;
};

}  // namespace vit
