// SPDX-License-Identifier: GPL-3.0-or-later
// nlohmann's parser, with the one check added that it leaves out: doubled keys.
#include "core/io/strict_json.h"

#include "core/base/error.h"
#include "core/base/json_text.h"

#include <set>
#include <string>
#include <vector>

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

// Collects the keys of the objects that are open.
class DoubledKeys {
public:
    void see(Json::parse_event_t event, const Json& parsed) {
        if (event == Json::parse_event_t::object_start) m_open.emplace_back();
        if (event == Json::parse_event_t::object_end) m_open.pop_back();
        if (event != Json::parse_event_t::key) return;
        const auto& key = parsed.get_ref<const std::string&>();
        if (!m_open.back().insert(key).second) m_doubled = key;
    }
    const std::string& last() const { return m_doubled; }

private:
    std::vector<std::set<std::string>> m_open;
    std::string m_doubled;
};

}  // namespace

Json parseStrictJson(std::string_view text) {
    DoubledKeys keys;
    Json value;
    try {
        value = Json::parse(text, [&keys](int, Json::parse_event_t event, Json& parsed) {
            keys.see(event, parsed);
            return true;
        });
    } catch (const Json::exception& fault) {
        throw InvalidInput("This is not correct JSON: " + jsonFault(fault) + ".");
    }
    if (!keys.last().empty()) {
        throw InvalidInput("The key \"" + keys.last() + "\" is given twice in one object: keep one.");
    }
    return value;
}

}  // namespace vit
