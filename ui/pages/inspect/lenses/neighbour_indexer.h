// SPDX-License-Identifier: GPL-3.0-or-later
// Looks through the images of a split for the lens of neighbours: opens the data set, then asks for some images at a
// time, so that a training goes on and others are answered in between, and Cancel is at once.
#pragma once

#include "core/config/config.h"
#include "core/inspect/neighbours.h"
#include "ui/bridge/session_bridge.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>

namespace vit {
class DataStore;
}

namespace vit::ui {

class DatasetLoader;

class NeighbourIndexer : public QObject {
    Q_OBJECT

public:
    NeighbourIndexer(SessionBridge& bridge, std::shared_ptr<DataStore> store, QObject* parent);

    // Of the model chosen, whose configuration is given, and its own data set. Ends as indexed() or failed().
    void start(const ModelChoice& choice, const Config& config, Split split);
    void cancel();  // nothing more is told
    bool running() const { return m_request != 0; }

Q_SIGNALS:
    void progressed(const QString& what, qint64 done, qint64 total);
    void indexed(std::shared_ptr<const vit::NeighbourIndex> index);
    void failed(const QString& problem);

private:
    struct Part {
        std::shared_ptr<NeighbourIndex> index;  // touched by the worker alone until it is whole
        std::int64_t done = 0;
        qint64 milliseconds = 0;
    };

    void begin();
    template <typename Question>
    void ask(Question question);
    void onPart(const Reply<Part>& reply);
    void fail(const QString& problem);

    SessionBridge& m_bridge;
    DatasetLoader* m_loader;
    ModelChoice m_choice;
    Config m_config;
    Split m_split = Split::Train;
    std::int64_t m_images = 0;    // asked for at a time
    std::uint64_t m_request = 0;  // 0 = nothing goes on
    std::uint64_t m_lastRequest = 0;
};

}  // namespace vit::ui
