// What a submission over STARTTLS costs, over the same handshake and records done by Botan alone
// in memory: everything that the simulator adds (TCP, SMTP, SASL, the trace) in one ratio.

#include "sim/tls/botan_types.h"
#include "tests/bench/one_hop.h"

#include <benchmark/benchmark.h>
#include <botan/tls_client.h>
#include <botan/tls_server.h>
#include <botan/tls_session_manager_noop.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace sim;

constexpr std::size_t message_octets = 2048;
const Instant noon{std::chrono::seconds{1'775'001'600}};

// The least that Botan asks for: bytes out, bytes in, and the certificate verified by its own code.
class Bare final : public Botan::TLS::Callbacks {
public:
    std::vector<std::uint8_t> out;
    std::size_t received = 0;

    void tls_emit_data(std::span<const std::uint8_t> data) override
    {
        out.insert(out.end(), data.begin(), data.end());
    }
    void tls_record_received(std::uint64_t /*sequence*/,
                             std::span<const std::uint8_t> data) override
    {
        received += data.size();
    }
    void tls_alert(Botan::TLS::Alert /*alert*/) override {}
    tls::Timestamp tls_current_timestamp() override { return tls::to_timestamp(noon); }
};

class Trusting final : public Botan::Credentials_Manager {
public:
    explicit Trusting(Botan::Certificate_Store* roots) : roots_{roots} {}
    std::vector<Botan::Certificate_Store*>
    trusted_certificate_authorities(const std::string& /*type*/,
                                    const std::string& /*context*/) override
    {
        return {roots_};
    }

private:
    Botan::Certificate_Store* roots_;
};

struct Certificates {
    tls::Authority authority{1, noon};
    tls::Identity identity = authority.issue({"sink.example", {}}, noon);
    tls::TrustStore trust = authority.trust();
};

void carry(Bare& from, Botan::TLS::Channel& to)
{
    const std::vector<std::uint8_t> bytes = std::exchange(from.out, {});
    if (!bytes.empty()) to.received_data(bytes);
}

// One handshake, then what a submission says under TLS as records of the same sizes.
void botan_alone(const Certificates& certificates, std::uint64_t number)
{
    const auto policy = tls::botan_policy({});
    auto client_side = std::make_shared<Bare>();
    auto server_side = std::make_shared<Bare>();
    auto sessions = std::make_shared<Botan::TLS::Session_Manager_Noop>();
    const std::string stream = std::to_string(number);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): Botan's interface is not const
    auto& roots =
        const_cast<Botan::Certificate_Store_In_Memory&>(certificates.trust.data()->roots());
    Botan::TLS::Server server{server_side,
                              sessions,
                              certificates.identity.data()->credentials(),
                              policy,
                              tls::botan_rng(rng_stream(1, stream + "s"))};
    Botan::TLS::Client client{client_side,
                              sessions,
                              std::make_shared<Trusting>(&roots),
                              policy,
                              tls::botan_rng(rng_stream(1, stream + "c")),
                              Botan::TLS::Server_Information{"sink.example"},
                              policy->latest_supported_version(false)};
    while (!client.is_active() || !server.is_active()) {
        carry(*client_side, server);
        carry(*server_side, client);
    }
    // EHLO, AUTH, MAIL+RCPT+DATA, the text, QUIT; and their replies.
    const std::string text = bench::message(message_octets);
    const std::vector<std::pair<std::size_t, std::size_t>> talk{
        {21, 140}, {45, 33}, {90, 70}, {text.size() + 3, 32}, {6, 22}};
    for (const auto& [said, answered] : talk) {
        client.send(std::string(said, 'x'));
        carry(*client_side, server);
        server.send(std::string(answered, 'x'));
        carry(*server_side, client);
    }
    client.close();
    carry(*client_side, server);
    server.close();
    carry(*server_side, client);
    if (client_side->received == 0 || server_side->received < text.size()) std::abort();
}

bench::OneHop submission(const Certificates& certificates)
{
    auto session = std::make_shared<smtp::ServerConfig>(smtp::submission_config("sink.example"));
    auto identity = std::make_shared<tls::ServerConfig>();
    identity->identity = certificates.identity;
    mail::InboundConfig inbound;
    inbound.session = std::move(session);
    inbound.tls = std::move(identity);
    mail::OutboundConfig outbound;
    outbound.session.hostname = "source.example";
    outbound.session.protection = Protection::starttls;
    outbound.session.wants_auth = true;
    outbound.tls.server_name = "sink.example";
    outbound.tls.trust = certificates.trust;
    outbound.credentials = {"user", "password"};
    outbound.allowed = {Mechanism::plain};
    return bench::OneHop{Trace::Detail::full, std::move(inbound), std::move(outbound)};
}

void starttls_submission_over_botan_alone(benchmark::State& state)
{
    constexpr std::uint64_t sessions = 200;
    const Certificates certificates;
    using Clock = std::chrono::steady_clock;
    Clock::duration ours{};
    Clock::duration alone{};
    for (auto _ : state) {
        const auto begin = Clock::now();
        auto hop = submission(certificates);
        if (hop.run(sessions, message_octets) != sessions) std::abort();
        const auto middle = Clock::now();
        for (std::uint64_t i = 0; i < sessions; ++i)
            botan_alone(certificates, i);
        ours += middle - begin;
        alone += Clock::now() - middle;
    }
    const auto total = static_cast<double>(state.iterations()) * static_cast<double>(sessions);
    state.counters["ratio"] = std::chrono::duration<double>(ours) / alone; // aim: at most 1.15
    state.counters["ours_us"] = std::chrono::duration<double, std::micro>(ours).count() / total;
    state.counters["botan_us"] = std::chrono::duration<double, std::micro>(alone).count() / total;
}
BENCHMARK(starttls_submission_over_botan_alone)->Iterations(5)->Unit(benchmark::kMillisecond);

} // namespace
