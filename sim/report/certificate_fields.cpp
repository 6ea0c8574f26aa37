#include "sim/report/certificate_fields.h"

#include "sim/core/address.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <array>

namespace sim::report {

namespace {

using explain::TlsTerm;

// Tags of ITU-T X.690 §8 that certificates are made of.
constexpr std::uint64_t boolean_tag = 0x01;
constexpr std::uint64_t integer_tag = 0x02;
constexpr std::uint64_t bit_string_tag = 0x03;
constexpr std::uint64_t octet_string_tag = 0x04;
constexpr std::uint64_t oid_tag = 0x06;
constexpr std::uint64_t utc_time_tag = 0x17;
constexpr std::uint64_t general_time_tag = 0x18;
constexpr std::uint64_t sequence_tag = 0x30;
constexpr std::uint64_t set_tag = 0x31;
constexpr std::uint64_t version_tag = 0xa0;    // RFC 5280 §4.1.2.1
constexpr std::uint64_t extensions_tag = 0xa3; // §4.1.2.9
constexpr std::uint64_t dns_name_tag = 0x82;   // §4.2.1.6
constexpr std::uint64_t address_tag = 0x87;

constexpr int most_parts = 32; // of a name, of a list of names or of extensions

struct Element {
    std::uint64_t tag = 0;
    Octets content{{}, 0};
    OctetRange at; // with tag and length
};

// The next element in definite, one-octet-tag form; DER has no other in certificates.
std::optional<Element> next_element(Octets& from)
{
    Octets ahead = from;
    const auto tag = ahead.number(1);
    auto length = ahead.number(1);
    if (!tag || !length) return std::nullopt;
    if (*length >= 0x80) {
        const std::size_t width = *length & 0x7fU;
        if (width == 0 || width > 4) return std::nullopt;
        length = ahead.number(width);
        if (!length) return std::nullopt;
    }
    const auto content = ahead.part(static_cast<std::size_t>(*length));
    if (!content) return std::nullopt;
    const OctetRange at{from.offset(), ahead.offset() - from.offset()};
    from = ahead;
    return Element{*tag, *content, at};
}

std::optional<Element> next_element(Octets& from, std::uint64_t tag)
{
    Octets ahead = from;
    const auto element = next_element(ahead);
    if (!element || element->tag != tag) return std::nullopt;
    from = ahead;
    return element;
}

struct NamedOid {
    std::string_view octets;
    std::string_view name;
};
using namespace std::string_view_literals;
constexpr std::array<NamedOid, 15> known_oids{
    {{"\x55\x04\x03"sv, "CN"},
     {"\x55\x04\x06"sv, "C"},
     {"\x55\x04\x07"sv, "L"},
     {"\x55\x04\x08"sv, "ST"},
     {"\x55\x04\x0a"sv, "O"},
     {"\x55\x04\x0b"sv, "OU"},
     {"\x2a\x86\x48\xce\x3d\x02\x01"sv, "EC"},
     {"\x2a\x86\x48\xce\x3d\x03\x01\x07"sv, "secp256r1"},
     {"\x2b\x81\x04\x00\x22"sv, "secp384r1"},
     {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv, "RSA"},
     {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"sv, "sha256WithRSAEncryption"},
     {"\x2a\x86\x48\xce\x3d\x04\x03\x02"sv, "ecdsa-with-SHA256"},
     {"\x2a\x86\x48\xce\x3d\x04\x03\x03"sv, "ecdsa-with-SHA384"},
     {"\x2b\x65\x70"sv, "Ed25519"},
     {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"sv, "RSASSA-PSS"}}};
constexpr std::string_view subject_alt_name_oid = "\x55\x1d\x11"sv;  // RFC 5280 §4.2.1.6
constexpr std::string_view basic_constraints_oid = "\x55\x1d\x13"sv; // §4.2.1.9

std::string oid_name(std::string_view octets)
{
    for (const NamedOid& known : known_oids)
        if (known.octets == octets) return std::string{known.name};
    return hex(octets, 16);
}

// RFC 5280 §4.1.2.4: parts in the order of the certificate.
std::string described_name(Octets name)
{
    std::string text;
    for (int i = 0; i < most_parts && !name.empty(); ++i) {
        auto set = next_element(name, set_tag);
        if (!set) break;
        auto pair = next_element(set->content, sequence_tag);
        if (!pair) break;
        const auto what = next_element(pair->content, oid_tag);
        const auto value = next_element(pair->content);
        if (!what || !value) break;
        if (!text.empty()) text += ", ";
        text += fmt::format(
            "{}={}", oid_name(what->content.rest()), explain::show_bytes(value->content.rest()));
    }
    return text;
}

// RFC 5280 §4.1.2.5: two digits of the year until 2049, four from then on.
std::string described_time(const Element& time)
{
    std::string_view digits = time.content.rest();
    std::string year;
    if (time.tag == utc_time_tag && digits.size() == 13) {
        year = digits[0] >= '5' ? "19" : "20";
        year += digits.substr(0, 2);
        digits.remove_prefix(2);
    } else if (time.tag == general_time_tag && digits.size() == 15) {
        year = digits.substr(0, 4);
        digits.remove_prefix(4);
    } else {
        return explain::show_bytes(digits);
    }
    return explain::show_bytes(fmt::format("{}-{}-{} {}:{}:{} UTC",
                                           year,
                                           digits.substr(0, 2),
                                           digits.substr(2, 2),
                                           digits.substr(4, 2),
                                           digits.substr(6, 2),
                                           digits.substr(8, 2)));
}

// An AlgorithmIdentifier: its name, and that of its parameter where that is a name too.
std::string described_algorithm(Octets algorithm)
{
    const auto name = next_element(algorithm, oid_tag);
    if (!name) return {};
    std::string text = oid_name(name->content.rest());
    if (const auto parameter = next_element(algorithm, oid_tag))
        text += ", " + oid_name(parameter->content.rest());
    return text;
}

std::string described_alt_names(Octets list)
{
    std::string text;
    const auto names = next_element(list, sequence_tag);
    if (!names) return text;
    Octets rest = names->content;
    for (int i = 0; i < most_parts && !rest.empty(); ++i) {
        auto name = next_element(rest);
        if (!name) break;
        if (!text.empty()) text += ", ";
        if (name->tag == dns_name_tag) {
            text += explain::show_bytes(name->content.rest());
        } else if (name->tag == address_tag && name->content.left() == 4) {
            text += to_string(Address{static_cast<std::uint32_t>(*name->content.number(4))});
        } else {
            text += hex(name->content.rest());
        }
    }
    return text;
}

void read_extensions(Octets rest, CertificateFacts& facts)
{
    auto list = next_element(rest, sequence_tag);
    if (!list) return;
    for (int i = 0; i < most_parts && !list->content.empty(); ++i) {
        auto extension = next_element(list->content, sequence_tag);
        if (!extension) return;
        const auto what = next_element(extension->content, oid_tag);
        next_element(extension->content, boolean_tag); // critical; left out when it is not
        const auto value = next_element(extension->content, octet_string_tag);
        if (!what || !value) return;
        if (what->content.rest() == subject_alt_name_oid)
            facts.names = {described_alt_names(value->content), extension->at};
        if (what->content.rest() == basic_constraints_oid) {
            Octets content = value->content;
            auto constraints = next_element(content, sequence_tag);
            const auto is_ca = constraints ? next_element(constraints->content, boolean_tag)
                                           : std::optional<Element>{};
            facts.is_authority = is_ca && is_ca->content.rest() != "\0"sv;
            facts.constraints = {facts.is_authority ? "CA: TRUE" : "CA: FALSE", extension->at};
        }
    }
}

} // namespace

std::optional<CertificateFacts> read_certificate(std::string_view der, std::uint32_t offset)
{
    Octets rest{der, offset};
    auto certificate = next_element(rest, sequence_tag);
    if (!certificate) return std::nullopt;
    const auto body = next_element(certificate->content, sequence_tag);
    if (!body) return std::nullopt;
    Octets in = body->content;
    next_element(in, version_tag);
    const auto serial = next_element(in, integer_tag);
    const auto algorithm = next_element(in, sequence_tag);
    const auto issuer = next_element(in, sequence_tag);
    auto validity = next_element(in, sequence_tag);
    const auto subject = next_element(in, sequence_tag);
    auto key = next_element(in, sequence_tag);
    if (!serial || !algorithm || !issuer || !validity || !subject || !key) return std::nullopt;
    const auto not_before = next_element(validity->content);
    const auto not_after = next_element(validity->content);
    const auto key_algorithm = next_element(key->content, sequence_tag);
    const auto key_bits = next_element(key->content, bit_string_tag);
    if (!not_before || !not_after || !key_algorithm || !key_bits) return std::nullopt;
    CertificateFacts facts;
    facts.serial_number = {hex(serial->content.rest()), serial->at};
    facts.signature_algorithm = {described_algorithm(algorithm->content), algorithm->at};
    facts.issuer = {described_name(issuer->content), issuer->at};
    facts.not_before = {described_time(*not_before), not_before->at};
    facts.not_after = {described_time(*not_after), not_after->at};
    facts.subject = {described_name(subject->content), subject->at};
    facts.public_key = {described_algorithm(key_algorithm->content), key->at};
    for (int i = 0; i < most_parts; ++i) { // unique identifiers may come first; nobody has any
        const auto more = next_element(in);
        if (!more) break;
        if (more->tag == extensions_tag) read_extensions(more->content, facts);
    }
    return facts;
}

void add_certificate(FieldList& fields, Octets der, OctetRange at, int depth)
{
    const auto facts = read_certificate(der.rest(), der.offset());
    if (!facts) {
        fields.add(TlsTerm::cert_data, hex(der.rest()), at, depth);
        return;
    }
    fields.add(TlsTerm::cert_data, facts->subject.value, at, depth);
    const auto fact = [&](TlsTerm what, const CertificateFact& said) {
        if (said.at.size > 0) fields.add(what, said.value, said.at, depth + 1);
    };
    fact(TlsTerm::serial_number, facts->serial_number);
    fact(TlsTerm::signature_algorithm, facts->signature_algorithm);
    fact(TlsTerm::issuer, facts->issuer);
    fact(TlsTerm::not_before, facts->not_before);
    fact(TlsTerm::not_after, facts->not_after);
    fact(TlsTerm::subject, facts->subject);
    fact(TlsTerm::subject_public_key, facts->public_key);
    fact(TlsTerm::subject_alt_name, facts->names);
    fact(TlsTerm::basic_constraints, facts->constraints);
}

} // namespace sim::report
