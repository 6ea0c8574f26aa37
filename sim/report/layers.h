// What a packet is shown as: layers of fields, each with the octets that it stands for, its value
// and a sentence about why it is there. The window draws them; nothing here draws.
#pragma once

#include "sim/explain/language.h"
#include "sim/explain/packet_words.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::report {

struct OctetRange {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;

    [[nodiscard]] std::uint32_t end() const { return offset + size; }
    friend bool operator==(const OctetRange&, const OctetRange&) = default;
};

struct Field {
    std::string name;
    std::string value;
    std::string meaning; // a sentence
    std::uint32_t offset = 0;
    std::uint32_t size = 0; // octets in the packet (or message) that it stands for; may be 0
    int depth = 0;          // 1: part of the nearest field above it with depth 0, and so on
};

struct Layer {
    explain::PacketLayer kind = explain::PacketLayer::octets;
    std::string title;
    std::string summary; // what matters of it in a few words, as on the wire; may be empty
    std::string meaning; // what this layer is for, and what of it the simulator leaves out
    std::vector<Field> fields;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    bool encrypted = false; // an onlooker cannot read all of it
    // What was sealed in the layer above: known to the two ends alone, and not to be found in the
    // packet's octets. Offset and size are those of the sealed octets.
    bool inside = false;
};

// Reads numbers and parts from the front of a piece of a packet and knows where they lie in it.
// Never reads behind the end: what is not there is nothing.
class Octets {
public:
    Octets(std::string_view bytes, std::uint32_t offset) : bytes_{bytes}, offset_{offset} {}

    [[nodiscard]] std::string_view rest() const { return bytes_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] std::uint32_t offset() const { return offset_; }
    [[nodiscard]] OctetRange range() const
    {
        return {offset_, static_cast<std::uint32_t>(bytes_.size())};
    }

    // Big-endian, 1 to 8 octets.
    std::optional<std::uint64_t> number(std::size_t width);
    std::optional<Octets> part(std::size_t size);
    // A part whose size is told by the `width` octets in front of it.
    std::optional<Octets> counted_part(std::size_t width);

private:
    std::string_view bytes_;
    std::uint32_t offset_;
};

// Collects fields in the words of one language.
class FieldList {
public:
    explicit FieldList(const explain::Language& language) : language_{language} {}

    // Fields made while it is set belong to these octets, wherever they say they lie: for what was
    // sealed into them.
    void set_sealed_in(std::optional<OctetRange> range) { sealed_in_ = range; }

    void add(explain::PacketField what, std::string value, OctetRange at, int depth = 0);
    // The same with another meaning, the text of this key.
    void add(explain::PacketField what,
             std::string value,
             OctetRange at,
             int depth,
             std::string_view meaning_key);
    // Named as the RFC names it.
    void add(explain::TlsTerm what, std::string value, OctetRange at, int depth = 0);

    // "12 octets" in the language.
    [[nodiscard]] std::string octets(std::size_t count) const;
    [[nodiscard]] const explain::Language& language() const { return language_; }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    [[nodiscard]] std::vector<Field> take() { return std::move(fields_); }

private:
    void append(Field field, OctetRange at);

    const explain::Language& language_;
    std::optional<OctetRange> sealed_in_;
    std::vector<Field> fields_;
};

// A layer with its title and meaning; its fields, place and summary are the caller's to fill in.
Layer make_layer(explain::PacketLayer kind, const explain::Language& language);

// "4a 6f 73", at most `most` octets, then "…". Empty becomes "-".
std::string hex(std::string_view bytes, std::size_t most = 64);

} // namespace sim::report
