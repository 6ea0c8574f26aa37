// The story level: a world of its own, in which each lesson tells its own story and its own point.

#include "platform/files.h"
#include "platform/resources.h"
#include "sim/playback.h"
#include "sim/report/transcript.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sim;

namespace {

const std::filesystem::path here{HIKYAKU_SOURCE_DIR};

Playback played_lesson(const std::string& key)
{
    auto scenario = platform::load_scenario(*platform::find_scenario(here, key));
    REQUIRE(scenario.has_value());
    Plan plan;
    plan.scenario = std::make_shared<const scenario::Scenario>(std::move(*scenario));
    Playback playback{std::move(plan)};
    playback.to_end();
    return playback;
}

std::string story_of(const Playback& playback, const explain::Language& language)
{
    report::Source source{playback.trace(), *playback.plan().scenario, language};
    source.end = playback.trace().size();
    source.level = report::Level::story;
    source.columns = 100'000;
    std::string text;
    for (const report::TextLine& line : report::transcript(source)) {
        for (const report::Span& span : line.spans)
            text += span.text;
        text += '\n';
    }
    return text;
}

struct StoryPoints {
    std::string lesson;
    std::vector<std::string_view> ja;
    std::vector<std::string_view> en;
};

// What has to be heard of each lesson: what was sealed, who saw it, which gate, pass and crest.
std::vector<StoryPoints> points()
{
    return {
        {"path", {"町の受付", "棚に並べ", "受け箱"}, {"takes letters for", "shelf", "letter box"}},
        {"ports", {"578番の道", "だれもいません"}, {"road 578", "nobody is at the counter"}},
        {"open-relay", {"迷惑メールの送り手の飛脚", "25番の道"}, {"spammer", "road 25"}},
        {"op25b", {"25番の道", "よその町へ直接", "通さない"}, {"road 25", "another town"}},
        {"own-isp-25", {"町の飛脚問屋へ行く25番の道は通す"}, {"our own courier house may pass"}},
        {"fixed-ip", {"いつも同じ家に住む人は"}, {"always lives in the same house"}},
        {"plain-password", {"手形", "写し取られています"}, {"pass", "have copied it"}},
        {"submission-587",
         {"587番の道", "紋を見て", "箱の用意ができました", "封をした箱の中で"},
         {"road 587", "crest", "sealed boxes ready", "inside the sealed box"}},
        {"submissions-465", {"465番の道", "はじめから封をした箱"}, {"road 465", "sealed box"}},
        {"other-provider", {"手形", "差出人"}, {"pass", "sender"}},
        {"home-server", {"花子さんの家の飛脚所", "差出人に送り返します"}, {"courier room", "back"}},
        {"hotel", {"宿場の関所", "宿の客は、587番の道を"}, {"inn's gate", "no guest of the inn"}},
        {"firewall-587", {"この家からは、587番の道へ"}, {"nobody leaves this house"}},
        {"account-settings", {"箱の用意", "先に手形を見せて"}, {"boxes ready", "your pass first"}},
        {"starttls-stripped", {"塗りつぶし", "開けたまま"}, {"blotted out", "open"}},
        {"wrong-certificate", {"紋の名前が"}, {"name on the crest"}},
        {"auth-methods", {"手形そのものを見せずに"}, {"never showed it"}},
        {"oauth", {"手形", "期限が切れて"}, {"pass", "date"}},
        {"retry-and-bounce",
         {"門に「あとで」", "棚に戻しました"},
         {"door said \"later\"", "shelf"}},
        {"smuggling", {"手紙の途中の点", "新しい頼みごと"}, {"middle of the letter", "new orders"}},
        {"spam-flood",
         {"操られている家", "よその町へ直接", "決まりが変わりました"},
         {"bewitched house", "another town"}},
        {"greylisting",
         {"初めての方ですね", "門に「あとで」"},
         {"do not know you yet", "door said \"later\""}}};
}

} // namespace

TEST_SUITE("story")
{
    TEST_CASE("each lesson tells its point in the story, and no two tell the same")
    {
        for (const char* code : {"ja", "en"}) {
            const explain::Language language = test::language(code);
            std::map<std::string, std::string> told; // story -> lesson
            for (const StoryPoints& lesson : points()) {
                CAPTURE(lesson.lesson);
                const std::string story = story_of(played_lesson(lesson.lesson), language);
                CAPTURE(story);
                const bool japanese = code == std::string_view{"ja"};
                for (const std::string_view words : japanese ? lesson.ja : lesson.en)
                    CHECK_MESSAGE(story.find(words) != std::string::npos, words);
                CHECK_MESSAGE(told.emplace(story, lesson.lesson).second, told[story]);
            }
            CHECK(told.size() == platform::lesson_files(here).size());
        }
    }

    TEST_CASE("the story has names of its own for every host and every rule")
    {
        for (const auto& file : platform::lesson_files(here)) {
            CAPTURE(file.string());
            const auto scenario = platform::load_scenario(file.string());
            REQUIRE(scenario.has_value());
            for (const scenario::Host& host : scenario->hosts) {
                CAPTURE(host.key);
                CHECK_FALSE(host.story.ja.empty());
                CHECK_FALSE(host.story.en.empty());
            }
            for (const scenario::FirewallRule& rule : scenario->rules) {
                CAPTURE(rule.key);
                CHECK_FALSE(rule.story.ja.empty());
            }
        }
    }

    TEST_CASE("no machine and no protocol is named in a story")
    {
        for (const char* code : {"ja", "en"}) {
            const explain::Language language = test::language(code);
            for (const StoryPoints& lesson : points()) {
                const std::string story = story_of(played_lesson(lesson.lesson), language);
                for (const char* word : {"TLS", "SMTP", "tcp/", "Router", "ルーター", "サーバー"}) {
                    INFO(lesson.lesson, " ", word, "\n", story);
                    CHECK(story.find(word) == std::string::npos);
                }
            }
        }
    }
}
