// SPDX-License-Identifier: GPL-3.0-or-later
// The page's top row: whether a photo or the data set is looked at, and the controls of either.
#pragma once

#include <QWidget>

class QPushButton;
class QToolButton;

namespace vit::ui {

class DatasetPicker;

class SourceBar : public QWidget {
    Q_OBJECT

public:
    enum class Source { Photo, Dataset };

    explicit SourceBar(QWidget* parent = nullptr);

    Source source() const { return m_source; }
    void setSource(Source source);
    DatasetPicker* picker() const { return m_picker; }

Q_SIGNALS:
    void sourceChanged();
    void openRequested();
    void pasteRequested();

private:
    QToolButton* addSegment(const char* name, const QString& text, const QString& tip, Source source);

    Source m_source = Source::Photo;
    QWidget* m_segments;
    QToolButton* m_photo;
    QToolButton* m_dataset;
    QPushButton* m_open;
    QPushButton* m_paste;
    DatasetPicker* m_picker;
};

}  // namespace vit::ui
