// SPDX-License-Identifier: GPL-3.0-or-later
// Enlarged patch and table of its elements.
#include "ui/pages/inspect/patch_details.h"

#include "ui/look/theme.h"
#include "ui/pages/inspect/image_view.h"
#include "ui/pages/inspect/patch_model.h"
#include "ui/widgets/qimage_convert.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kPreviewHeight = 96;

}  // namespace

PatchDetails::PatchDetails(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    m_title = new QLabel(this);
    m_title->setObjectName("patchTitle");
    m_title->setFont(titleFont());
    m_hint = new QLabel(tr("Click a patch, or walk through them with the arrow keys, to see its elements here."), this);
    m_hint->setWordWrap(true);
    setRole(m_hint, "muted");

    m_preview = new ImageView(this);
    m_preview->setObjectName("patchPreview");
    m_preview->setAccessibleName(tr("Selected patch, enlarged"));
    m_preview->setInteractive(false);
    m_preview->setPixelated(true);
    m_preview->setFixedHeight(kPreviewHeight);

    m_model = new PatchModel(this);
    m_table = new QTableView(this);
    m_table->setObjectName("patchTable");
    m_table->setAccessibleName(tr("Elements of the selected patch"));
    m_table->setToolTip(tr("Pixels in the order in which the model gets them; within each, R, G, B"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setIconSize({12, 12});
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpaceSmall);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(PatchModel::Row, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(PatchModel::Column, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setMinimumSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpace + kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addWidget(m_title);
    layout->addWidget(m_hint);
    layout->addWidget(m_preview);
    layout->addWidget(m_table, 1);
    layout->addStretch();
    showPatch({}, -1);
}

void PatchDetails::showPatch(const PatchGrid& grid, int index) {
    const bool there = index >= 0;
    m_title->setText(there ? tr("Patch %1").arg(index) : tr("Patch"));
    m_hint->setVisible(!there);
    m_preview->setVisible(there);
    m_table->setVisible(there);
    const Image patch = there ? grid.patch(index) : Image{};
    m_preview->setImage(toQImage(patch));
    m_model->setPatch(patch);
}

}  // namespace vit::ui
