// SPDX-License-Identifier: GPL-3.0-or-later
// The largest difference of each stage from its reference, kept for the table at the end of a test program.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace vit::parity {

class Comparison {
public:
    // Whether the largest difference, divided by the reference's largest magnitude, is at most `tolerance`. Shapes must
    // agree. An all-zero reference is compared absolutely. A stage that is compared again keeps its largest difference.
    bool agrees(const std::string& stage, const torch::Tensor& ours, const torch::Tensor& reference, double tolerance);

    const char* problem() const { return m_problem.c_str(); }  // of the last comparison that failed

    // stage, largest difference, tolerance: on standard output.
    void print(const std::string& title) const;

private:
    struct Row {
        std::string stage;
        double difference;
        double tolerance;
    };
    std::vector<Row> m_rows;
    std::string m_problem;

    void keep(const Row& row);
};

}  // namespace vit::parity
