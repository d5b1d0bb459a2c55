// SPDX-License-Identifier: GPL-3.0-or-later
// Asks a session and waits for what it says.
#pragma once

#include "core/session/session.h"

#include <chrono>
#include <future>
#include <memory>

namespace vit::test {

// What `begin` hands to the handler that it is given; a default value if that takes longer than a minute.
template <typename Result, typename Begin>
Result awaited(Begin begin) {
    auto promise = std::make_shared<std::promise<Result>>();
    std::future<Result> future = promise->get_future();
    begin([promise](Result result) { promise->set_value(std::move(result)); });
    if (future.wait_for(std::chrono::minutes(1)) != std::future_status::ready) return {};
    return future.get();
}

template <typename Question>
auto ask(Session& session, Question question, const ModelChoice& choice = {}) {
    using Answer = std::invoke_result_t<Question&, LoadedModel&>;
    return awaited<Reply<Answer>>([&](auto handler) { session.ask(choice, question, handler); });
}

inline Reply<Prediction> predict(Session& session, std::shared_ptr<const Image> image, int top = 5,
                                 const ModelChoice& choice = {}) {
    return ask(
        session, [image, top](LoadedModel& model) { return model.predict(image ? *image : Image{}, top); }, choice);
}

inline ModelOpened openModel(Session& session, const std::filesystem::path& folder) {
    return awaited<ModelOpened>([&](auto handler) { session.openModel(folder, handler); });
}

inline RunEvaluated evaluate(Session& session, const std::filesystem::path& folder) {
    return awaited<RunEvaluated>([&](auto handler) { session.evaluate(folder, handler); });
}

}  // namespace vit::test
