// SPDX-License-Identifier: GPL-3.0-or-later
// What a model says of every image of a split, for an evaluation.
#pragma once

#include "core/data/dataset.h"
#include "core/evaluation/evaluation.h"
#include "core/evaluation/image_answers.h"
#include "core/inspect/loaded_model.h"

namespace vit {

// In the view's order. Throws InvalidInput when its classes are not the model's, and Cancelled when `progress` says so.
ImageAnswers answersOf(LoadedModel& model, const DatasetView& view, const LoadedModel::Progress& progress = {});

// Whose answers these are, and where and how they are computed.
EvaluationSubject subjectOf(LoadedModel& model, const DatasetView& view);

}  // namespace vit
