// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing tensors and printing what came of it.
#include "tests/parity/comparison.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <sstream>

namespace vit::parity {

namespace {

double relativeDifference(const torch::Tensor& ours, const torch::Tensor& reference) {
    const torch::Tensor expected = reference.to(torch::kFloat64);
    const double largest = expected.abs().max().item<double>();
    const double difference = (ours.detach().to(torch::kFloat64) - expected).abs().max().item<double>();
    return largest > 0 ? difference / largest : difference;  // NaN stays NaN and fails every tolerance
}

}  // namespace

bool Comparison::agrees(const std::string& stage, const torch::Tensor& ours, const torch::Tensor& reference,
                        double tolerance) {
    std::ostringstream text;
    text << stage << ": ";
    if (ours.sizes() != reference.sizes()) {
        keep({stage, std::numeric_limits<double>::infinity(), tolerance});
        text << "shape " << ours.sizes() << " instead of " << reference.sizes();
        m_problem = text.str();
        return false;
    }
    const double difference = relativeDifference(ours, reference);
    keep({stage, difference, tolerance});
    if (difference <= tolerance) return true;
    text << "off by " << difference << ", allowed is " << tolerance;
    m_problem = text.str();
    return false;
}

void Comparison::keep(const Row& row) {
    const auto known = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& r) { return r.stage == row.stage; });
    if (known == m_rows.end())
        m_rows.push_back(row);
    else
        known->difference = std::max(known->difference, row.difference);
}

void Comparison::print(const std::string& title) const {
    std::printf("\n%-52s %18s %10s\n", title.c_str(), "largest difference", "tolerance");
    for (const Row& row : m_rows)
        std::printf("  %-50s %18.2e %10.0e\n", row.stage.c_str(), row.difference, row.tolerance);
    std::printf("\n");
    std::fflush(stdout);
}

}  // namespace vit::parity
