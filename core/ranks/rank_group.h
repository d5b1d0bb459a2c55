// SPDX-License-Identifier: GPL-3.0-or-later
// The processes that train one model together, and what they tell each other.
#pragma once

#include "core/base/error.h"
#include "core/ranks/launch.h"
#include "core/ranks/rank_slice.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace at {
class Tensor;
}

namespace vit {

// Another rank has ended, hangs or cannot be reached. No rank can go on then.
class RankLost : public Error {
public:
    using Error::Error;
};

// By libtorch's c10d over Gloo, and over NCCL what lies on graphics cards, where it can be. Every rank makes the same calls
// in the same order; each waits for all others, at most for the patience that the group was made with, and throws RankLost
// when one of them is gone. One thread at a time.
class RankGroup {
public:
    // Waits until all are there. Throws RankLost when they do not come, InvalidInput when they run different versions of
    // the program or of libtorch.
    RankGroup(const Launch& launch, std::chrono::seconds patience);
    ~RankGroup();

    const Launch& launch() const { return m_launch; }
    int rank() const { return m_launch.rank; }
    int ranks() const { return m_launch.ranks; }
    // Rank 0 decides, keeps the run, and tells of it.
    bool leads() const { return rank() == 0; }
    RankSlice slice() const { return {rank(), ranks()}; }

    // Tensors on graphics cards go from card to card from here on, if the build has NCCL and each rank a card of its own,
    // which is the current device. Until then, and else, they go through the computer's memory. `card`: sixteen bytes by
    // which this rank's is told from all others; empty where it has none. What they go over now, in words: "NCCL", "Gloo,
    // through the computer's memory: the program was built without NCCL".
    std::string useCard(const std::string& card);

    // Adds up a tensor of all ranks, in place, of any device; each gets the same bits. On a graphics card it may still have
    // to be waited for, like all that is computed there.
    void sum(at::Tensor& tensor);
    // Makes a tensor that of rank 0, in place.
    void share(at::Tensor& tensor);
    // Rank 0's text.
    std::string share(const std::string& text);
    // The smallest number of any rank.
    int least(int number);
    // Returns when all have called it.
    void meet();

    // A text by which a rank 0 that is started again after a fault finds what the one before it has left. Nothing where
    // the launcher keeps no store.
    void leaveBehind(const std::string& text);
    std::optional<std::string> leftBehind() const;

private:
    struct Connections;
    Launch m_launch;
    std::chrono::seconds m_patience;
    std::unique_ptr<Connections> m_connections;

    template <typename Call>
    void call(Call call);
    std::string problemOfCards(const std::string& card);
    std::string problemOfNccl();
};

}  // namespace vit
