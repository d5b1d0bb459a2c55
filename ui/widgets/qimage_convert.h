// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures between the engine's Image and Qt's QImage.
#pragma once

#include "core/data/images/image.h"

#include <QImage>

#include <memory>

namespace vit::ui {

// A copy that stands on its own. Grey stays grey.
QImage toQImage(const Image& image);

// The same pixels without a copy; the QImage keeps the image alive.
QImage shareAsQImage(std::shared_ptr<const Image> image);

// RGB; transparency is laid on white, as loadImage does.
Image fromQImage(const QImage& image);

}  // namespace vit::ui
