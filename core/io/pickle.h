// SPDX-License-Identifier: GPL-3.0-or-later
// Python's pickle format (https://peps.python.org/pep-0307/), as far as plain values go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vit {

// What a pickle makes. A class is a name and nothing more; what is made of it is a Made with its arguments.
struct PickleValue {
    enum class Kind { None, Bool, Integer, Real, Text, List, Dictionary, Class, Made, Persistent };

    Kind kind = Kind::None;
    std::int64_t integer = 0;                    // also of a Bool
    double real = 0;
    std::string text;                            // of a Class "module name", of a Made that of its class
    std::vector<PickleValue*> items;             // of a List or tuple, the arguments of a Made, what a Persistent names
    std::vector<std::pair<PickleValue*, PickleValue*>> entries;  // of a Dictionary, and of a Made that is one

    // The value of that text, or null.
    const PickleValue* find(const std::string& key) const;
};

// Values may refer to each other in circles: they live as long as this does.
class Pickle {
public:
    // Throws Error when the bytes are no pickle, end too soon or do something that plain values have no need of.
    explicit Pickle(std::span<const std::byte> bytes);
    const PickleValue& root() const { return *m_root; }

private:
    std::deque<PickleValue> m_values;
    const PickleValue* m_root = nullptr;

    friend class PickleMachine;
};

}  // namespace vit
