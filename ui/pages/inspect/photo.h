// SPDX-License-Identifier: GPL-3.0-or-later
// A picture that is being looked at, in the forms in which the page needs it.
#pragma once

#include "core/data/images/image.h"

#include <QByteArray>
#include <QImage>
#include <QString>

#include <memory>

namespace vit::ui {

struct Photo {
    std::shared_ptr<const Image> image;
    QImage full;       // shares the image's pixels
    QImage preview;    // at most kPreviewSide a side: what is painted while the whole photo is in view
    QString title;     // file name, or where it comes from
    QString path;      // empty if it is no file
    QString trueClass; // empty if not known

    explicit operator bool() const { return image != nullptr; }
};

inline constexpr int kPreviewSide = 1600;

// Slow for large pictures: not for the GUI thread. Throw vit::Error in words that can be shown.
Photo loadPhoto(const QString& path);  // with what keepPhoto() has written into it
// Writes a picture that is no file as one, with its title and true class; gives its path. Makes the folder if need be.
QString keepPhoto(const Photo& photo, const QString& folder);
Photo photoFromQImage(const QImage& image, const QString& title);

// For pictures of any origin that are in memory already.
Photo photoFromImage(std::shared_ptr<const Image> image, const QString& title, const QString& trueClass = {});

}  // namespace vit::ui
