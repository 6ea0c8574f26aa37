#include "sim/auth/author.h"

#include "sim/auth/domain.h"
#include "sim/auth/tags.h"
#include "sim/core/ascii.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace sim::auth {

namespace {

// The addresses of a field, comments and display names left out. A domain is whatever stands behind
// the "@": what it is worth is looked at afterwards.
class AddressReader {
public:
    explicit AddressReader(std::string_view text) : text_{text} {}

    // Nothing: it cannot be read.
    std::optional<std::vector<std::string>> read()
    {
        while (at_ < text_.size()) {
            if (!read_one()) return std::nullopt;
        }
        if (in_angle_ || in_group_ || !end_address()) return std::nullopt;
        return std::move(addresses_);
    }

private:
    bool read_one()
    {
        const char byte = text_[at_];
        if (is_white(byte)) return next();
        switch (byte) {
        case '(':
            return skip_comment();
        case '"':
            return read_quoted();
        case '<':
            if (in_angle_) return false;
            word_.clear(); // it was the display name
            in_angle_ = true;
            has_angle_ = true;
            return next();
        case '>':
            if (!in_angle_) return false;
            in_angle_ = false;
            return next();
        case ':':
            return begin_group();
        case ';':
            if (!in_group_ || in_angle_) return false;
            in_group_ = false;
            return end_address() && next();
        case ',':
            if (in_angle_) return next(); // between the hosts of an old source route
            return end_address() && next();
        default:
            break;
        }
        if (!has_angle_ || in_angle_) word_ += byte;
        return next();
    }

    bool next()
    {
        ++at_;
        return true;
    }

    // RFC 5322 §3.2.2: comments stand in comments.
    bool skip_comment()
    {
        int depth = 0;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '(') {
                ++depth;
            } else if (text_[at_] == ')' && --depth == 0) {
                return next();
            }
        }
        return false;
    }

    // What is quoted is never a domain, whatever stands in it.
    bool read_quoted()
    {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '"') {
                if (!has_angle_ || in_angle_) word_ += '"';
                return next();
            }
        }
        return false;
    }

    // "friends: a@b, c@d;", and in angle brackets "@host:user@domain".
    bool begin_group()
    {
        if (in_angle_) {
            word_.clear();
            return next();
        }
        if (in_group_ || has_angle_) return false;
        in_group_ = true;
        word_.clear();
        return next();
    }

    bool end_address()
    {
        const std::string word = std::move(word_);
        word_.clear();
        const bool angle = has_angle_;
        has_angle_ = false;
        if (word.empty() && !angle) return true; // empty members of a list are old syntax
        const std::size_t at = word.rfind('@');
        if (at == std::string::npos || at == 0) return false;
        addresses_.push_back(word.substr(at + 1));
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string word_; // of the address that is being read
    bool in_angle_ = false;
    bool has_angle_ = false;
    bool in_group_ = false;
    std::vector<std::string> addresses_;
};

} // namespace

tl::expected<std::string, AuthorProblem> author_domain(std::span<const std::string_view> values)
{
    if (values.empty()) return tl::unexpected{AuthorProblem::no_from};
    if (values.size() > 1) return tl::unexpected{AuthorProblem::several_from};
    const auto addresses = AddressReader{values.front()}.read();
    if (!addresses) return tl::unexpected{AuthorProblem::unreadable_from};
    if (addresses->empty()) return tl::unexpected{AuthorProblem::no_from};
    if (addresses->size() > 1) return tl::unexpected{AuthorProblem::several_authors};
    std::string domain = folded(without_dot(addresses->front()));
    const bool plain = std::ranges::all_of(domain, [](char byte) {
        return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_' || byte == '.';
    });
    if (!plain || !fits_dns(domain)) return tl::unexpected{AuthorProblem::unreadable_from};
    return domain;
}

tl::expected<std::string, AuthorProblem> author_domain(const MailText& mail)
{
    std::vector<std::string_view> from;
    for (const MailField& field : mail.fields)
        if (folded(field.name) == "from") from.push_back(field.value());
    return author_domain(from);
}

} // namespace sim::auth
