// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/import. What the steps from common names to the engine's weights (steps.h) share: what is known, the arrays
// that no step has taken yet, and what came of those that one has.
#pragma once

#include "core/base/error.h"
#include "core/base/float_array.h"
#include "core/config/config.h"
#include "core/import/family.h"
#include "core/import/imported_model.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vit {

struct Assembly {
    const SourceFacts facts;
    const ImportHints& hints;

    Config config;         // of the hints at first; the sizes of the model as they are found
    CommonWeights common;  // not yet taken; what is left at the end has no place
    std::map<std::string, FloatArray> weights = {};  // with the engine's names and layouts
    std::vector<std::string> notes = {};             // sentences for whoever asked for the import
    Issues questions = {};                           // what only a person can tell
    std::int64_t channels = 3;
    std::int64_t classes = 0;
    bool headless = false;  // the file tells no classes apart

    bool isAssigned(const char* key) const { return hints.assigned.contains(key); }
    std::vector<std::string> givenClassNames() const;  // the data set's or the hints' own; empty: nobody named them

    // Of arrays not yet taken.
    bool has(const std::string& name) const { return common.contains(name); }
    // Refuses the model if there is none of that name, or it has another number of axes or one of no length.
    const std::vector<std::int64_t>& shapeOf(const std::string& name, std::size_t axes) const;

    // Reads an array, which is then no longer there. All but takeOrZeros() refuse the model if there is none of that name.
    FloatArray take(const std::string& name);
    FloatArray takeAs(const std::string& name, std::vector<std::int64_t> shape);  // refuses another number of values, too
    FloatArray takeOrZeros(const std::string& name, std::int64_t size);           // a bias that may be left out, [size]

    void keep(const std::string& name, FloatArray array) { weights[name] = std::move(array); }
    void move(const std::string& name) { keep(name, take(name)); }
    void movePair(const std::string& from, const std::string& to);  // weight and bias
    void movePair(const std::string& name) { movePair(name, name); }

    void note(const std::string& sentence) { notes.push_back(sentence); }
    void ask(const char* key, const std::string& sentence) { questions.push_back({key, sentence}); }
};

// Throws InvalidInput: "These are no weights of a Vision Transformer that this program knows: " and the reason.
[[noreturn]] void refuseModel(const std::string& reason);

FloatArray zeros(std::vector<std::int64_t> shape);
FloatArray joined(const std::vector<FloatArray>& parts);  // behind one another along the first axis; at least one

}  // namespace vit
