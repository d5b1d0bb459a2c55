// SPDX-License-Identifier: GPL-3.0-or-later
// The facts that follow from the experiment as it is being edited.
#pragma once

#include "core/config/derived.h"

#include <QWidget>

#include <optional>

class QGridLayout;
class QLabel;

namespace vit::ui {

class DerivedPanel : public QWidget {
    Q_OBJECT

public:
    explicit DerivedPanel(QWidget* parent = nullptr);

    // `input` is missing when the data set's classes are not known: parameters, work and memory then cannot be told.
    // A configuration with problems shows what can still be told.
    void showFacts(const Config& config, const std::optional<vit::ModelInput>& input, bool valid);
    void showEpochSeconds(std::optional<double> seconds);  // nothing: not known

private:
    QLabel* addFact(QGridLayout* grid, int cell, const QString& name, const QString& label, const QString& help);

    QLabel* m_patches;
    QLabel* m_elements;
    QLabel* m_parameters;
    QLabel* m_flops;
    QLabel* m_memory;
    QLabel* m_epoch;
};

}  // namespace vit::ui
