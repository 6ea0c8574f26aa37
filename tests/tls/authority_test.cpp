// The certificates that the world's authority issues, judged by OpenSSL and by their own bytes.
#include "tests/tls/pair.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace sim::tls::test {

namespace {

struct Spoken {
    int status = -1;
    std::string text;
};

// Runs a command line, with its standard error among what it says.
Spoken run(const std::string& command)
{
    Spoken spoken;
    // NOLINTNEXTLINE(cert-env33-c): a test that asks another program needs one
    std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
        spoken.text.append(buffer.data(), size);
    spoken.status = pclose(pipe);
    return spoken;
}

class Folder {
public:
    Folder()
        : path_{std::filesystem::temp_directory_path() /
                ("hikyaku-authority-" + std::to_string(getpid()))}
    {
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const
    {
        const std::filesystem::path file = path_ / name;
        std::ofstream{file} << text;
        return file.string();
    }

private:
    std::filesystem::path path_;
};

// The PEM blocks of a chain, one string each.
std::vector<std::string> blocks(const std::string& pem)
{
    std::vector<std::string> found;
    const std::string end = "-----END CERTIFICATE-----\n";
    for (std::size_t at = 0; at < pem.size();) {
        const std::size_t stop = pem.find(end, at) + end.size();
        found.push_back(pem.substr(at, stop - at));
        at = stop;
    }
    return found;
}

struct OpensslCase {
    LeafKind kind;
    int days_later;
    std::string said; // a part of what OpenSSL answers
};

} // namespace

TEST_SUITE("tls.authority")
{
    TEST_CASE("the same requests give the same certificates, whatever was asked in between")
    {
        Authority one{42, noon};
        Authority other{42, noon};
        Authority stranger{43, noon};
        const LeafRequest request{.name = mx};
        CHECK_FALSE(other.issue({.name = "something.else.example"}, noon).empty());
        CHECK_FALSE(other.issue({.name = mx, .kind = LeafKind::unknown_issuer}, noon).empty());
        CHECK(one.root_pem() == other.root_pem());
        CHECK(one.root_pem() != stranger.root_pem());
        const Identity first = one.issue(request, noon);
        const Identity second = other.issue(request, noon);
        CHECK(first.chain_pem() == second.chain_pem());
        CHECK(first.key_pem() == second.key_pem());
        CHECK(first.chain_pem() != stranger.issue(request, noon).chain_pem());
        CHECK(first.key_pem() != one.issue(request, noon + 1s).key_pem());
    }

    TEST_CASE("a server shows its own certificate and the intermediate, never the root")
    {
        Authority authority{1, noon};
        const auto shown = [&](LeafKind kind) {
            return blocks(authority.issue({.name = mx, .kind = kind}, noon).chain_pem());
        };
        CHECK(shown(LeafKind::good).size() == 2);
        CHECK(shown(LeafKind::self_signed).size() == 1);
        CHECK(shown(LeafKind::incomplete_chain).size() == 1);
        CHECK(shown(LeafKind::good)[1] == shown(LeafKind::wrong_name)[1]);
        CHECK(shown(LeafKind::good)[1] != shown(LeafKind::unknown_issuer)[1]);
        CHECK(shown(LeafKind::good)[1] != authority.root_pem());
        CHECK(Identity{}.empty());
        CHECK(Identity{}.chain_pem().empty());
        CHECK(Identity{}.key_pem().empty());
    }

    TEST_CASE("OpenSSL comes to the same judgement about what we issue")
    {
        REQUIRE_MESSAGE(run("openssl version").status == 0, "the openssl command is needed");
        Authority authority{5, noon};
        const Folder folder;
        const std::string root = folder.write("root.pem", authority.root_pem());
        const std::vector<std::string> good =
            blocks(authority.issue({.name = mx}, noon).chain_pem());
        const std::string intermediate = folder.write("intermediate.pem", good.at(1));
        const auto verify = [&](LeafKind kind, int days_later, bool with_intermediate) {
            const Identity identity =
                authority.issue({.name = mx, .more_names = {"192.0.2.25"}, .kind = kind}, noon);
            const std::string leaf = folder.write("leaf.pem", blocks(identity.chain_pem()).front());
            const auto at = std::chrono::floor<std::chrono::seconds>(
                (noon + std::chrono::hours{24 * days_later}).time_since_epoch());
            return run("openssl verify -x509_strict -purpose sslserver -verify_hostname " + mx +
                       " -attime " + std::to_string(at.count()) + " -CAfile " + root +
                       (with_intermediate ? " -untrusted " + intermediate : "") + " " + leaf);
        };
        const Spoken fine = verify(LeafKind::good, 0, true);
        CHECK_MESSAGE(fine.status == 0, fine.text);
        CHECK(verify(LeafKind::good, 89, true).status == 0);
        for (const OpensslCase& wrong :
             {OpensslCase{LeafKind::good, 90, "certificate has expired"},
              OpensslCase{LeafKind::good, -1, "certificate is not yet valid"},
              OpensslCase{LeafKind::expired, 0, "certificate has expired"},
              OpensslCase{LeafKind::not_yet_valid, 0, "certificate is not yet valid"},
              OpensslCase{LeafKind::wrong_name, 0, "hostname mismatch"},
              OpensslCase{LeafKind::self_signed, 0, "self-signed certificate"},
              OpensslCase{LeafKind::unknown_issuer, 0, "unable to get local issuer certificate"}}) {
            CAPTURE(name_of(wrong.kind));
            const Spoken spoken = verify(wrong.kind, wrong.days_later, true);
            CHECK(spoken.status != 0);
            CHECK_MESSAGE(spoken.text.find(wrong.said) != std::string::npos, spoken.text);
        }
        const Spoken incomplete = verify(LeafKind::incomplete_chain, 0, false);
        CHECK(incomplete.status != 0);
        CHECK(incomplete.text.find("unable to get local issuer certificate") != std::string::npos);
    }

    TEST_CASE("OpenSSL finds our private keys sound and matching")
    {
        Authority authority{5, noon};
        const Identity identity = authority.issue({.name = mx}, noon);
        const Folder folder;
        const std::string key = folder.write("key.pem", identity.key_pem());
        const std::string leaf = folder.write("leaf.pem", identity.chain_pem());
        const Spoken checked = run("openssl pkey -check -noout -in " + key);
        CHECK_MESSAGE(checked.status == 0, checked.text);
        CHECK(run("openssl pkey -pubout -in " + key).text ==
              run("openssl x509 -noout -pubkey -in " + leaf).text);
    }
}

} // namespace sim::tls::test
