// SPDX-License-Identifier: GPL-3.0-or-later
// What the checks share: the device, small models and data, and the way back of what the device has computed. Internal
// to this room, as it knows tensors.
#pragma once

#include "core/check/check.h"
#include "core/data/dataset.h"
#include "core/device/device.h"
#include "core/model/classifier.h"

#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vit {

// What one check has found. A check may find several things, and tells them apart by `of`.
struct Finding {
    CheckState state = CheckState::Held;
    std::string measured;
    std::string allowed;
    std::string of;
};
using Findings = std::vector<Finding>;

Finding within(double difference, double allowed, const std::string& where = "");  // ≤; NaN fails
Finding between(double value, double least, double most);
Finding told(const std::string& measured);
Finding skipped(const std::string& why);

class CheckBench {
public:
    CheckBench(const DeviceSelection& selection, Progress progress);

    const DeviceSelection& selection() const { return m_selection; }
    torch::Device device() const { return m_device; }
    bool isCpu() const { return m_device.is_cpu(); }

    // Whatever a check judges of what the device has computed goes through one of these, on its way to the CPU; of a
    // check that is to fail it comes out falsified.
    torch::Tensor back(const torch::Tensor& computed) const;  // float64, or int64 as it was
    double back(double computed) const { return m_spoils ? 1e3 * computed + 1e3 : computed; }
    void setSpoils(bool spoils) { m_spoils = spoils; }

    // Within a check that takes long; throws Cancelled when the user has had enough.
    void goOn() const { report(m_progress, m_what, m_done, m_total); }
    void setStage(const std::string& what, std::int64_t done, std::int64_t total);

    // The published model, and one as small as a model can be and still have every part.
    Config published() const;
    Config small() const;
    // With nothing drawn at random, so that two devices must agree.
    static Config withoutDropout(Config config);

    // With weights that all differ from 0, the same on each device. The second one: plain layers in double precision on
    // the CPU, what all else is held against; ask its network, not itself.
    std::shared_ptr<Classifier> model(const Config& config, std::int64_t classes, bool bfloat16 = false) const;
    std::shared_ptr<Classifier> reference(const Config& config, std::int64_t classes) const;

    static constexpr std::int64_t kClasses = 3;  // of made-up images
    // Noise, a little brighter the higher the class; the same each time.
    static std::shared_ptr<const Dataset> images(std::int64_t train, std::int64_t test, int side,
                                                 std::int64_t classes = kClasses);
    static DataDescription described(int side, std::int64_t classes);

private:
    DeviceSelection m_selection;
    torch::Device m_device;
    Progress m_progress;
    bool m_spoils = false;
    std::string m_what;
    std::int64_t m_done = 0;
    std::int64_t m_total = 0;
};

// A new check is a function and its row in a table, and the table's name in check_table.cpp.
struct Check {
    const char* key;   // its group, a dot, its name
    const char* what;
    bool speed;        // left out when only results are asked for
    Findings (*run)(CheckBench& bench);
};

// The largest of several figures; one that is no number stays.
struct Worst {
    double value = 0;
    std::string where;

    void see(double found, const std::string& place = {}) {
        if (std::isnan(value) || found <= value) return;
        value = found;
        where = place;
    }
};

// ‖a - b‖ / ‖b‖ over all elements; infinite where b is 0 and a is not.
double relativeDifference(const torch::Tensor& a, const torch::Tensor& b);

// All of a network's parameters one after the other, float64 on the CPU.
torch::Tensor flatWeights(const torch::nn::Module& network);

// Normalised pictures [B, C, S, S] and labels [B] on the CPU, the same for the same number.
torch::Tensor madeUpBatch(const Config& config, std::int64_t images, std::uint64_t number);
torch::Tensor madeUpLabels(std::int64_t images, std::int64_t classes);

}  // namespace vit
