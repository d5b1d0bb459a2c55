// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/import_questions.h"

#include "core/config/schema.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <string_view>

namespace vit::ui {

namespace {

constexpr std::string_view kHeads = "model.heads", kImageSize = "model.image_size", kStatistics = "statistics";
constexpr std::array<std::string_view, 2> kChoices = {"model.activation", "model.norm_place"};
constexpr std::string_view kImageWidth = "model.image_width";
constexpr double kWhite = 255;

struct Usual {
    const char* title;
    const char* mean;
    const char* deviation;
};

constexpr std::array kUsual = {
    Usual{QT_TRANSLATE_NOOP("ImportQuestions", "One half: ViT, AugReg, SigLIP"), "0.5 0.5 0.5", "0.5 0.5 0.5"},
    Usual{QT_TRANSLATE_NOOP("ImportQuestions", "ImageNet's: DeiT, MAE, DINO"), "0.485 0.456 0.406", "0.229 0.224 0.225"},
    Usual{QT_TRANSLATE_NOOP("ImportQuestions", "CLIP's"), "0.48145466 0.4578275 0.40821073",
          "0.26862954 0.26130258 0.27577711"},
};

const Issue* questionOf(const Issues& questions, std::string_view key) {
    const auto found = std::find_if(questions.begin(), questions.end(), [&](const Issue& issue) { return issue.key == key; });
    return found == questions.end() ? nullptr : &*found;
}

// The hyperparameter that a question is about, if a person is to choose from what there is. Whatever else an issue is about
// is wrong, not asked for.
const Field* choiceOf(const Issue& question) {
    const bool asked = std::find(kChoices.begin(), kChoices.end(), question.key) != kChoices.end();
    return asked ? findField(question.key) : nullptr;
}

// The number with which a question's sentence ends.
int suggestion(const std::string& sentence, int otherwise) {
    const QRegularExpressionMatch match = QRegularExpression(QStringLiteral("(\\d+)\\.$")).match(QString::fromStdString(sentence));
    return match.hasMatch() ? match.captured(1).toInt() : otherwise;
}

QSpinBox* numberBox(const char* name, int least, int most, int value, const QString& help) {
    auto* box = new QSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setRange(least, most);
    box->setValue(value);
    box->setToolTip(help);
    return box;
}

}  // namespace

bool canAsk(const Issues& questions) {
    return !questions.empty() && std::all_of(questions.begin(), questions.end(), [](const Issue& issue) {
        return issue.key == kHeads || issue.key == kImageSize || issue.key == kImageWidth || issue.key == kStatistics ||
               choiceOf(issue) != nullptr;
    });
}

ImportQuestions::ImportQuestions(const QString& file, const Issues& questions, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Import weights"));
    auto* intro = new QLabel(tr("%1 holds weights alone, without a config.json beside it. What it does not say must come from "
                                "you; the page where you found the model has it.")
                                 .arg(QFileInfo(file).fileName()));
    intro->setWordWrap(true);
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    if (const Issue* issue = questionOf(questions, kHeads)) {
        m_heads = numberBox("heads", 1, 64, suggestion(issue->message, 12), tr("Usual is one for each 64 numbers of a token."));
        form->addRow(tr("Attention &heads"), m_heads);
    }
    if (const Issue* issue = questionOf(questions, kImageSize)) {
        m_imageSize = numberBox("imageSize", 8, 1024, suggestion(issue->message, 224),
                                tr("The width of the square that the model looks at."));
        m_imageSize->setSuffix(tr(" px"));
        form->addRow(tr("Image &size"), m_imageSize);
    }
    for (const Issue& question : questions) addChoice(form, question);
    if (questionOf(questions, kImageWidth) != nullptr) {  // of both sides, neither of which is known
        const QString help = tr("Of the pictures that the model was trained with; its positions are of no square.");
        m_imageSize = numberBox("imageSize", 8, 1024, 224, help);
        m_imageWidth = numberBox("imageWidth", 8, 1024, 384, help);
        for (QSpinBox* box : {m_imageSize, m_imageWidth}) box->setSuffix(tr(" px"));
        form->addRow(tr("Image &height"), m_imageSize);
        form->addRow(tr("Image &width"), m_imageWidth);
    }
    if (questionOf(questions, kStatistics) != nullptr) addStatistics(form);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_import = buttons->addButton(tr("Import"), QDialogButtonBox::AcceptRole);
    m_import->setDefault(true);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(16);
    layout->addWidget(intro);
    layout->addLayout(form);
    layout->addWidget(buttons);
    setMinimumWidth(480);
    check();
}

// Nothing is chosen at first: a wrong one would go unnoticed.
void ImportQuestions::addChoice(QFormLayout* form, const Issue& question) {
    const Field* field = choiceOf(question);
    if (field == nullptr) return;
    auto* box = new QComboBox;
    box->setObjectName(QString::fromStdString(field->key));
    for (const Choice& choice : field->choices)
        box->addItem(QString::fromStdString(choice.label), QString::fromStdString(choice.value));
    box->setPlaceholderText(tr("Choose one"));
    box->setCurrentIndex(-1);
    auto* about = new QLabel(QString::fromStdString(question.message));
    about->setWordWrap(true);
    form->addRow(QString::fromStdString(field->label), box);
    form->addRow(about);
    connect(box, &QComboBox::currentIndexChanged, this, &ImportQuestions::check);
    m_choices.push_back(box);
}

void ImportQuestions::addStatistics(QFormLayout* form) {
    m_usual = new QComboBox;
    m_usual->setObjectName(QStringLiteral("usual"));
    for (const Usual& usual : kUsual) m_usual->addItem(tr(usual.title));
    form->addRow(tr("&Normalisation"), m_usual);
    const std::array titles = {tr("&Mean"), tr("&Deviation")};
    const std::array names = {QStringLiteral("mean"), QStringLiteral("deviation")};
    for (std::size_t i = 0; i < m_statistics.size(); ++i) {
        m_statistics[i] = new QLineEdit;
        m_statistics[i]->setObjectName(names[i]);
        m_statistics[i]->setToolTip(tr("Of red, green and blue, pixels taken as 0 to 1: three numbers with spaces between them."));
        form->addRow(titles[i], m_statistics[i]);
        connect(m_statistics[i], &QLineEdit::textChanged, this, &ImportQuestions::check);
    }
    connect(m_usual, &QComboBox::activated, this, &ImportQuestions::fillStatistics);
    fillStatistics();
}

void ImportQuestions::fillStatistics() {
    const Usual& usual = kUsual[static_cast<std::size_t>(m_usual->currentIndex())];
    m_statistics[0]->setText(QLatin1String(usual.mean));
    m_statistics[1]->setText(QLatin1String(usual.deviation));
}

std::optional<std::array<double, 3>> ImportQuestions::numbersIn(const QLineEdit* line) const {
    const QStringList words = line->text().split(QRegularExpression(QStringLiteral("[\\s;]+")), Qt::SkipEmptyParts);
    std::array<double, 3> numbers{};
    if (words.size() != 3) return std::nullopt;
    for (int i = 0; i < 3; ++i) {
        bool good = false;
        numbers[static_cast<std::size_t>(i)] = kWhite * QLocale::c().toDouble(words[i], &good);
        const bool positive = line == m_statistics[0] || numbers[static_cast<std::size_t>(i)] > 0;
        if (!good || !positive || numbers[static_cast<std::size_t>(i)] > kWhite) return std::nullopt;
    }
    return numbers;
}

void ImportQuestions::check() {
    if (m_import == nullptr) return;
    const bool good = m_usual == nullptr || (numbersIn(m_statistics[0]) && numbersIn(m_statistics[1]));
    const bool chosen = std::all_of(m_choices.begin(), m_choices.end(), [](const QComboBox* box) {
        return box->currentIndex() >= 0;
    });
    m_import->setEnabled(good && chosen);
    m_import->setToolTip(!good     ? tr("Mean and deviation need three numbers each, from 0 to 1.")
                         : !chosen ? tr("Something is still to be chosen.")
                                   : QString());
}

ImportAnswers ImportQuestions::answers() const {
    ImportAnswers answers;
    if (m_heads != nullptr) answers.heads = m_heads->value();
    if (m_imageSize != nullptr) answers.imageSize = m_imageSize->value();
    for (const QComboBox* box : m_choices)
        if (box->currentIndex() >= 0)
            answers.choices[box->objectName().toStdString()] = box->currentData().toString().toStdString();
    if (m_imageWidth != nullptr) answers.imageWidth = m_imageWidth->value();
    if (m_usual == nullptr) return answers;
    const auto mean = numbersIn(m_statistics[0]), deviation = numbersIn(m_statistics[1]);
    if (mean && deviation) answers.statistics = ChannelStatistics{*mean, *deviation};
    return answers;
}

}  // namespace vit::ui
