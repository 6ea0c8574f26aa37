#include "sim/report/check.h"

#include "sim/report/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace sim::report {

namespace {

using scenario::Text;

// What a mail program shows, as the rest of a sentence.
Text words_for(UserError error)
{
    static constexpr std::array<std::array<std::string_view, 2>, count_of<UserError>()> words{{
        {"送信に成功する", "that the mail was sent"},
        {"サーバーが見つからない", "that the server was not found"},
        {"接続がタイムアウトする", "that the connection timed out"},
        {"接続を拒否される", "that the connection was refused"},
        {"サーバーまで届かない", "that the server cannot be reached"},
        {"接続が切れる", "that the connection was lost"},
        {"サーバーがTLSに対応していない", "that the server does not offer TLS"},
        {"TLSの接続に失敗する", "that TLS failed"},
        {"証明書に問題がある", "that something is wrong with the certificate"},
        {"認証に失敗する", "that the login failed"},
        {"使える認証方式がない", "that no way to log in is offered"},
        {"認証を求められる", "that a login is required"},
        {"差出人を断られる", "that the sender was refused"},
        {"あて先を断られる", "that the recipient was refused"},
        {"メールを断られる", "that the message was refused"},
        {"サーバーが混み合っている", "that the server is busy"},
        {"サーバーがエラーを返す", "that the server reported an error"},
        {"返事を待ちきれない", "that the server did not answer in time"},
        {"ログインできない", "that the login to the mailbox failed"},
        {"相手がメールサーバーではない", "that this is no mail server"},
    }};
    const auto& both = words.at(static_cast<std::size_t>(error));
    return {std::string{both[0]}, std::string{both[1]}};
}

// A run as far as expectations look at it.
class Run {
public:
    Run(const scenario::Scenario& scenario, const Trace& trace) : scenario_{scenario}
    {
        const TraceIndex& index = trace.index();
        for (const EventId id : index.of(Kind::send_finished)) {
            const Event& event = trace.at(id);
            if (is_client(event.host)) sending_ = std::get<SendFinished>(event.what).error;
        }
        for (const EventId id : index.of(Kind::mail_delivered))
            delivered_.emplace(trace.view(std::get<MailDelivered>(trace.at(id).what).mailbox));
        for (const EventId id : index.of(Kind::mail_retrieved))
            fetched_.emplace(trace.view(std::get<MailRetrieved>(trace.at(id).what).mailbox));
        for (std::uint32_t i = 0; i < scenario.rules.size(); ++i)
            if (!index.drops(RuleId{i}).empty()) rules_.insert(scenario.rules[i].key);
    }

    [[nodiscard]] const std::optional<UserError>& sending() const { return sending_; }
    [[nodiscard]] const std::set<std::string>& delivered() const { return delivered_; }
    [[nodiscard]] const std::set<std::string>& fetched() const { return fetched_; }
    [[nodiscard]] const std::set<std::string>& stopping_rules() const { return rules_; }

private:
    [[nodiscard]] bool is_client(HostId host) const
    {
        const auto program =
            std::ranges::find(scenario_.programs, scenario_.client, &scenario::MailProgram::key);
        return program != scenario_.programs.end() && host.value < scenario_.hosts.size() &&
               scenario_.hosts[host.value].key == program->host;
    }

    const scenario::Scenario& scenario_;
    std::optional<UserError> sending_;
    std::set<std::string> delivered_;
    std::set<std::string> fetched_;
    std::set<std::string> rules_;
};

void check_sending(const scenario::Expectation& expect, const Run& run, std::vector<Mismatch>& out)
{
    if (!expect.sending || expect.sending == run.sending()) return;
    const Text wanted = words_for(*expect.sending);
    if (!run.sending()) {
        out.push_back(
            {"expect.sending",
             {fmt::format("メールソフトの結果は「{}」のはずが、送信は終わりませんでした。",
                          wanted.ja),
              fmt::format("The mail program ought to report {}, but it never finished "
                          "sending.",
                          wanted.en)}});
        return;
    }
    const Text came = words_for(*run.sending());
    out.push_back(
        {"expect.sending",
         {fmt::format("メールソフトの結果は「{}」のはずが、「{}」でした。", wanted.ja, came.ja),
          fmt::format(
              "The mail program ought to report {}, but it reported {}.", wanted.en, came.en)}});
}

void check_mailboxes(const scenario::Expectation& expect,
                     const Run& run,
                     std::vector<Mismatch>& out)
{
    for (const std::string& mailbox : expect.delivered) {
        if (!run.delivered().contains(mailbox)) {
            out.push_back({"expect.delivered",
                           {fmt::format("{} の受信箱に届くはずが、届きませんでした。", mailbox),
                            fmt::format("No mail reached the mailbox of {}.", mailbox)}});
        }
    }
    for (const std::string& mailbox : expect.fetched) {
        if (!run.fetched().contains(mailbox)) {
            out.push_back(
                {"expect.fetched",
                 {fmt::format("{} のメールは、メールソフトが受信するはずでした。", mailbox),
                  fmt::format("No mail program fetched the mail of {}.", mailbox)}});
        }
    }
}

void check_rule(const scenario::Expectation& expect, const Run& run, std::vector<Mismatch>& out)
{
    if (!expect.stopped_by_rule || run.stopping_rules().contains(*expect.stopped_by_rule)) return;
    std::string others;
    for (const std::string& rule : run.stopping_rules())
        others += (others.empty() ? "" : ", ") + rule;
    const std::string& wanted = *expect.stopped_by_rule;
    out.push_back(
        {"expect.stopped_by_rule",
         others.empty()
             ? Text{fmt::format("規則 {} が止めるはずが、何も止められませんでした。", wanted),
                    fmt::format("Rule {} ought to stop a packet, but none was stopped.", wanted)}
             : Text{fmt::format("規則 {} が止めるはずが、止めたのは {} でした。", wanted, others),
                    fmt::format("Rule {} ought to stop a packet, but what stopped one was {}.",
                                wanted,
                                others)}});
}

void check_wire(const scenario::Expectation& expect, const Trace& trace, std::vector<Mismatch>& out)
{
    for (const std::string& text : expect.readable) {
        if (!is_readable_on_the_way(trace, trace.size(), text)) {
            out.push_back(
                {"expect.readable",
                 {fmt::format("「{}」は途中で読めるはずが、だれにも読めませんでした。", text),
                  fmt::format("\"{}\" ought to be readable on the way, but nobody could read it.",
                              text)}});
        }
    }
    for (const std::string& text : expect.unreadable) {
        if (is_readable_on_the_way(trace, trace.size(), text)) {
            out.push_back(
                {"expect.unreadable",
                 {fmt::format("「{}」はだれにも読めないはずが、途中で読めました。", text),
                  fmt::format("Nobody ought to be able to read \"{}\", but it could be read on the "
                              "way.",
                              text)}});
        }
    }
}

template <typename What>
Text words_for(const scenario::Expectation::CountOf<What>& count)
{
    if (count.at_least == count.at_most)
        return {fmt::format("{} 回", count.at_least), fmt::format("{} times", count.at_least)};
    if (count.at_most == ~std::uint64_t{0}) {
        return {fmt::format("{} 回以上", count.at_least),
                fmt::format("at least {} times", count.at_least)};
    }
    return {fmt::format("{} 回から {} 回", count.at_least, count.at_most),
            fmt::format("{} to {} times", count.at_least, count.at_most)};
}

void check_counts(const scenario::Expectation& expect,
                  const Trace& trace,
                  std::vector<Mismatch>& out)
{
    for (const scenario::Expectation::Count& count : expect.counts) {
        const std::uint64_t came = trace.count(count.what);
        if (came >= count.at_least && came <= count.at_most) continue;
        const Text wanted = words_for(count);
        const std::string_view kind = name_of(count.what);
        out.push_back(
            {fmt::format("expect.count.{}", kind),
             {fmt::format("{} は{}のはずが、{} 回でした。", kind, wanted.ja, came),
              fmt::format(
                  "{} ought to happen {}, but it happened {} times.", kind, wanted.en, came)}});
    }
}

void check_ended(const scenario::Expectation& expect,
                 const Tally& tally,
                 std::vector<Mismatch>& out)
{
    for (const scenario::Expectation::Ended& ended : expect.ended) {
        const std::uint64_t came = tally.all().of(ended.what);
        if (came >= ended.at_least && came <= ended.at_most) continue;
        const Text wanted = words_for(ended);
        const std::string_view ending = name_of(ended.what);
        out.push_back(
            {fmt::format("expect.ended.{}", ending),
             {fmt::format("試みの終わり {} は{}のはずが、{} 回でした。", ending, wanted.ja, came),
              fmt::format(
                  "Attempts ought to end in {} {}, but {} did.", ending, wanted.en, came)}});
    }
}

} // namespace

std::vector<Mismatch> compare(const scenario::Expectation& expectation, const Tally& tally)
{
    std::vector<Mismatch> mismatches;
    check_ended(expectation, tally, mismatches);
    return mismatches;
}

std::vector<Mismatch> compare(const scenario::Expectation& expectation,
                              const scenario::Scenario& scenario,
                              const Trace& trace)
{
    const Run run{scenario, trace};
    std::vector<Mismatch> mismatches;
    check_sending(expectation, run, mismatches);
    check_mailboxes(expectation, run, mismatches);
    check_rule(expectation, run, mismatches);
    check_wire(expectation, trace, mismatches);
    check_counts(expectation, trace, mismatches);
    if (!expectation.ended.empty())
        check_ended(expectation, tally_of(trace, scenario, trace.size()), mismatches);
    return mismatches;
}

std::vector<Mismatch> compare(const scenario::Expectation& expectation, const Playback& playback)
{
    return compare(expectation, playback.scenario(), playback.trace());
}

} // namespace sim::report
