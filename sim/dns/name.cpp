#include "sim/dns/name.h"

#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace sim::dns {

namespace {

std::uint8_t octet(char byte)
{
    return static_cast<std::uint8_t>(byte);
}

// Where the labels start, on the stack: comparing names is what caches and zones do all the time.
class LabelStarts {
public:
    explicit LabelStarts(std::string_view wire)
    {
        for (std::size_t at = 0; at < wire.size(); at += std::size_t{octet(wire[at])} + 1)
            starts_.at(count_++) = static_cast<std::uint8_t>(at);
    }
    [[nodiscard]] std::span<const std::uint8_t> all() const { return {starts_.data(), count_}; }

private:
    std::array<std::uint8_t, (max_name_octets - 1) / 2> starts_{};
    std::size_t count_ = 0;
};

std::string_view label_at(std::string_view wire, std::size_t start)
{
    return wire.substr(start + 1, octet(wire[start]));
}

std::strong_ordering compare_labels(std::string_view a, std::string_view b)
{
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto order = octet(lower(a[i])) <=> octet(lower(b[i]));
        if (std::is_neq(order)) return order;
    }
    return a.size() <=> b.size();
}

// The octet that an escape stands for, `text` being behind the backslash; takes it from the front.
std::optional<char> take_escape(std::string_view& text)
{
    if (text.empty()) return std::nullopt;
    if (!is_digit(text[0])) {
        const char literal = text[0];
        text.remove_prefix(1);
        return literal;
    }
    if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) return std::nullopt;
    const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
    if (value > 255) return std::nullopt;
    text.remove_prefix(3);
    return static_cast<char>(value);
}

// The octets of an address as labels, the last one first.
Name reversed_labels(Address address)
{
    Name name;
    for (unsigned shift = 0; shift < 32; shift += 8)
        name.append_label(std::to_string((address.value >> shift) & 255U));
    return name;
}

const Name& in_addr_arpa()
{
    static const Name name = *parse_name("in-addr.arpa");
    return name;
}

} // namespace

bool Name::append_label(std::string_view label)
{
    if (label.empty() || label.size() > max_label_octets) return false;
    if (wire_.size() + label.size() + 2 > max_name_octets) return false;
    wire_ += static_cast<char>(label.size());
    wire_ += label;
    return true;
}

bool Name::append(const Name& suffix)
{
    if (wire_.size() + suffix.wire_.size() + 1 > max_name_octets) return false;
    wire_ += suffix.wire_;
    return true;
}

std::size_t Name::label_count() const
{
    return LabelStarts{wire_}.all().size();
}

std::vector<std::string_view> Name::labels() const
{
    std::vector<std::string_view> labels;
    for (std::size_t at = 0; at < wire_.size(); at += labels.back().size() + 1)
        labels.push_back(label_at(wire_, at));
    return labels;
}

Name Name::parent() const
{
    Name parent;
    if (!wire_.empty()) parent.wire_ = wire_.substr(std::size_t{octet(wire_[0])} + 1);
    return parent;
}

bool Name::is_within(const Name& suffix) const
{
    if (suffix.wire_.size() > wire_.size()) return false;
    // The suffix has to begin where a label begins: "notumi.example" is not within "umi.example".
    const std::size_t start = wire_.size() - suffix.wire_.size();
    std::size_t at = 0;
    while (at < start)
        at += std::size_t{octet(wire_[at])} + 1;
    return at == start &&
           std::is_eq(compare_labels(std::string_view{wire_}.substr(start), suffix.wire_));
}

bool operator==(const Name& a, const Name& b)
{
    // Length octets are below 'A', so folding case over the whole wire form changes none of them.
    return a.wire_.size() == b.wire_.size() && std::is_eq(compare_labels(a.wire_, b.wire_));
}

std::strong_ordering operator<=>(const Name& a, const Name& b)
{
    const LabelStarts starts_of_a{a.wire_};
    const LabelStarts starts_of_b{b.wire_};
    const auto left = starts_of_a.all();
    const auto right = starts_of_b.all();
    const std::size_t common = std::min(left.size(), right.size());
    for (std::size_t i = 1; i <= common; ++i) {
        const auto order = compare_labels(label_at(a.wire_, left[left.size() - i]),
                                          label_at(b.wire_, right[right.size() - i]));
        if (std::is_neq(order)) return order;
    }
    return left.size() <=> right.size();
}

std::optional<Name> parse_name(std::string_view text)
{
    Name name;
    if (text == ".") return name;
    if (text.empty()) return std::nullopt;
    std::string label;
    while (!text.empty()) {
        const char next = text[0];
        text.remove_prefix(1);
        if (next == '.') {
            if (!name.append_label(label)) return std::nullopt;
            label.clear();
            continue;
        }
        if (next == '\\') {
            const auto escaped = take_escape(text);
            if (!escaped) return std::nullopt;
            label += *escaped;
        } else {
            label += next;
        }
        if (label.size() > max_label_octets) return std::nullopt;
    }
    if (!label.empty() && !name.append_label(label)) return std::nullopt;
    return name;
}

std::string to_absolute_string(const Name& name)
{
    if (name.is_root()) return ".";
    std::string text;
    for (const std::string_view label : name.labels()) {
        for (const char byte : label) {
            if (byte == '.' || byte == '\\') {
                text += '\\';
                text += byte;
            } else if (octet(byte) <= 32 || octet(byte) >= 127) {
                text += fmt::format("\\{:03}", octet(byte));
            } else {
                text += byte;
            }
        }
        text += '.';
    }
    return text;
}

std::string to_string(const Name& name)
{
    std::string text = to_absolute_string(name);
    if (!name.is_root()) text.pop_back();
    return text;
}

Name reverse_name(Address address)
{
    Name name = reversed_labels(address);
    name.append(in_addr_arpa());
    return name;
}

std::optional<Name> reversed_under(Address address, const Name& suffix)
{
    Name name = reversed_labels(address);
    if (!name.append(suffix)) return std::nullopt;
    return name;
}

std::optional<Address> parse_reverse_name(const Name& name)
{
    const auto labels = name.labels();
    if (labels.size() != 6 || !name.is_within(in_addr_arpa())) return std::nullopt;
    std::string dotted;
    for (std::size_t i = 4; i-- > 0;)
        dotted += std::string{labels[i]} + (i > 0 ? "." : "");
    return parse_address(dotted);
}

} // namespace sim::dns
