// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/import/imported_model.h"

#include "core/config/schema.h"

namespace vit {

Config configOfHints(const ImportHints& hints) {
    Config config = hints.config;
    config.model = {};
    for (const std::string& key : hints.assigned)
        if (const Field* field = findField(key); field != nullptr && key.starts_with("model."))
            field->set(config, field->get(hints.config));
    return config;
}

}  // namespace vit
