// SPDX-License-Identifier: GPL-3.0-or-later
// Recording and playing by libtorch's CUDAGraph, or the refusal of a build without the toolkit's headers.
#include "core/train/step_graph.h"

#if VIT_CUDA_GRAPHS
#include "core/train/recording.h"

#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>

#include <vector>
#endif

namespace vit {

#if VIT_CUDA_GRAPHS

namespace {

class Graph : public at::cuda::CUDAGraph {
public:
    void begin() {
        capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        m_begun = true;
    }

    // CUDA refuses to end a recording that something unfit for it has spoilt; capture_end() then leaves the allocator
    // serving a recording that there is no more, and the pool, as large as a step, with nobody to give it back.
    void endAllocations() {
        if (!m_begun) return;
        capture_ended_ = true;  // so that reset() gives the pool back
        c10::cuda::CUDACachingAllocator::endAllocateToPool(capture_dev_, mempool_id_);
    }

private:
    bool m_begun = false;
};

}  // namespace

struct StepGraph::Recording {
    Graph graph;
    PreparedBatch inputs;   // the graph reads them where they lie
    torch::Tensor metrics;  // and writes to these
    std::vector<torch::Tensor> parameters;
    std::vector<torch::Tensor> gradients;
};

bool StepGraph::isPossible(torch::Device device) { return device.is_cuda(); }

StepGraph::StepGraph(const torch::nn::Module& network, const PreparedBatch& example, const Work& work)
    : m_recording(std::make_unique<Recording>()) {
    Recording& r = *m_recording;
    r.inputs = {example.images.clone(), example.labels.clone()};
    r.parameters = network.parameters();
    constexpr int kWarmUp = 3;
    torch::cuda::synchronize();
    {
        // The default stream cannot be recorded. Not by CUDA's own guard, which would have to be linked with its
        // run-time.
        const c10::impl::VirtualGuardImpl device(c10::DeviceType::CUDA);
        const c10::StreamGuard guard(device.getStreamFromGlobalPool(device.getDevice()));
        for (int i = 0; i < kWarmUp; ++i) work(r.inputs);
        // Gradients that are not there yet are made, by the recording, in the graph's own memory, which cannot use what
        // the allocator has kept of the steps before: without giving that back a step would have to fit in twice.
        const auto forgetGradients = [&r] {
            for (torch::Tensor& parameter : r.parameters) parameter.mutable_grad().reset();
        };
        forgetGradients();
        torch::cuda::synchronize();
        c10::cuda::CUDACachingAllocator::emptyCache();
        at::Generator generator = at::globalContext().defaultGenerator(device.getDevice());
        const at::Generator asBefore = generator.clone();
        // After a failure the generator would take itself to be recording still, and refuse to draw.
        recordBetween([&r] { r.graph.begin(); }, [&] { r.metrics = work(r.inputs); }, [&r] { r.graph.capture_end(); },
                      {[&r] { r.graph.capture_end(); }, [&r] { r.graph.endAllocations(); },
                       [&] { generator.graphsafe_set_state(asBefore); }, forgetGradients});
    }
    torch::cuda::synchronize();
    for (const torch::Tensor& parameter : r.parameters) r.gradients.push_back(parameter.grad());
}

torch::Tensor StepGraph::replay(const PreparedBatch& batch) {
    Recording& r = *m_recording;
    r.inputs.images.copy_(batch.images);
    r.inputs.labels.copy_(batch.labels);
    r.graph.replay();
    // A step that was not a recorded one has put others there.
    for (std::size_t i = 0; i < r.parameters.size(); ++i) r.parameters[i].mutable_grad() = r.gradients[i];
    return r.metrics.clone();
}

#else

struct StepGraph::Recording {};

bool StepGraph::isPossible(torch::Device) { return false; }

StepGraph::StepGraph(const torch::nn::Module&, const PreparedBatch&, const Work&) {
    TORCH_CHECK(false, "this program was built without the CUDA toolkit's headers");
}

torch::Tensor StepGraph::replay(const PreparedBatch&) { return {}; }

#endif

StepGraph::~StepGraph() = default;

}  // namespace vit
