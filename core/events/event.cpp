// SPDX-License-Identifier: GPL-3.0-or-later
// An event as one line of text.
#include "core/events/event.h"

#include "core/base/json_text.h"
#include "core/events/event_json.h"

namespace vit {

std::string toJson(const Event& event) {
    // A text that is no UTF-8 (a file's name may be anything) is shown with a mark in place of the odd bytes.
    return jsonText(eventJson(event));
}

}  // namespace vit
