// SPDX-License-Identifier: GPL-3.0-or-later
// The parts that every report is made of.
#pragma once

#include <string>

namespace vit {

// A table's row of a heading and a value, both as text; `help` is shown over the heading.
std::string tableRow(const std::string& heading, const std::string& value, const std::string& help = {});

// Under a heading; `content` is HTML.
std::string section(const std::string& title, const std::string& content);

// A page that needs nothing else: its title, as a heading too, the sections, and whose it is.
std::string htmlPage(const std::string& title, const std::string& sections);

}  // namespace vit
