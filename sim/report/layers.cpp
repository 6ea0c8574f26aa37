#include "sim/report/layers.h"

#include <fmt/format.h>

#include <utility>

namespace sim::report {

std::optional<std::uint64_t> Octets::number(std::size_t width)
{
    if (width > bytes_.size() || width > sizeof(std::uint64_t)) return std::nullopt;
    std::uint64_t value = 0;
    for (const char octet : bytes_.substr(0, width))
        value = value << 8U | static_cast<std::uint8_t>(octet);
    bytes_.remove_prefix(width);
    offset_ += static_cast<std::uint32_t>(width);
    return value;
}

std::optional<Octets> Octets::part(std::size_t size)
{
    if (size > bytes_.size()) return std::nullopt;
    const Octets taken{bytes_.substr(0, size), offset_};
    bytes_.remove_prefix(size);
    offset_ += static_cast<std::uint32_t>(size);
    return taken;
}

std::optional<Octets> Octets::counted_part(std::size_t width)
{
    Octets ahead = *this;
    const auto size = ahead.number(width);
    if (!size || *size > ahead.left()) return std::nullopt;
    auto taken = ahead.part(static_cast<std::size_t>(*size));
    *this = ahead;
    return taken;
}

void FieldList::append(Field field, OctetRange at)
{
    const OctetRange place = sealed_in_.value_or(at);
    field.offset = place.offset;
    field.size = place.size;
    fields_.push_back(std::move(field));
}

void FieldList::add(explain::PacketField what, std::string value, OctetRange at, int depth)
{
    add(what, std::move(value), at, depth, fmt::format("report.packet.meaning.{}", name_of(what)));
}

void FieldList::add(explain::PacketField what,
                    std::string value,
                    OctetRange at,
                    int depth,
                    std::string_view meaning_key)
{
    append(Field{language_.text(fmt::format("report.packet.name.{}", name_of(what))),
                 value.empty() ? std::string{"-"} : std::move(value),
                 language_.text(meaning_key),
                 0,
                 0,
                 depth},
           at);
}

void FieldList::add(explain::TlsTerm what, std::string value, OctetRange at, int depth)
{
    append(Field{std::string{name_of(what)},
                 value.empty() ? std::string{"-"} : std::move(value),
                 language_.text(fmt::format("report.tls.meaning.{}", name_of(what))),
                 0,
                 0,
                 depth},
           at);
}

std::string FieldList::octets(std::size_t count) const
{
    return language_.text(count == 1 ? "report.packet.value.octet" : "report.packet.value.octets",
                          {{"size", fmt::format("{}", count)}});
}

Layer make_layer(explain::PacketLayer kind, const explain::Language& language)
{
    Layer layer;
    layer.kind = kind;
    layer.title = language.text(fmt::format("report.packet.title.{}", name_of(kind)));
    layer.meaning = language.text(fmt::format("report.packet.about.{}", name_of(kind)));
    return layer;
}

std::string hex(std::string_view bytes, std::size_t most)
{
    if (bytes.empty()) return "-";
    std::string text;
    for (const char octet : bytes.substr(0, most)) {
        if (!text.empty()) text += ' ';
        text += fmt::format("{:02x}", static_cast<std::uint8_t>(octet));
    }
    if (bytes.size() > most) text += " …";
    return text;
}

} // namespace sim::report
