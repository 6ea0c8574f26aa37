#include "sim/sasl/gs2.h"

#include "sim/sasl/password.h"

namespace sim::sasl {

std::string write_sasl_name(std::string_view name)
{
    std::string text;
    text.reserve(name.size());
    for (const char c : name) {
        if (c == ',') {
            text += "=2C";
        } else if (c == '=') {
            text += "=3D";
        } else {
            text += c;
        }
    }
    return text;
}

std::optional<std::string> read_sasl_name(std::string_view text)
{
    if (text.size() > 3 * max_value_octets) return std::nullopt;
    std::string name;
    while (!text.empty()) {
        if (text.front() == ',') return std::nullopt;
        if (text.front() != '=') {
            name += text.front();
            text.remove_prefix(1);
        } else if (text.starts_with("=2C")) {
            name += ',';
            text.remove_prefix(3);
        } else if (text.starts_with("=3D")) {
            name += '=';
            text.remove_prefix(3);
        } else {
            return std::nullopt;
        }
    }
    if (!is_well_formed_value(name)) return std::nullopt;
    return name;
}

std::optional<Gs2Header> take_gs2_header(std::string_view& message)
{
    // "y": the client could, but believes that the server cannot. It is right.
    if (!message.starts_with("n,") && !message.starts_with("y,")) return std::nullopt;
    const std::size_t comma = message.find(',', 2);
    if (comma == std::string_view::npos) return std::nullopt;
    Gs2Header header{message.substr(0, comma + 1), std::nullopt};
    const std::string_view acts_as = message.substr(2, comma - 2);
    if (!acts_as.empty()) {
        if (!acts_as.starts_with("a=")) return std::nullopt;
        header.acts_as = read_sasl_name(acts_as.substr(2));
        if (!header.acts_as) return std::nullopt;
    }
    message.remove_prefix(comma + 1);
    return header;
}

} // namespace sim::sasl
