// SPDX-License-Identifier: GPL-3.0-or-later
// The widget in which one hyperparameter is edited, chosen by its kind; the same interface, text, for all.
#pragma once

#include "core/config/schema.h"
#include "core/data/store/data_store.h"

#include <QObject>
#include <QString>

#include <vector>

class QWidget;

namespace vit::ui {

class FieldEditor : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    // Its objectName is the field's key.
    virtual QWidget* widget() const = 0;

    // As parseText() reads it: "0.001", "true", "128, 64", "flatten".
    virtual QString text() const = 0;
    virtual void setText(const QString& text) = 0;

    // The data sets to offer; of interest to data.name only.
    virtual void setDataSets(const std::vector<DataInfo>&) {}

Q_SIGNALS:
    void edited();  // by a person, not by setText()
};

// Owned by `parent`, as is its widget. `field` outlives it.
FieldEditor* makeFieldEditor(const Field& field, QWidget* parent);

}  // namespace vit::ui
