// What a client thinks of every certificate that can go wrong, and what it does about it.
#include "tests/tls/pair.h"

#include <doctest/doctest.h>

#include <ostream>

namespace sim::tls::test {

namespace {

struct Fault {
    LeafKind kind;
    CertificateVerdict verdict;
    std::uint8_t alert; // RFC 8446 §6.2
};
const std::vector<Fault> faults{
    {LeafKind::expired, CertificateVerdict::expired, 45},
    {LeafKind::not_yet_valid, CertificateVerdict::not_yet_valid, 45},
    {LeafKind::wrong_name, CertificateVerdict::wrong_name, 42},
    {LeafKind::self_signed, CertificateVerdict::self_signed, 48},
    {LeafKind::unknown_issuer, CertificateVerdict::unknown_issuer, 48},
    {LeafKind::incomplete_chain, CertificateVerdict::unknown_issuer, 48},
};

CertificateJudged judged(Settings settings)
{
    Pair pair{std::move(settings)};
    pair.run();
    return pair.client.one<CertificateJudged>();
}

} // namespace

TEST_SUITE("tls.certificate")
{
    TEST_CASE("a good certificate is found valid, and shown with its names and dates")
    {
        const CertificateJudged found = judged({});
        CHECK(found.verdict == CertificateVerdict::valid);
        CHECK(found.went_on);
        CHECK(found.subject == "CN=mx.isp.example");
        CHECK(found.issuer == "O=Hikyaku Practice, CN=Hikyaku Practice Server CA");
        CHECK(found.dialled == mx);
        CHECK(found.not_before == noon - 1h);
        CHECK(found.not_after == noon - 1h + std::chrono::hours{24 * 90});
    }

    TEST_CASE("a strict client refuses each fault with its own reason and alert")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            for (const Fault& fault : faults) {
                CAPTURE(name_of(fault.kind));
                Pair pair{{.leaf = {.name = mx, .kind = fault.kind}, .client_versions = versions}};
                pair.run();
                const auto found = pair.client.one<CertificateJudged>();
                CHECK(found.verdict == fault.verdict);
                CHECK_FALSE(found.went_on);
                const auto failed = pair.client.one<Failed>();
                CHECK(failed.why == TlsFailure::certificate_refused);
                CHECK(failed.alert == fault.alert);
                CHECK_FALSE(failed.detail.empty());
                CHECK(std::holds_alternative<Failed>(pair.client.outputs.back()));
                CHECK(pair.client.one<Alert>() == Alert{Side::sent, true, fault.alert});
                CHECK(pair.client.engine.ended());
                CHECK(pair.client.count<Established>() == 0);
                CHECK(pair.server.one<Alert>() == Alert{Side::received, true, fault.alert});
                CHECK(pair.server.one<Failed>().why == TlsFailure::peer_alert);
                CHECK(pair.server.one<Failed>().alert == fault.alert);
            }
        }
    }

    TEST_CASE("a chain that was found good is looked at no less closely the next time")
    {
        const TrustStore trust = Authority{1, noon}.trust();
        const auto verdict = [&](LeafKind kind, Instant now, std::string dialled = mx) {
            return judged({.leaf = {.name = mx, .kind = kind},
                           .dialled = std::move(dialled),
                           .now = now,
                           .trust = trust})
                .verdict;
        };
        constexpr std::chrono::hours lifetime{24 * 90};
        for (int i = 0; i < 2; ++i) {
            CHECK(verdict(LeafKind::good, noon) == CertificateVerdict::valid);
            CHECK(verdict(LeafKind::good, noon, "mx.evil.example") ==
                  CertificateVerdict::wrong_name);
            CHECK(verdict(LeafKind::good, noon + lifetime) == CertificateVerdict::expired);
            CHECK(verdict(LeafKind::good, noon - 2h) == CertificateVerdict::not_yet_valid);
            for (const Fault& fault : faults)
                CHECK(verdict(fault.kind, noon) == fault.verdict);
        }
        // Another store knows nothing of it.
        const TrustStore other = Authority{2, noon}.trust();
        CHECK(judged({.trust = other}).verdict == CertificateVerdict::unknown_issuer);
    }

    TEST_CASE("an opportunistic client sees the same fault, goes on, and says so")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            for (const Fault& fault : faults) {
                CAPTURE(name_of(fault.kind));
                Pair pair{{.leaf = {.name = mx, .kind = fault.kind},
                           .require_valid = false,
                           .client_versions = versions}};
                pair.run();
                CHECK(pair.client.one<CertificateJudged>().verdict == fault.verdict);
                CHECK(pair.client.one<CertificateJudged>().went_on);
                CHECK(pair.client.engine.established());
                CHECK(pair.server.engine.established());
                CHECK(pair.client.count<Alert>() == 0);
            }
        }
    }

    TEST_CASE("a certificate expires and begins by virtual time alone")
    {
        const LeafRequest week{.name = mx, .lifetime = std::chrono::hours{24 * 7}};
        const Instant last = noon - 1h + week.lifetime;
        const auto verdict_at = [&](Instant now) {
            return judged({.leaf = week, .now = now}).verdict;
        };
        CHECK(verdict_at(noon) == CertificateVerdict::valid);
        CHECK(verdict_at(last) == CertificateVerdict::valid);
        CHECK(verdict_at(last + 1s) == CertificateVerdict::expired);
        CHECK(verdict_at(noon - 1h) == CertificateVerdict::valid);
        CHECK(verdict_at(noon - 1h - 1s) == CertificateVerdict::not_yet_valid);
        CHECK(verdict_at(noon + std::chrono::hours{24 * 365 * 30}) == CertificateVerdict::expired);
    }

    TEST_CASE("a clock in 1975 or in 2190 works as well as one in our days")
    {
        for (const Instant now : {Instant{} + std::chrono::hours{24 * 365 * 5},
                                  Instant{} + std::chrono::hours{24 * 365 * 220}}) {
            const CertificateJudged found = judged({.issued = now, .now = now});
            CHECK(found.verdict == CertificateVerdict::valid);
            CHECK(found.not_before == now - 1h);
        }
    }

    TEST_CASE("any of a certificate's names will do, and a wildcard covers one label")
    {
        const LeafRequest leaf{.name = "mail.isp.example",
                               .more_names = {"pop.isp.example", "*.mx.isp.example"}};
        const auto verdict_for = [&](const std::string& dialled) {
            return judged({.leaf = leaf, .dialled = dialled}).verdict;
        };
        CHECK(verdict_for("mail.isp.example") == CertificateVerdict::valid);
        CHECK(verdict_for("POP.isp.example") == CertificateVerdict::valid);
        CHECK(verdict_for("a.mx.isp.example") == CertificateVerdict::valid);
        CHECK(verdict_for("mx.isp.example") == CertificateVerdict::wrong_name);
        CHECK(verdict_for("a.b.mx.isp.example") == CertificateVerdict::wrong_name);
        CHECK(verdict_for("isp.example") == CertificateVerdict::wrong_name);
        CHECK(verdict_for("192.0.2.1") == CertificateVerdict::wrong_name);
        CHECK(verdict_for("") == CertificateVerdict::wrong_name);
    }

    TEST_CASE("a certificate for another name says for which")
    {
        const CertificateJudged found = judged({.leaf = {.name = mx,
                                                         .more_names = {},
                                                         .kind = LeafKind::wrong_name,
                                                         .shown_name = "hosting.example"}});
        CHECK(found.verdict == CertificateVerdict::wrong_name);
        CHECK(found.subject == "CN=hosting.example");
    }

    TEST_CASE("a certificate changed on its way has a bad signature")
    {
        // TLS 1.2 shows certificates in the clear; the first one's signature ends before the second
        // certificate's length, so the last octet of the first is turned around.
        Pair pair{{.client_versions = only_1_2, .on_wire = [](std::string& bytes, TlsRole from) {
                       const std::size_t at = bytes.find("\x16\x03\x03", 6);
                       if (from != TlsRole::server || at == std::string::npos) return;
                       if (bytes[at + 5] != 11) return;
                       const auto octet = [&](std::size_t i) {
                           return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[i]));
                       };
                       const std::size_t first = at + 5 + 4 + 3; // length of the leaf
                       const std::size_t size = octet(first + 1) << 8 | octet(first + 2);
                       bytes[first + 3 + size - 1] ^= 1;
                   }}};
        pair.run();
        CHECK(pair.client.one<CertificateJudged>().verdict == CertificateVerdict::bad_signature);
        CHECK(pair.client.one<Failed>().why == TlsFailure::certificate_refused);
        CHECK(pair.client.one<Alert>() == Alert{Side::sent, true, 42});
    }

    TEST_CASE("a client that believes nobody, and one that believes another authority")
    {
        Authority ours{1, noon};
        Authority theirs{2, noon};
        const Identity identity = ours.issue({.name = mx}, noon);
        for (const TrustStore& trust : {TrustStore{}, theirs.trust()}) {
            End client{
                Engine::client({.server_name = mx, .trust = trust}, rng_stream(1, "c"), noon), {}};
            End server{Engine::server({.identity = identity}, rng_stream(1, "s"), noon), {}};
            server.engine.handle_bytes(client.drain(), noon);
            client.engine.handle_bytes(server.drain(), noon);
            client.drain();
            CHECK(client.one<CertificateJudged>().verdict == CertificateVerdict::unknown_issuer);
        }
    }

    TEST_CASE("a server without a certificate fails, and is no danger to itself")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            Authority authority{1, noon};
            End client{Engine::client({.server_name = mx, .trust = authority.trust()},
                                      rng_stream(1, "c"),
                                      noon),
                       {}};
            End server{
                Engine::server({.identity = {}, .versions = versions}, rng_stream(1, "s"), noon),
                {}};
            server.engine.handle_bytes(client.drain(), noon);
            client.engine.handle_bytes(server.drain(), noon);
            client.drain();
            CHECK(server.engine.ended());
            CHECK(server.one<Failed>().alert == 40);
            CHECK(client.one<Failed>().why == TlsFailure::peer_alert);
        }
    }
}

} // namespace sim::tls::test
