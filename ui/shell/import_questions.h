// SPDX-License-Identifier: GPL-3.0-or-later
// What a file of weights does not say and a person has to.
#pragma once

#include "core/base/error.h"
#include "core/data/channel_statistics.h"

#include <QDialog>

#include <array>
#include <cstdint>
#include <optional>

class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace vit::ui {

struct ImportAnswers {
    std::optional<std::int64_t> heads;
    std::optional<std::int64_t> imageSize;   // the height where there is a width too
    std::optional<std::int64_t> imageWidth;  // of pictures that are not square
    std::optional<ChannelStatistics> statistics;

    bool empty() const { return !heads && !imageSize && !statistics; }
};

// Whether this dialog can ask for all of them.
bool canAsk(const Issues& questions);

class ImportQuestions : public QDialog {
    Q_OBJECT

public:
    ImportQuestions(const QString& file, const Issues& questions, QWidget* parent = nullptr);
    ImportAnswers answers() const;

private:
    QSpinBox* m_heads = nullptr;
    QSpinBox* m_imageSize = nullptr;
    QSpinBox* m_imageWidth = nullptr;
    QComboBox* m_usual = nullptr;
    std::array<QLineEdit*, 2> m_statistics{};  // mean, deviation
    QPushButton* m_import = nullptr;

    void addStatistics(QFormLayout* form);
    void fillStatistics();
    void check();
    std::optional<std::array<double, 3>> numbersIn(const QLineEdit* line) const;
};

}  // namespace vit::ui
