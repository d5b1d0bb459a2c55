// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli runs: the runs on this computer.
#include "app/cli/chart.h"
#include "app/cli/commands.h"
#include "app/cli/run_argument.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/config/schema.h"
#include "core/runs/run_columns.h"
#include "core/runs/run_filter.h"
#include "core/runs/run_trash.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct ListOptions {
    std::string sort;
    bool ascending = false;
    std::string filter;
    std::vector<std::string> columns;
    bool json = false;
};

const RunColumn& columnNamed(const std::string& key) {
    if (const RunColumn* column = findRunColumn(key)) return *column;
    throw InvalidInput("\"" + key + "\" is no column. vit-cli runs columns shows those there are.");
}

std::vector<RunSummary> chosenRuns(const ListOptions& options) {
    std::vector<RunSummary> runs = RunStore().list();
    const RunFilter filter(options.filter);
    std::erase_if(runs, [&](const RunSummary& run) { return !filter.matches(run); });
    if (options.sort.empty()) return runs;
    const RunColumn& column = columnNamed(options.sort);
    std::stable_sort(runs.begin(), runs.end(), [&](const RunSummary& a, const RunSummary& b) {
        return options.ascending ? isBefore(column.get(a), column.get(b)) : isBefore(column.get(b), column.get(a));
    });
    return runs;
}

void listText(const ListOptions& options) {
    std::vector<const RunColumn*> columns;
    for (const std::string& key : options.columns) columns.push_back(&columnNamed(key));
    std::vector<std::vector<std::string>> rows(1);
    for (const RunColumn* column : columns) rows[0].push_back(column->label);
    for (const RunSummary& run : chosenRuns(options)) {
        auto& row = rows.emplace_back();
        for (const RunColumn* column : columns) {
            std::string cell = cellText(*column, run);
            std::replace(cell.begin(), cell.end(), '\n', ' ');
            row.push_back(cell.empty() ? "-" : cell);
        }
    }
    if (rows.size() > 1) std::cout << table(rows) << '\n';
    std::cout << "Runs lie in " << RunStore().folder().string() << '\n';
}

nlohmann::ordered_json jsonOf(const RunValue& value) {
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return nullptr;
}

void listJson(const ListOptions& options) {
    auto all = nlohmann::ordered_json::array();
    for (const RunSummary& run : chosenRuns(options)) {
        nlohmann::ordered_json json = {{"name", run.name},
                                       {"folder", run.folder.string()},
                                       {"created", run.created},
                                       {"state", stateOf(run)},
                                       {"notes", run.about.notes},
                                       {"tags", run.about.tags},
                                       {"epochs_done", run.epochsDone},
                                       {"best_validation_accuracy", run.bestValidationAccuracy},
                                       {"has_model", run.hasModel}};
        for (const RunColumn& column : runColumns()) {
            if (!column.isSetting() && !json.contains(column.key)) json[column.key] = jsonOf(column.get(run));
        }
        json["tags"] = run.about.tags;
        json["config"] = nlohmann::ordered_json::parse(toJson(run.config));
        all.push_back(std::move(json));
    }
    std::cout << jsonText(all, 2) << '\n';
}

void listColumns() {
    std::vector<std::vector<std::string>> rows = {{"Key", "Group", "What"}};
    for (const RunColumn& column : runColumns()) rows.push_back({column.key, column.group, column.label});
    std::cout << table(rows);
}

void show(const std::string& name) {
    const RunSummary run = findRun(name);
    std::vector<std::vector<std::string>> rows = {{"Run", run.name}, {"Folder", run.folder.string()}};
    for (const RunColumn& column : runColumns()) {
        const std::string cell = cellText(column, run);
        if (column.isSetting() || column.key == "name" || column.key == "notes" || cell.empty()) continue;
        rows.push_back({column.label, cell});
    }
    rows.push_back({"Data", run.config.data.name});
    rows.push_back({"Planned epochs", std::to_string(run.config.run.epochs)});
    std::cout << table(rows) << '\n';
    if (!run.about.notes.empty()) std::cout << run.about.notes << "\n\n";
    std::cout << runCharts(readCurves(run.folder));
}

void rename(const std::string& run, const std::string& name) {
    const RunSummary found = findRun(run);
    RunStore(found.folder.parent_path()).rename(found.folder, name);
    std::cout << found.name << " is now called " << name << '\n';
}

void note(const std::string& run, const std::string& text) {
    const RunSummary found = findRun(run);
    RunAbout about = found.about;
    about.notes = text;
    writeAbout(found.folder, about);
    std::cout << (text.empty() ? "Removed the notes of " : "Noted on ") << found.name << '\n';
}

void tag(const std::string& run, const std::vector<std::string>& tags, bool remove) {
    const RunSummary found = findRun(run);
    RunAbout about = found.about;
    std::string all = remove ? "" : tagsText(about.tags);
    for (const std::string& text : tags) {
        if (remove) std::erase(about.tags, text);
        else all += ',' + text;
    }
    if (!remove) about.tags = tagsFromText(all);
    writeAbout(found.folder, about);
    std::cout << found.name << (about.tags.empty() ? " has no tags" : ": " + tagsText(about.tags)) << '\n';
}

void deleteRuns(const std::vector<std::string>& names) {
    std::vector<RunSummary> runs;  // all are found before the first one goes
    for (const std::string& name : names) runs.push_back(findRun(name));
    for (const RunSummary& run : runs)
        std::cout << run.name << " is now in the trash: " << moveRunToTrash(run.folder).string() << '\n';
}

void addList(CLI::App& runs) {
    CLI::App* list = runs.add_subcommand("list", "List the runs, the newest first");
    auto options = std::make_shared<ListOptions>();
    options->columns = {"name", "created", "data.name", "epochs_done", "run.epochs", "best_accuracy", "test_accuracy",
                        "state", "tags"};
    list->add_option("--sort", options->sort, "Sort by a column (vit-cli runs columns), the largest first");
    list->add_flag("--ascending", options->ascending, "With --sort: the smallest first");
    list->add_option("--filter", options->filter,
                     "Words that must be found, and comparisons: \"baseline layers>=8 test_accuracy>50%\"");
    list->add_option("--columns", options->columns, "Which columns to show, separated by commas")->delimiter(',');
    list->add_flag("--json", options->json, "As JSON, with each run's results and configuration");
    list->callback([options] { options->json ? listJson(*options) : listText(*options); });
}

void addChanges(CLI::App& runs) {
    struct Words {
        std::string run;
        std::string text;
        std::vector<std::string> list;
        bool remove = false;
    };
    auto words = std::make_shared<Words>();
    CLI::App* renamed = runs.add_subcommand("rename", "Give a run another name");
    renamed->add_option("run", words->run, kRunHelp)->required();
    renamed->add_option("name", words->text, "The new name, which no other run may have")->required();
    renamed->callback([words] { rename(words->run, words->text); });

    CLI::App* noted = runs.add_subcommand("note", "Write notes on a run, in the place of those there are");
    noted->add_option("run", words->run, kRunHelp)->required();
    noted->add_option("text", words->text, "The notes; \"\" removes them")->required();
    noted->callback([words] { note(words->run, words->text); });

    CLI::App* tagged = runs.add_subcommand("tag", "Give a run tags, or take them away");
    tagged->add_option("run", words->run, kRunHelp)->required();
    tagged->add_option("tags", words->list, "The tags")->required();
    tagged->add_flag("--remove", words->remove, "Take these tags away");
    tagged->callback([words] { tag(words->run, words->list, words->remove); });

    CLI::App* deleted = runs.add_subcommand("delete", "Move runs to the desktop's trash");
    deleted->add_option("runs", words->list, "The runs' names or folders")->required();
    deleted->callback([words] { deleteRuns(words->list); });
}

}  // namespace

void addRunsCommand(CLI::App& app) {
    CLI::App* runs = app.add_subcommand("runs", "List, compare, name and delete runs, and show their curves");
    runs->require_subcommand(1);
    addList(*runs);
    runs->add_subcommand("columns", "Show what runs can be listed, sorted and filtered by")->callback(listColumns);

    CLI::App* shown = runs->add_subcommand("show", "Show how a run went: its results and its curves");
    auto name = std::make_shared<std::string>();
    shown->add_option("run", *name, kRunHelp);
    shown->callback([name] { show(*name); });
    addChanges(*runs);
}

}  // namespace vit::cli
