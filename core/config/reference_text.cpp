// SPDX-License-Identifier: GPL-3.0-or-later
// The printed reference of all hyperparameters.
#include "core/config/schema.h"

#include <algorithm>
#include <sstream>

namespace vit {

namespace {

constexpr std::size_t kWidth = 100;

// The text in lines of at most kWidth letters, each after `indent` blanks.
std::string wrapped(const std::string& text, std::size_t indent) {
    std::istringstream words(text);
    std::string result;
    std::string line;
    for (std::string word; words >> word;) {
        if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
            result += std::string(indent, ' ') + line + '\n';
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    return result + std::string(indent, ' ') + line + '\n';
}

std::string fieldText(const Field& field, const Config& defaults) {
    const std::string value = toText(field, field.get(defaults));
    std::string text = "  " + field.key + " = " + (value.empty() ? "(empty)" : value) + '\n';
    text += wrapped(field.label + ". " + field.help + ' ' + onlyText(field), 6);
    if (field.choices.empty()) return text + wrapped("Takes " + rangeText(field) + ".", 6);

    std::size_t width = 0;
    for (const Choice& choice : field.choices) width = std::max(width, choice.value.size());
    for (const Choice& choice : field.choices) {
        std::string help = wrapped(choice.help, 8 + width + 2);
        text += help.replace(8, choice.value.size(), choice.value);
    }
    return text;
}

}  // namespace

std::string referenceText() {
    const Config defaults;
    std::string text = "Every hyperparameter with its default value.\n";
    for (const std::string& group : schemaGroups()) {
        text += '\n' + group + '\n';
        for (const Field& field : schema()) {
            if (field.group == group) text += fieldText(field, defaults);
        }
    }
    return text;
}

}  // namespace vit
