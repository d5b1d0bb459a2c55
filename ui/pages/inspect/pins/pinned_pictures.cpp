// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of pictures and their answers.
#include "ui/pages/inspect/pins/pinned_pictures.h"

#include "core/session/session.h"
#include "ui/look/format.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kSmallSide = 128;  // sharp on dense screens too

QImage smallOf(const Photo& photo) {
    const QImage& image = photo.preview;
    // A tiny picture keeps its pixels: they are what the model sees.
    if (image.width() <= kSmallSide && image.height() <= kSmallSide) return image;
    return image.scaled(kSmallSide, kSmallSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

bool samePicture(const Photo& a, const Photo& b) {
    if (!a.image || !b.image) return false;
    return a.image == b.image || *a.image == *b.image;
}

}  // namespace

PinnedPictures::PinnedPictures(QObject* parent) : QAbstractListModel(parent) {}

int PinnedPictures::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

bool PinnedPictures::full() const { return m_rows.size() >= kMostProbes; }

QVariant PinnedPictures::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const bool answered = row.answer && !row.answer->top.empty();
    switch (role) {
        case Qt::DisplayRole: return row.photo.title;
        case Qt::DecorationRole: return row.small;
        case Qt::ToolTipRole:
        case Qt::AccessibleDescriptionRole: return toolTip(row);
        case TopClassRole: return answered ? QString::fromStdString(row.answer->top.front().name) : QString();
        case ProbabilityRole: return answered ? percentText(row.answer->top.front().probability) : QString();
        case ProblemRole: return row.problem;
        default: return {};
    }
}

QString PinnedPictures::toolTip(const Row& row) const {
    if (!row.problem.isEmpty()) return row.photo.title + '\n' + row.problem;
    QStringList lines{row.photo.title};
    if (!row.photo.trueClass.isEmpty()) lines << tr("True class: %1").arg(row.photo.trueClass);
    if (row.answer) {
        for (const ClassProbability& entry : row.answer->top)
            lines << QString::fromStdString(entry.name) + ": " + percentText(entry.probability);
    }
    return lines.join('\n');
}

int PinnedPictures::rowOf(const Photo& photo) const {
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [&](const Row& row) { return samePicture(row.photo, photo); });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int PinnedPictures::rowWith(const QString& path) const {
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& row) { return row.photo.path == path; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

std::vector<std::shared_ptr<const Image>> PinnedPictures::images() const {
    std::vector<std::shared_ptr<const Image>> images;
    for (const Row& row : m_rows)
        if (row.photo) images.push_back(row.photo.image);
    return images;
}

QStringList PinnedPictures::paths() const {
    QStringList paths;
    for (const Row& row : m_rows)
        if (!row.photo.path.isEmpty()) paths << row.photo.path;
    return paths;
}

void PinnedPictures::setPath(const std::shared_ptr<const Image>& image, const QString& path) {
    for (Row& row : m_rows)
        if (row.photo.image == image) row.photo.path = path;
}

void PinnedPictures::append(Row row) {
    beginInsertRows({}, count(), count());
    m_rows.push_back(std::move(row));
    endInsertRows();
    Q_EMIT picturesChanged();
}

void PinnedPictures::pin(const Photo& photo) {
    if (!photo || rowOf(photo) >= 0) return;
    const int before = photo.path.isEmpty() ? -1 : rowWith(photo.path);
    if (before >= 0 && !m_rows[static_cast<std::size_t>(before)].photo) opened(photo);  // it was gone
    else if (!full()) append({photo, smallOf(photo)});
}

void PinnedPictures::unpin(int row) {
    if (row < 0 || row >= count()) return;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    Q_EMIT picturesChanged();
}

void PinnedPictures::clear() {
    beginResetModel();
    m_rows.clear();
    endResetModel();
    Q_EMIT picturesChanged();
}

void PinnedPictures::expect(const QString& path) {
    if (full() || rowWith(path) >= 0) return;
    Row row;
    row.photo.path = path;
    row.photo.title = QFileInfo(path).fileName();
    append(std::move(row));
}

void PinnedPictures::opened(const Photo& photo) {
    const int row = rowWith(photo.path);
    if (row < 0) return;
    m_rows[static_cast<std::size_t>(row)] = {photo, smallOf(photo)};
    changed(row);
    Q_EMIT picturesChanged();
}

void PinnedPictures::failed(const QString& path, const QString& problem) {
    const int row = rowWith(path);
    if (row < 0) return;
    m_rows[static_cast<std::size_t>(row)].problem = problem;
    changed(row);
}

void PinnedPictures::setAnswer(const std::shared_ptr<const Image>& image, const std::optional<Prediction>& answer) {
    for (int row = 0; row < count(); ++row) {
        Row& pinned = m_rows[static_cast<std::size_t>(row)];
        if (pinned.photo.image != image) continue;
        pinned.answer = answer;
        changed(row);
    }
}

void PinnedPictures::changed(int row) { Q_EMIT dataChanged(index(row), index(row)); }

}  // namespace vit::ui
