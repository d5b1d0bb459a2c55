// SPDX-License-Identifier: GPL-3.0-or-later
// The card in the middle of the Inspect page: the view of the lens that is looked through. The row of lenses stands above
// it and the lens's controls beside it, where the page puts them.
#pragma once

#include "ui/pages/inspect/lenses/lens_panel.h"

#include <QFrame>

#include <memory>
#include <vector>

class QStackedWidget;
class QToolButton;

namespace vit {
class DataStore;
}

namespace vit::ui {

class PatchDetails;
class PatchPanel;
class Prompts;
class Segments;

class LensDeck : public QFrame {
    Q_OBJECT

public:
    LensDeck(SessionBridge& bridge, std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent);

    PatchPanel* patches() const { return m_patches; }
    PatchDetails* patchDetails() const { return m_details; }
    QWidget* bar() const { return m_bar; }  // the row of lenses
    QWidget* controls() const;  // of the lens that is looked through: a stack that follows it

    void setImage(std::shared_ptr<const Image> image, const std::string& trueClass);  // empty: not known
    void setModel(const std::optional<Config>& config);  // of the model that is asked; none: there is no such model
    // Whether lenses look at the current model (the default) or at another one of the same kind, as at an earlier epoch.
    void setModelChoice(const ModelChoice& choice);
    void renew();  // the current model's weights have changed
    void holdScale(bool held);  // while one goes through epochs: colours go on meaning what they mean now
    bool busy() const;          // the lens that is looked through waits for an answer

Q_SIGNALS:
    void failed(const QString& problem);
    void exported(const QString& path);
    void imageChosen(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass);

private:
    template <class Panel, class... Parts>
    Panel* add(const char* name, const QString& text, const QString& tip, const Parts&... parts);
    void choose();
    void exportView();

    SessionBridge& m_bridge;
    Prompts& m_prompts;
    LensSubject m_subject;
    QWidget* m_bar;
    Segments* m_row;
    QToolButton* m_export;
    QStackedWidget* m_views;
    QStackedWidget* m_controls;
    PatchPanel* m_patches;
    PatchDetails* m_details;
    std::vector<LensPanel*> m_panels;  // by segment, after the patches
};

}  // namespace vit::ui
