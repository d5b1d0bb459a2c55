// SPDX-License-Identifier: GPL-3.0-or-later
// Which bytes are UTF-8, how others are shown, and that JSON takes them all.
#include "core/base/json_text.h"
#include "core/base/utf8.h"

#include <QTest>

using namespace vit;

class TestUtf8 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bytes_data();
    void bytes();
    void faultsAreInOwnWords();
};

void TestUtf8::bytes_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("escaped");  // as the text if it is UTF-8
    const auto good = [](const char* name, const QByteArray& text) { QTest::newRow(name) << text << text; };
    const auto bad = [](const char* name, const QByteArray& text, const QByteArray& escaped) {
        QTest::newRow(name) << text << escaped;
    };
    good("empty", "");
    good("ASCII", "cat");
    good("two bytes", "caf\xC3\xA9");
    good("three bytes", "\xE9\xB3\xA5");
    good("four bytes", "\xF0\x9F\x90\x88");
    good("the last letter", "\xF4\x8F\xBF\xBF");
    bad("Latin-1 at the end", "caf\xE9", "caf\\xE9");
    bad("Latin-1 before a letter", "\xE9t\xC3\xA9", "\\xE9t\xC3\xA9");
    bad("cut off", "a\xE9\xB3", "a\\xE9\\xB3");
    bad("a continuation alone", "\x80", "\\x80");
    bad("overlong slash", "\xC0\xAF", "\\xC0\\xAF");
    bad("overlong in three", "\xE0\x9F\xBF", "\\xE0\\x9F\\xBF");
    bad("a surrogate", "\xED\xA0\x80", "\\xED\\xA0\\x80");
    bad("above the last letter", "\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");
}

void TestUtf8::bytes() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, escaped);
    QCOMPARE(isUtf8(text.toStdString()), text == escaped);
    QCOMPARE(QByteArray::fromStdString(escapedUtf8(text.toStdString())), escaped);
    const std::string json = jsonText(nlohmann::json(text.toStdString()));
    QVERIFY(isUtf8(json));
    if (text == escaped) QCOMPARE(nlohmann::json::parse(json).get<std::string>(), text.toStdString());
}

void TestUtf8::faultsAreInOwnWords() {
    const auto said = [](const std::string& text, auto use) {
        try {
            use(nlohmann::json::parse(text));
        } catch (const nlohmann::json::exception& fault) {
            return QString::fromStdString(jsonFault(fault));
        }
        return QString();
    };
    const auto nothing = [](const nlohmann::json&) {};
    QVERIFY(said("{\n 1", nothing).startsWith("line 2, column 2"));
    QCOMPARE(said("1e999", nothing), QString("the number 1e999 is too large"));
    QCOMPARE(said("{}", [](const nlohmann::json& json) { json.at("mean"); }), QString("the entry \"mean\" is missing"));
    QCOMPARE(said("5", [](const nlohmann::json& json) { json.get<std::string>(); }),
             QString("an entry is of the wrong kind"));
}

QTEST_GUILESS_MAIN(TestUtf8)
#include "test_utf8.moc"
