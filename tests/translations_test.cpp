// Japanese and English are equals: the two files say the same things with the same facts.
#include "sim/explain/catalog.h"
#include "sim/explain/language.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using sim::explain::arguments_of;
using sim::explain::Language;

bool has_japanese(std::string_view text)
{
    for (const char octet : text)
        if (static_cast<unsigned char>(octet) >= 0xe3) return true;
    return false;
}

} // namespace

TEST_SUITE("translations")
{
    TEST_CASE("both languages have the same texts")
    {
        CHECK(test::language("ja").keys() == test::language("en").keys());
    }

    TEST_CASE("each text names the same facts in both languages")
    {
        const Language ja = test::language("ja");
        const Language en = test::language("en");
        for (const std::string& key : ja.keys()) {
            CHECK_MESSAGE(arguments_of(ja.pattern(key)).value() ==
                              arguments_of(en.pattern(key)).value(),
                          key);
        }
    }

    TEST_CASE("no text is unused and none is missing")
    {
        const Language ja = test::language("ja");
        std::set<std::string> listed;
        for (const sim::explain::MessageGroup& group : sim::explain::catalog()) {
            for (const std::string& key : sim::explain::keys_of(group))
                CHECK_MESSAGE(listed.insert(key).second, "listed twice: " << key);
        }
        for (const std::string& key : ja.keys()) {
            const bool own = key.starts_with("cli.") || key.starts_with("gui.");
            if (!own) CHECK_MESSAGE(listed.contains(key), key);
        }
        for (const std::string& key : listed)
            CHECK_MESSAGE(ja.has(key), key);
    }

    TEST_CASE("one word for each thing")
    {
        const std::map<std::string, std::vector<std::string>> other_words{
            {"en", {"sign in", "sign-in", "signed in", "signing in", "Sign in", "Talk\""}},
            {"ja", {"あて先", "サインイン", "ちがい", "ちがう", "ことわ", "再試行", "途中の人"}}};
        for (const auto& language : other_words) {
            const std::string text =
                test::read_text_file(HIKYAKU_SOURCE_DIR "/assets/lang/" + language.first + ".toml");
            for (const std::string& word : language.second) {
                INFO(language.first, " ", word);
                CHECK(text.find(word) == std::string::npos);
            }
        }
    }

    TEST_CASE("no Japanese is left in an English text")
    {
        const Language en = test::language("en");
        for (const std::string& key : en.keys())
            CHECK_MESSAGE(!has_japanese(en.pattern(key)), key);
    }

    TEST_CASE("what beginners read is made of whole sentences, in Japanese in です・ます")
    {
        const Language ja = test::language("ja");
        const Language en = test::language("en");
        for (const std::string& key : ja.keys()) {
            if (!key.starts_with("event.") || key.ends_with(".expert")) continue;
            std::string_view text = ja.pattern(key);
            // A remark in brackets may stand between the sentence and its full stop, and the
            // meaning of an alert is a sentence of its own.
            if (text.ends_with("{meaning}"))
                text.remove_suffix(std::string_view{"{meaning}"}.size());
            CHECK_MESSAGE(text.ends_with("。"), key);
            text.remove_suffix(std::min(text.size(), std::string_view{"。"}.size()));
            if (text.ends_with("）")) text = text.substr(0, text.rfind("（"));
            bool polite = false;
            for (const std::string_view ending :
                 {"です", "ます", "ました", "ません", "ませんでした", "でした", "ください"})
                polite = polite || text.ends_with(ending);
            CHECK_MESSAGE(polite, key << ": " << text);
            const std::string_view english = en.pattern(key);
            CHECK_MESSAGE((english.ends_with('.') || english.ends_with('?') ||
                           english.ends_with(')') || english.ends_with("{meaning}")),
                          key << ": " << english);
        }
    }
}
