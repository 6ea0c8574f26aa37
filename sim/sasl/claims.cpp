#include "sim/sasl/claims.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::sasl {

namespace {

constexpr std::size_t most_claims = 32;
constexpr std::size_t most_digits_of_number = 15; // of a number: no date needs more

std::string json_text(std::string_view text)
{
    std::string out{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    out += '"';
    return out;
}

class Reading {
public:
    explicit Reading(std::string_view text) : rest_{text} {}

    std::optional<std::map<std::string, Claim>> object()
    {
        std::map<std::string, Claim> claims;
        if (!take('{')) return std::nullopt;
        if (!take('}')) {
            do {
                auto name = string();
                if (!name || !take(':') || claims.size() == most_claims) return std::nullopt;
                auto claim = value();
                if (!claim) return std::nullopt;
                if (!claims.try_emplace(*std::move(name), *std::move(claim)).second)
                    return std::nullopt;
            } while (take(','));
            if (!take('}')) return std::nullopt;
        }
        skip_blanks();
        if (!rest_.empty()) return std::nullopt;
        return claims;
    }

private:
    void skip_blanks()
    {
        const std::size_t end = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    }

    bool take(char c)
    {
        skip_blanks();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<Claim> value()
    {
        skip_blanks();
        if (rest_.starts_with('"')) {
            if (auto text = string()) return Claim{*std::move(text)};
            return std::nullopt;
        }
        const std::size_t size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        if (size == 0 || size > most_digits_of_number || (size > 1 && rest_.front() == '0'))
            return std::nullopt;
        std::int64_t number = 0;
        for (const char c : rest_.substr(0, size))
            number = number * 10 + (c - '0');
        rest_.remove_prefix(size);
        return Claim{number};
    }

    std::optional<std::string> string()
    {
        if (!take('"')) return std::nullopt;
        std::string text;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return text;
            if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
            if (c != '\\') {
                text += c;
            } else if (!escaped(text)) {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

    // What stands behind a backslash; of the numbers only those of ASCII, which is all we write.
    bool escaped(std::string& text)
    {
        constexpr std::string_view hex = "0123456789abcdef";
        if (rest_.empty()) return false;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '"' || c == '\\' || c == '/') {
            text += c;
            return true;
        }
        if (c != 'u' || !rest_.starts_with("00") || rest_.size() < 4) return false;
        const std::size_t high = hex.find(rest_[2]);
        const std::size_t low = hex.find(rest_[3]);
        if (high > 7 || low == std::string_view::npos) return false;
        text += static_cast<char>(high * 16 + low);
        rest_.remove_prefix(4);
        return true;
    }

    std::string_view rest_;
};

} // namespace

std::string write_claims(const std::vector<std::pair<std::string_view, Claim>>& claims)
{
    std::string text{'{'};
    for (const auto& [name, claim] : claims) {
        if (text.size() > 1) text += ',';
        text += json_text(name);
        text += ':';
        if (const auto* words = std::get_if<std::string>(&claim)) {
            text += json_text(*words);
        } else {
            text += fmt::format("{}", std::get<std::int64_t>(claim));
        }
    }
    text += '}';
    return text;
}

std::optional<std::map<std::string, Claim>> read_claims(std::string_view text)
{
    return Reading{text}.object();
}

} // namespace sim::sasl
