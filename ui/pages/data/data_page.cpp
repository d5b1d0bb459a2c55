// SPDX-License-Identifier: GPL-3.0-or-later
// Wires the data store's slow calls to the page: each runs as a job, with its progress and its fault in the banner.
#include "ui/pages/data/data_page.h"

#include "ui/bridge/prompts.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/data/data_bar.h"
#include "ui/pages/data/dataset_browser.h"
#include "ui/pages/data/dataset_loader.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"

#include <QDir>
#include <QFileInfo>
#include <QPushButton>
#include <QRegularExpression>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

namespace vit::ui {

namespace {

constexpr int kConfigDelayMs = 300;  // while a value is typed, nothing is opened for each digit of it

QString describe(const Dataset& dataset) {
    const Dataset::Shape& shape = dataset.shape();
    const QString facts = DataPage::tr("%1 classes · %2 × %3 px, %4")
                              .arg(dataset.classes())
                              .arg(shape.width)
                              .arg(shape.height)
                              .arg(shape.channels == 1 ? DataPage::tr("grey") : DataPage::tr("RGB"));
    if (dataset.validationCount() == 0) return facts;
    return DataPage::tr("%1 · %2 validation images of its own").arg(facts, withThousands(dataset.validationCount()));
}

}  // namespace

QString suggestedDatasetName(const QString& path, const std::vector<DataInfo>& infos) {
    const QString stem = QFileInfo(QDir::cleanPath(path)).fileName().toLower();
    QString known;
    for (const DataInfo& info : infos) {
        const QString name = QString::fromStdString(info.name);
        if (!info.available && stem.startsWith(name) && name.size() > known.size()) known = name;
    }
    if (!known.isEmpty()) return known;
    QString name = stem;
    name.remove(QRegularExpression("\\.(tar(\\.\\w+)?|tgz|txz|zip)$"));
    name.replace(QRegularExpression("[^a-z0-9]+"), "-");
    name.remove(QRegularExpression("^-+|-+$"));
    return name.isEmpty() ? QStringLiteral("my-images") : name;
}

DataPage::DataPage(std::shared_ptr<DataStore> store, Prompts& prompts, QWidget* parent)
    : QWidget(parent), m_store(std::move(store)), m_prompts(prompts), m_loader(new DatasetLoader(m_store, this)) {
    m_bar = new DataBar(this);
    m_banner = new Banner(this);
    m_banner->setObjectName("dataBanner");
    m_empty = new EmptyState("data", {}, {}, this);
    m_empty->setObjectName("dataEmpty");
    m_browser = new DatasetBrowser(this);
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName("dataStack");
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_browser);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpaceLarge);
    layout->setSpacing(kSpace + kSpaceSmall);
    layout->addWidget(m_bar);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    m_configDelay.setSingleShot(true);
    m_configDelay.setInterval(kConfigDelayMs);
    connectParts();
}

void DataPage::connectParts() {
    connect(m_bar, &DataBar::chosen, this, &DataPage::showChosen);
    connect(m_bar, &DataBar::useRequested, this, &DataPage::datasetChosen);
    connect(m_bar, &DataBar::downloadRequested, this, &DataPage::download);
    connect(m_bar, &DataBar::removeRequested, this, &DataPage::remove);
    connect(m_bar, &DataBar::addFolderRequested, this, [this] {
        addFrom(m_prompts.openFolder(this, tr("Folder with a folder of images for each class"), QDir::homePath()));
    });
    connect(m_bar, &DataBar::addArchiveRequested, this, [this] {
        addFrom(m_prompts.openFile(this, tr("Archive with a folder of images for each class"), QDir::homePath(),
                                   tr("Archives (*.tar *.tar.* *.tgz *.txz *.zip);;All files (*)")));
    });

    connect(&m_configDelay, &QTimer::timeout, this, &DataPage::showChosen);
    connect(&m_listing, &Job::failed, m_banner, &Banner::showError);
    connect(&m_change, &Job::progressed, m_banner, &Banner::showProgress);
    connect(&m_change, &Job::failed, m_banner, &Banner::showError);
    connect(&m_change, &Job::cancelled, m_banner, &Banner::clear);
    connect(&m_change, &Job::ended, this, [this] {
        m_bar->setBusy(false);
        refresh();
    });

    connect(m_loader, &DatasetLoader::progressed, m_banner, &Banner::showProgress);
    connect(m_loader, &DatasetLoader::loaded, this, &DataPage::showLoaded);
    connect(m_loader, &DatasetLoader::failed, this, [this](const QString& problem) {
        m_banner->showError(problem);
        showProblem(tr("This data set could not be opened"), tr("Choose another one, or add it anew."));
    });
    connect(m_banner, &Banner::cancelRequested, this, [this] {
        m_change.cancel();
        m_loader->cancel();
    });
    connect(m_browser, &DatasetBrowser::imageChosen, this, &DataPage::imageChosen);
    connect(m_browser, &DatasetBrowser::failed, m_banner, &Banner::showError);
}

void DataPage::setConfig(const vit::Config& config) {
    const QString name = QString::fromStdString(config.data.name);
    const bool anotherName = !m_config || m_config->data.name != config.data.name;
    const bool anotherSize = !m_config || m_config->model.inputSize() != config.model.inputSize();
    m_config = config;
    m_browser->setConfig(config);
    m_bar->setExperimentData(name);
    if (anotherName) m_bar->choose(name);
    if (anotherSize) m_configDelay.start();
}

void DataPage::showEvent(QShowEvent*) { refresh(); }

void DataPage::refresh() {
    m_listing.run([store = m_store](const Progress&) { return store->list(); },
                  [this](std::vector<DataInfo> infos) { m_bar->setInfos(std::move(infos)); });
}

void DataPage::showChosen() {
    const std::optional<DataInfo> info = m_bar->current();
    if (!info || !m_config || !isVisible()) return;
    if (info->available) {
        const QString name = QString::fromStdString(info->name);
        m_loader->load(name, m_config->model.inputSize());
        if (m_loader->dataset()) showLoaded();
        else showProblem(tr("Opening %1…").arg(QString::fromStdString(info->title)), {});
        return;
    }
    m_loader->forget();
    clearLoading();
    showProblem(tr("%1 is not on this computer yet").arg(QString::fromStdString(info->title)),
                info->downloadable ? tr("Download it, or add it from a folder or an archive that you have.")
                                   : tr("Add it from a folder or an archive that you have."));
}

// A change that is under way goes on telling how far it is.
void DataPage::clearLoading() {
    if (!m_change.running()) m_banner->clearProgress();
}

void DataPage::showLoaded() {
    clearLoading();
    m_bar->setFacts(describe(*m_loader->dataset()));
    m_browser->setDataset(m_loader->dataset());
    m_stack->setCurrentWidget(m_browser);
}

void DataPage::showProblem(const QString& title, const QString& text) {
    m_bar->setFacts({});
    m_browser->setDataset(nullptr);
    m_empty->setTitle(title);
    m_empty->setText(text);
    m_stack->setCurrentWidget(m_empty);
}

void DataPage::addFrom(const QString& path) {
    if (path.isEmpty()) return;
    const QString name = m_prompts.askText(this, tr("Add a data set"), tr("Name of the data set"),
                                           suggestedDatasetName(path, m_bar->infos()));
    if (name.isEmpty()) return;
    change(tr("Adding %1").arg(name), [name, path](DataStore& store, const Progress& progress) {
        return QString::fromStdString(store.add(name.toStdString(), path.toStdString(), progress).name);
    });
}

void DataPage::download(const QString& name) {
    change(tr("Downloading %1").arg(name), [name](DataStore& store, const Progress& progress) {
        return QString::fromStdString(store.download(name.toStdString(), progress).name);
    });
}

void DataPage::remove(const QString& name) {
    const auto info = m_bar->current();
    if (!info) return;
    const QString text = tr("Its files in %1 are deleted. Runs that were trained with it are kept.")
                             .arg(QString::fromStdString(info->folder.string()));
    if (!m_prompts.confirm(this, tr("Remove %1?").arg(QString::fromStdString(info->title)), text, tr("Remove"),
                           tr("Keep it")))
        return;
    change(tr("Removing %1").arg(name), [name](DataStore& store, const Progress&) {
        store.remove(name.toStdString());
        return QString();
    });
}

void DataPage::change(const QString& what, std::function<QString(DataStore&, const Progress&)> work) {
    m_bar->setBusy(true);
    m_banner->showProgress(what);
    m_change.run([store = m_store, work = std::move(work)](const Progress& progress) { return work(*store, progress); },
                 [this](const QString& name) {
                     m_banner->clear();
                     m_loader->forget();  // the same name may stand for other images now
                     if (!name.isEmpty()) m_bar->choose(name);
                     Q_EMIT datasetsChanged();
                 });
}

}  // namespace vit::ui
