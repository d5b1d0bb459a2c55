// SPDX-License-Identifier: GPL-3.0-or-later
// What a file of weights does not say and a person has to.
#pragma once

#include "core/base/error.h"
#include "core/data/channel_statistics.h"

#include <QDialog>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

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
    std::map<std::string, std::string> choices;  // of hyperparameters by their keys, "model.activation": "gelu"

    bool empty() const { return !heads && !imageSize && !statistics && choices.empty(); }
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
    std::vector<QComboBox*> m_choices;  // named by the hyperparameters' keys
    QSpinBox* m_imageWidth = nullptr;
    QComboBox* m_usual = nullptr;
    std::array<QLineEdit*, 2> m_statistics{};  // mean, deviation
    QPushButton* m_import = nullptr;

    void addChoice(QFormLayout* form, const Issue& question);
    void addStatistics(QFormLayout* form);
    void fillStatistics();
    void check();
    std::optional<std::array<double, 3>> numbersIn(const QLineEdit* line) const;
};

}  // namespace vit::ui
