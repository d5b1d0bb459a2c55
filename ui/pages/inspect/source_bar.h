// SPDX-License-Identifier: GPL-3.0-or-later
// The page's top row: whether a photo or the data set is looked at, and the controls of either.
#pragma once

#include <QWidget>

class QPushButton;

namespace vit::ui {

class DatasetPicker;
class Segments;

class SourceBar : public QWidget {
    Q_OBJECT

public:
    enum class Source { Photo, Dataset };

    explicit SourceBar(QWidget* parent = nullptr);

    Source source() const;
    void setSource(Source source);
    DatasetPicker* picker() const { return m_picker; }

Q_SIGNALS:
    void sourceChanged();
    void openRequested();
    void pasteRequested();

private:
    void showSource();

    Segments* m_sources;
    QPushButton* m_open;
    QPushButton* m_paste;
    DatasetPicker* m_picker;
};

}  // namespace vit::ui
