#include "sim/core/fields.h"
#include "sim/core/trace.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace sim;

namespace {

// Three events that say something of every sort: numbers, names, times, bytes.
void append_sample(Trace& trace, std::string_view bytes, std::uint16_t port)
{
    trace.set_now(Instant{5ms});
    PacketHead head;
    head.destination_port = port;
    head.flags.syn = true;
    head.payload = trace.note(bytes);
    const EventId sent = trace.append(
        HostId{1}, ConnectionId{2}, PacketSent{head, LinkId{0}, HostId{2}, Instant{6ms}});
    const CauseScope scope{trace, sent};
    trace.append(HostId{2},
                 ConnectionId{2},
                 PacketDropped{head, DropReason::rule, Verdict::drop, RuleId{3}});
    trace.append(HostId{1}, ConnectionId{}, ConnectionEnded{ConnectionEnd::timed_out});
}

std::uint64_t hash_of_sample(std::string_view bytes, std::uint16_t port)
{
    Trace trace;
    append_sample(trace, bytes, port);
    return trace.hash();
}

// How many members an aggregate has: as many as it can be made of.
struct AnyMember {
    template <typename T>
    operator T() const; // NOLINT(google-explicit-constructor): it stands for each of them
};
template <typename T, typename... Given>
constexpr std::size_t count_members()
{
    if constexpr (requires { T{Given{}..., AnyMember{}}; }) {
        return count_members<T, Given..., AnyMember>();
    } else {
        return sizeof...(Given);
    }
}

// Writes down what it is told, and keeps some of it by its number.
class Recorder final : public TraceObserver {
public:
    [[nodiscard]] bool wants(Kind kind) const override { return wanted.contains(kind); }
    [[nodiscard]] bool keeps() const override { return keeps_from < keeps_to; }
    bool handle_event(const Event& event) override
    {
        if (!keeps()) heard.push_back(event);
        return event.id.value >= keeps_from && event.id.value < keeps_to;
    }

    std::set<Kind> wanted;
    std::uint32_t keeps_from = 0;
    std::uint32_t keeps_to = 0;
    std::vector<Event> heard;
};

struct CountFields {
    std::size_t count = 0;
    template <typename T>
    void operator()(std::string_view /*name*/, const T& /*value*/)
    {
        ++count;
    }
};

// "TlsKeyLogged" -> "tls_key_logged"
std::string kind_name(std::string_view type)
{
    std::string name;
    for (const char c : type) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !name.empty()) name += '_';
        name += capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name;
}

template <typename Type>
void check_listed(std::string_view type, std::string_view kind)
{
    INFO(type);
    CountFields counted;
    for_each_field(Type{}, counted);
    CHECK(counted.count == count_members<Type>());
    CHECK(kind_name(type) == kind);
    CHECK(name_of(static_cast<Kind>(Happening{Type{}}.index())) == kind);
}

} // namespace

TEST_SUITE("core.happening")
{
    TEST_CASE("a happening's fields are all its members, and its kind is its name")
    {
#define SIM_HAPPENING(Type, kind, unit) check_listed<Type>(#Type, #kind);
        SIM_HAPPENINGS(SIM_HAPPENING)
#undef SIM_HAPPENING
    }
}

TEST_SUITE("core.trace")
{
    TEST_CASE("an event has the time, the place and the cause of the moment it was appended")
    {
        Trace trace;
        append_sample(trace, "EHLO", 25);
        REQUIRE(trace.size() == 3);
        CHECK(trace[0].id == EventId{0});
        CHECK(trace[0].at == Instant{5ms});
        CHECK(trace[0].host == HostId{1});
        CHECK(trace[0].connection == ConnectionId{2});
        CHECK_FALSE(trace[0].cause.exists());
        CHECK(trace[0].kind() == Kind::packet_sent);
        CHECK(trace[1].cause == EventId{0});
        CHECK(&trace.at(EventId{2}) == &trace[2]);
        CHECK(trace.view(std::get<PacketSent>(trace[0].what).packet.payload) == "EHLO");
    }

    TEST_CASE("causes nest, and what was before is restored")
    {
        Trace trace;
        const EventId outer{7};
        const EventId inner{8};
        {
            const CauseScope one{trace, outer};
            {
                const CauseScope two{trace, inner};
                CHECK(trace.cause() == inner);
            }
            CHECK(trace.cause() == outer);
        }
        CHECK_FALSE(trace.cause().exists());
    }

    TEST_CASE("equal runs have equal hashes; a port, an octet or a kind that differs shows")
    {
        CHECK(hash_of_sample("EHLO", 25) == hash_of_sample("EHLO", 25));
        CHECK(hash_of_sample("EHLO", 25) != hash_of_sample("EHLO", 587));
        CHECK(hash_of_sample("EHLO", 25) != hash_of_sample("EHLo", 25));

        Trace one;
        one.append(HostId{1}, ConnectionId{}, PeerFinished{});
        Trace other;
        other.append(HostId{2}, ConnectionId{}, PeerFinished{});
        CHECK(one.hash() != other.hash());
    }

    TEST_CASE("the hash does not depend on where payloads lie in the store")
    {
        Trace moved;
        moved.note("something else first");
        append_sample(moved, "EHLO", 25);
        CHECK(moved.hash() == hash_of_sample("EHLO", 25));
    }

    TEST_CASE("counters: events are counted by kind and not kept")
    {
        Trace trace{Trace::Detail::counters};
        for (int i = 0; i < 10'000; ++i)
            append_sample(trace, "EHLO", 25);
        CHECK(trace.count(Kind::packet_sent) == 10'000);
        CHECK(trace.count(Kind::packet_dropped) == 10'000);
        CHECK(trace.count(Kind::packet_delivered) == 0);
        CHECK(trace.size() == 0);
        CHECK_FALSE(trace.keeps_events());
        CHECK(trace.event_memory_bytes() == 0);
        CHECK(trace.payloads().memory_bytes() == 0);
    }

    TEST_CASE("sampled: an observer hears of the kinds that it wants, with their numbers among all")
    {
        Recorder recorder;
        recorder.wanted = {Kind::packet_dropped};
        Trace trace{Trace::Detail::sampled};
        trace.observe(recorder);
        append_sample(trace, "EHLO", 25);
        append_sample(trace, "EHLO", 25);
        REQUIRE(recorder.heard.size() == 2);
        CHECK(recorder.heard[0].id == EventId{1});
        CHECK(recorder.heard[0].cause == EventId{0});
        CHECK(recorder.heard[1].id == EventId{4});
        CHECK(recorder.heard[1].connection == ConnectionId{2});
        CHECK(std::get<PacketDropped>(recorder.heard[1].what).rule == RuleId{3});
        CHECK(trace.count(Kind::packet_sent) == 2);
        CHECK(trace.size() == 0);
        CHECK_FALSE(trace.makes(Kind::packet_sent));
        CHECK(trace.makes(Kind::packet_dropped));
        CHECK_FALSE(trace.keeps_events());
        CHECK(trace.payloads().memory_bytes() == 0);
    }

    TEST_CASE("sampled: what is kept is a trace of its own, and its bytes stay")
    {
        Recorder recorder;
        recorder.keeps_from = 3;
        recorder.keeps_to = 6;
        for (const Kind kind : values_of<Kind>())
            recorder.wanted.insert(kind);
        Trace trace{Trace::Detail::sampled};
        trace.observe(recorder);
        append_sample(trace, "first", 25);
        append_sample(trace, "EHLO", 25);
        for (int i = 0; i < 10'000; ++i)
            append_sample(trace, std::string(100, 'x'), 25);
        CHECK(trace.hash() == hash_of_sample("EHLO", 25));
        CHECK(trace.size() == 3);
        CHECK(trace.at(EventId{1}).cause == EventId{0});
        CHECK(trace.index().of(ConnectionId{2}).size() == 2);
        CHECK(trace.count(Kind::packet_sent) == 10'002);
        CHECK(trace.payloads().memory_bytes() < 1'000'000);
    }

    TEST_CASE("sampled: a cause that was not kept is none, and so is a command that was not")
    {
        Recorder recorder;
        recorder.wanted = {Kind::smtp_reply, Kind::smtp_command};
        recorder.keeps_from = 1;
        recorder.keeps_to = 100;
        Trace trace{Trace::Detail::sampled};
        trace.observe(recorder);
        const EventId unkept = trace.append(HostId{1}, ConnectionId{0}, SmtpCommand{});
        const EventId kept = trace.append(HostId{1}, ConnectionId{0}, SmtpCommand{});
        for (const EventId answered : {unkept, kept}) {
            const CauseScope scope{trace, answered};
            SmtpReply reply;
            reply.answers = answered;
            trace.append(HostId{1}, ConnectionId{0}, reply);
        }
        REQUIRE(trace.size() == 3);
        CHECK_FALSE(trace[1].cause.exists());
        CHECK_FALSE(std::get<SmtpReply>(trace[1].what).answers.exists());
        CHECK(trace[2].cause == EventId{0});
        CHECK(std::get<SmtpReply>(trace[2].what).answers == EventId{0});
    }

    TEST_CASE("emplace() says the same as append(), and counts the same")
    {
        Trace appended;
        appended.append(HostId{1}, ConnectionId{2}, ConnectionEnded{ConnectionEnd::timed_out});
        Trace emplaced;
        emplaced.emplace<ConnectionEnded>(HostId{1}, ConnectionId{2}, ConnectionEnd::timed_out);
        CHECK(emplaced.hash() == appended.hash());

        Trace counted{Trace::Detail::counters};
        const EventId first =
            counted.emplace<ConnectionEnded>(HostId{1}, ConnectionId{2}, ConnectionEnd::closed);
        const EventId second = counted.append(HostId{1}, ConnectionId{2}, PeerFinished{});
        CHECK(first == EventId{0});
        CHECK(second == EventId{1});
        CHECK(counted.count(Kind::connection_ended) == 1);
    }

    TEST_CASE("a full trace counts too, and keeps its events in place while it grows")
    {
        Trace trace;
        trace.append(HostId{1}, ConnectionId{}, PeerFinished{});
        const Event* const first = &trace[0];
        for (int i = 0; i < 20'000; ++i)
            trace.append(HostId{1}, ConnectionId{}, PeerFinished{});
        CHECK(&trace[0] == first);
        CHECK(trace.count(Kind::peer_finished) == 20'001);
        CHECK(trace[20'000].id == EventId{20'000});
    }

    TEST_CASE("old events are let go: they say nothing, stand in no list, and make room")
    {
        Trace trace{Trace::Detail::lately};
        const std::size_t many = 300'000;
        for (std::size_t i = 0; i < many; ++i) {
            const ConnectionId connection{static_cast<std::uint32_t>(i / 100)};
            trace.append(
                HostId{1}, connection, DnsAsked{trace.note(std::string(50, 'a')), 1, {}, 1});
            trace.append(
                HostId{1}, {}, MailRetrieved{MailId{static_cast<std::uint32_t>(i / 100)}, {}, 0});
            if (i % 1000 == 0 && trace.size() > 20'000) trace.let_go_before(trace.size() - 20'000);
        }
        CHECK(trace.size() == 2 * many);
        CHECK(trace.let_go() > 2 * many - 40'000);
        CHECK(trace.let_go() <= 2 * many - 20'000);
        CHECK(trace.event_memory_bytes() < 40'000 * 200);
        CHECK(trace.payloads().memory_bytes() < 4'000'000); // fifteen million went through
        CHECK(trace.count(Kind::mail_retrieved) == many);

        const Event& gone = trace[5];
        CHECK(gone.kind() == Kind::step_started);
        CHECK_FALSE(gone.host.exists());
        CHECK(trace.index().of(ConnectionId{3}).empty());
        CHECK(trace.index().of(MailId{3}).empty());
        const auto first_of = [](TraceIndex::Events events) { return events.front().value; };
        CHECK(first_of(trace.index().of(Kind::mail_retrieved)) >= trace.let_go());
        CHECK(first_of(trace.index().beside_connections()) >= trace.let_go());
        const Event& kept = trace[2 * many - 2];
        CHECK(trace.view(std::get<DnsAsked>(kept.what).name) == std::string(50, 'a'));
        CHECK(trace.index().of(kept.connection).size() == 100);
    }

    TEST_CASE("trace memory is at most 200 bytes an event")
    {
        Trace trace;
        for (int i = 0; i < 100'000; ++i)
            trace.append(HostId{1}, ConnectionId{}, PeerFinished{});
        CHECK(trace.event_memory_bytes() <= std::size_t{200} * 100'000);
    }

    TEST_CASE("every happening lists its fields by name, none twice")
    {
        const auto names_of = [](const auto& happening) {
            std::multiset<std::string> names;
            for_each_field(happening, [&](std::string_view name, const auto& /*value*/) {
                names.insert(std::string{name});
            });
            return names;
        };
        CHECK(names_of(PacketSent{}) ==
              std::multiset<std::string>{"packet", "link", "to", "arrives"});
        CHECK(names_of(PacketHead{}).size() == 13);
        CHECK(names_of(PeerFinished{}).empty());
        CHECK(names_of(CertificateJudged{}).count("dialled") == 1);
    }
}
