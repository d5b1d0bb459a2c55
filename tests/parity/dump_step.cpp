// SPDX-License-Identifier: GPL-3.0-or-later
// For compare_full.py: writes the logits, the loss and the gradient of every parameter that a run's best weights give
// for a batch. Not part of the default build: cmake --build --preset release --target parity_dump_step
//
//   parity_dump_step RUN_FOLDER BATCH.safetensors OUT.safetensors
// BATCH holds images (uint8 [B, H, W, 3]) and labels (int64 [B]). The run's dropout rates should be 0: the pass is one
// of training, so that the code that trains is what is compared.
#include "core/inspect/loaded_model.h"
#include "core/io/safetensors.h"
#include "core/model/classifier.h"
#include "core/model/weights.h"

#include <cstdio>
#include <exception>

namespace {

void dump(const char* run, const char* batchPath, const char* outPath) {
    vit::LoadedModel model = vit::LoadedModel::open(run);
    vit::Classifier& classifier = model.classifier();
    const vit::TensorFile batch = vit::readSafetensors(batchPath);
    const torch::Tensor images = vit::toTensor(batch.tensors.at("images"));
    const torch::Tensor labels = vit::toTensor(batch.tensors.at("labels"));

    const torch::Tensor prepared = classifier.pipeline().prepare(images);
    const torch::Tensor logits = classifier.logits(prepared, vit::ForwardMode{true, 1, 1});
    const torch::Tensor loss = torch::cross_entropy_loss(logits, labels);
    loss.backward();

    vit::TensorFile out;
    out.tensors["prepared"] = vit::toTensorData(prepared);
    out.tensors["logits"] = vit::toTensorData(logits);
    out.tensors["loss"] = vit::toTensorData(loss);
    for (const auto& parameter : classifier.network()->named_parameters())
        out.tensors["gradients/" + parameter.key()] = vit::toTensorData(parameter.value().grad());
    vit::writeSafetensors(outPath, out);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "Usage: %s RUN_FOLDER BATCH.safetensors OUT.safetensors\n", argv[0]);
        return 2;
    }
    try {
        dump(argv[1], argv[2], argv[3]);
        return 0;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "%s\n", fault.what());
        return 1;
    }
}
