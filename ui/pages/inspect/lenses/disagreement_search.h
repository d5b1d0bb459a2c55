// SPDX-License-Identifier: GPL-3.0-or-later
// Looks for the first epoch at which two runs answer a picture differently: by what both have kept of it while it was
// pinned, else by the weights that both have kept, an epoch a question, so that nothing waits for long.
#pragma once

#include "core/data/images/image.h"
#include "core/inspect/comparison.h"
#include "ui/bridge/session_bridge.h"
#include "ui/widgets/job.h"

#include <QObject>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace vit::ui {

class DisagreementSearch : public QObject {
    Q_OBJECT

public:
    DisagreementSearch(SessionBridge& bridge, QObject* parent);

    // Ends as found() or failed(), unless another one is begun or it is cancelled. What was found last is told again at
    // once, unless something else is asked for.
    void start(const std::filesystem::path& first, const std::filesystem::path& second,
               std::shared_ptr<const Image> image);
    void cancel();

Q_SIGNALS:
    void progressed(qint64 done, qint64 total);
    void found(const vit::Disagreement& disagreement);  // compared = 0: nothing was kept by both
    void failed(const QString& problem);

private:
    void begin(const Disagreement& pinned);
    void askNext();
    void end();
    void onAnswer(const std::filesystem::path& run, const Reply<std::string>& reply);

    SessionBridge& m_bridge;
    Job m_reading;  // of what was kept
    std::filesystem::path m_first;
    std::filesystem::path m_second;
    std::shared_ptr<const Image> m_image;
    std::vector<std::int64_t> m_epochs;
    Disagreement m_found;
    bool m_going = false;
    bool m_known = false;  // m_found is the answer
    std::uint64_t m_request = 0;  // counts the searches
};

}  // namespace vit::ui
