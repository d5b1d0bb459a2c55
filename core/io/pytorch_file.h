// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors out of files that torch.save() or torch.jit.save() wrote (.pth, .pt, .bin), without Python: such a file is a zip
// archive with a pickle, a small program that builds objects, and the tensors' bytes.
#pragma once

#include "core/io/safetensors.h"

#include <filesystem>

namespace vit {

// The state dict that the file holds: the file's dictionary itself or one within it under a usual name ("model",
// "state_dict", "teacher", …), or all tensors of a TorchScript module, such as OpenAI's CLIP. Names lose "module." and
// "backbone." where all have it. Of the pickle only what makes numbers, texts, lists, dictionaries and tensors is done;
// objects of any class are passed over, and nothing of theirs, nor of a TorchScript program, is ever run. Throws Error when
// the file cannot be read, DamagedWeights when it is not whole, claims more than it holds, is of a PyTorch before 1.6, or has
// no tensors.
TensorFile readPyTorchFile(const std::filesystem::path& path);

}  // namespace vit
