// SPDX-License-Identifier: GPL-3.0-or-later
// The models asked last, in that order.
#include "core/session/model_shelf.h"

#include "core/runs/run_files.h"

#include <algorithm>
#include <system_error>

namespace vit {

LoadedModel& ModelShelf::model(const ModelChoice& choice) {
    const std::string name = choice.epoch > 0 ? run_files::weightsOf(choice.epoch) : run_files::kBestWeights;
    std::error_code missing;  // is told when it is opened
    const auto written = std::filesystem::last_write_time(choice.run / name, missing);
    m_places.remove_if([&](const Place& known) { return known.choice == choice && known.written != written; });
    const auto place = std::find_if(m_places.begin(), m_places.end(),
                                    [&](const Place& known) { return known.choice == choice; });
    if (place != m_places.end()) {
        m_places.splice(m_places.begin(), m_places, place);
        return m_places.front().model;
    }
    if (m_places.size() == kMost) m_places.pop_back();
    m_places.push_front(
        {choice, written, LoadedModel::open(choice.run, DeviceChoice::Cpu, Precision::Float32, choice.epoch)});
    return m_places.front().model;
}

}  // namespace vit
