// SPDX-License-Identifier: GPL-3.0-or-later
// Writes HTML.
#include "core/export/html_page.h"

#include "core/base/markup.h"
#include "core/export/report_style.h"

namespace vit {

std::string tableRow(const std::string& heading, const std::string& value, const std::string& help) {
    return (help.empty() ? "<tr><th>" : "<tr><th title=\"" + escaped(help) + "\">") + escaped(heading) + "</th><td>" +
           escaped(value) + "</td></tr>\n";
}

std::string section(const std::string& title, const std::string& content) {
    return "<section>\n<h2>" + escaped(title) + "</h2>\n" + content + "</section>\n";
}

std::string htmlPage(const std::string& title, const std::string& sections) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           escaped(title) + "</title>\n<style>" + kReportStyle + "</style>\n</head>\n<body>\n<h1>" + escaped(title) +
           "</h1>\n" + sections + "<footer>ViT Workbench " VIT_VERSION "</footer>\n</body>\n</html>\n";
}

}  // namespace vit
