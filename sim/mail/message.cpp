#include "sim/mail/message.h"

#include "sim/core/ascii.h"
#include "sim/core/base64.h"
#include "sim/core/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sim::mail {

namespace {

constexpr std::size_t max_line_octets = 998;      // RFC 5322 §2.1.1, without CR LF
constexpr std::size_t good_line_octets = 76;      // RFC 2047 §2, and below RFC 5322's 78
constexpr std::size_t encoded_word_frame = 12;    // "=?UTF-8?B?" and "?="
constexpr std::size_t max_encoded_word = 75;      // RFC 2047 §2
constexpr std::size_t longest_unfolded_word = 70; // longer words in a header are encoded

std::uint8_t octet(char byte)
{
    return static_cast<std::uint8_t>(byte);
}

bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

// ---- reading ----------------------------------------------------------------------------------

// One line: its text is [begin, text_end), the next line starts at `next`.
struct LineSpan {
    std::size_t begin = 0;
    std::size_t text_end = 0;
    std::size_t next = 0;
};

LineSpan line_at(std::string_view message, std::size_t begin)
{
    const std::size_t feed = message.find('\n', begin);
    if (feed == std::string_view::npos) return {begin, message.size(), message.size()};
    const bool has_return = feed > begin && message[feed - 1] == '\r';
    return {begin, has_return ? feed - 1 : feed, feed + 1};
}

// The name of the field that starts on this line, and where its value begins; RFC 5322 §2.2. Blanks
// before the colon are the obsolete syntax of §4.5.
struct FieldStart {
    std::string_view name;
    std::size_t value = 0;
};

std::optional<FieldStart> field_start(std::string_view line)
{
    std::size_t size = 0;
    while (size < line.size() && line[size] > ' ' && line[size] <= '~' && line[size] != ':')
        ++size;
    std::size_t colon = size;
    while (colon < line.size() && is_blank(line[colon]))
        ++colon;
    if (size == 0 || colon == line.size() || line[colon] != ':') return std::nullopt;
    return FieldStart{line.substr(0, size), colon + 1};
}

// A field where it stands in the message.
struct FieldSpan {
    std::string_view name;
    std::size_t begin = 0;
    std::size_t value = 0;
    std::size_t end = 0;
};

// Walks over the fields of a header from first to last, whatever its size.
class FieldWalk {
public:
    explicit FieldWalk(std::string_view message) : message_{message} {}

    std::optional<FieldSpan> next()
    {
        const LineSpan line = line_at(message_, at_);
        const auto start = field_start(message_.substr(line.begin, line.text_end - line.begin));
        if (!start) return std::nullopt;
        at_ = line.next;
        while (at_ < message_.size() && is_blank(message_[at_]))
            at_ = line_at(message_, at_).next;
        return FieldSpan{start->name, line.begin, line.begin + start->value, at_};
    }

    // The start of the first line not yet walked over: behind the last field, mostly the empty one.
    [[nodiscard]] std::size_t at() const { return at_; }

private:
    std::string_view message_;
    std::size_t at_ = 0;
};

// RFC 5322 §2.2.3: line ends before white space go, the white space stays.
std::string unfolded(std::string_view raw)
{
    std::string value;
    for (std::size_t at = 0; at < raw.size();) {
        const LineSpan line = line_at(raw, at);
        value += raw.substr(line.begin, line.text_end - line.begin);
        at = line.next;
    }
    const auto first = std::ranges::find_if_not(value, is_blank);
    value.erase(value.begin(), first);
    while (!value.empty() && is_blank(value.back()))
        value.pop_back();
    return value;
}

HeaderField field_of(std::string_view message, const FieldSpan& span)
{
    return {std::string{span.name},
            unfolded(message.substr(span.value, span.end - span.value)),
            span.begin,
            span.end};
}

// ---- writing ----------------------------------------------------------------------------------

// Whatever would end a line, or be no text at all, becomes a space.
std::string without_controls(std::string_view text)
{
    std::string result{text};
    std::ranges::replace_if(
        result, [](char byte) { return octet(byte) < 32 || byte == 127; }, ' ');
    return result;
}

bool is_ascii(std::string_view text)
{
    return std::ranges::none_of(text, [](char byte) { return octet(byte) >= 128; });
}

// The column after `text`, which starts at `column`.
std::size_t column_after(std::string_view text, std::size_t column)
{
    const std::size_t feed = text.rfind('\n');
    return feed == std::string_view::npos ? column + text.size() : text.size() - feed - 1;
}

// As many whole characters as fit in `limit` octets; where there is no character's end in sight
// (that is no UTF-8), a cut anywhere does.
std::size_t characters_within(std::string_view utf8, std::size_t limit)
{
    if (utf8.size() <= limit) return utf8.size();
    std::size_t end = limit;
    while (end > 0 && (octet(utf8[end]) & 0xc0U) == 0x80U)
        --end;
    return end > 0 ? end : limit;
}

std::string encoded_words(std::string_view utf8, std::size_t column)
{
    std::string text;
    while (!utf8.empty()) {
        const std::size_t room = column >= good_line_octets ? 0 : good_line_octets - column;
        const std::size_t word = std::min(room, max_encoded_word);
        const std::size_t octets =
            word <= encoded_word_frame ? 0 : (word - encoded_word_frame) / 4 * 3;
        // Not worth starting a word for a character or two: the next line takes it.
        if (octets < 6 && column > 1) {
            text += "\r\n ";
            column = 1;
            continue;
        }
        const std::size_t size = characters_within(utf8, octets);
        text += "=?UTF-8?B?" + encode_base64(utf8.substr(0, size)) + "?=";
        utf8.remove_prefix(size);
        column = good_line_octets; // each further word on a line of its own
    }
    return text;
}

std::size_t longest_word(std::string_view text)
{
    std::size_t longest = 0;
    std::size_t size = 0;
    for (const char byte : text) {
        size = byte == ' ' ? 0 : size + 1;
        longest = std::max(longest, size);
    }
    return longest;
}

// Folds before the space of a word that would go beyond the good length.
std::string folded(std::string_view ascii, std::size_t column)
{
    std::string text;
    std::size_t at = 0;
    while (at < ascii.size()) {
        const std::size_t word = std::min(ascii.find_first_not_of(' ', at), ascii.size());
        const std::size_t end = std::min(ascii.find(' ', word), ascii.size());
        if (word > at && word < end && column + (end - at) > good_line_octets) {
            text += "\r\n";
            column = 0;
        }
        text += ascii.substr(at, end - at);
        column += end - at;
        at = end;
    }
    return text;
}

// RFC 5322 §3.2.3 and the words of a phrase.
bool is_phrase(std::string_view text)
{
    constexpr std::string_view marks = " !#$%&'*+-/=?^_`{|}~";
    return !text.starts_with(' ') && !text.ends_with(' ') &&
           std::ranges::all_of(text, [&](char byte) {
               return is_digit(byte) || is_letter(byte) ||
                      marks.find(byte) != std::string_view::npos;
           });
}

std::string quoted_words(std::string_view text)
{
    std::string result = "\"";
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') result += '\\';
        result += byte;
    }
    return result + '"';
}

std::string address_field(std::string_view name, const std::vector<Mailbox>& mailboxes)
{
    std::string field = std::string{name} + ": ";
    for (std::size_t i = 0; i < mailboxes.size(); ++i) {
        const std::size_t column = column_after(field, 0);
        std::string mailbox = encode_mailbox(mailboxes[i], column);
        if (i > 0 && column + mailbox.size() > good_line_octets) {
            field.back() = '\r';
            field += "\n ";
            mailbox = encode_mailbox(mailboxes[i], 1);
        }
        field += mailbox;
        if (i + 1 < mailboxes.size()) field += ", ";
    }
    return field + "\r\n";
}

// What a client says of itself goes into a header as far as it could be a name or an address.
std::string harmless(std::string_view text)
{
    constexpr std::size_t longest = 255;
    constexpr std::string_view marks = ".-_:[]";
    std::string result{text.substr(0, longest)};
    for (char& byte : result) {
        const bool fine =
            is_digit(byte) || is_letter(byte) || marks.find(byte) != std::string_view::npos;
        if (!fine) byte = '?';
    }
    return result.empty() ? "?" : result;
}

} // namespace

std::string base64_lines(std::string_view bytes)
{
    const std::string text = encode_base64(bytes);
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += good_line_octets)
        lines += text.substr(at, good_line_octets) + "\r\n";
    return lines;
}

Header parse_header(std::string_view message)
{
    Header header;
    FieldWalk walk{message};
    while (const auto span = walk.next()) {
        if (header.fields.size() == max_header_fields || span->end > max_header_octets) {
            header.cut = true;
            header.end = span->begin;
            header.body = span->begin;
            return header;
        }
        header.fields.push_back(field_of(message, *span));
    }
    header.end = header.body = walk.at();
    const LineSpan behind = line_at(message, header.end);
    if (behind.text_end == behind.begin) header.body = behind.next;
    return header;
}

std::optional<HeaderField> find_field(std::string_view message, std::string_view name)
{
    FieldWalk walk{message};
    while (const auto span = walk.next())
        if (same_name(span->name, name)) return field_of(message, *span);
    return std::nullopt;
}

bool has_field(std::string_view message, std::string_view name)
{
    return find_field(message, name).has_value();
}

std::size_t count_fields(std::string_view message, std::string_view name)
{
    std::size_t count = 0;
    FieldWalk walk{message};
    while (const auto span = walk.next())
        if (same_name(span->name, name)) ++count;
    return count;
}

bool has_8bit(std::string_view message)
{
    return !is_ascii(message);
}

bool has_utf8_header(std::string_view message)
{
    FieldWalk walk{message};
    while (walk.next()) {
    }
    const std::string_view header = message.substr(0, walk.at());
    return !is_ascii(header) && is_utf8(header);
}

std::size_t longest_line(std::string_view message)
{
    std::size_t longest = 0;
    for (std::size_t at = 0; at < message.size();) {
        const LineSpan line = line_at(message, at);
        longest = std::max(longest, line.text_end - line.begin);
        at = line.next;
    }
    return longest;
}

bool has_bare_line_ends(std::string_view message)
{
    for (std::size_t i = 0; i < message.size(); ++i) {
        if (message[i] == '\n') return true;
        if (message[i] != '\r') continue;
        if (i + 1 == message.size() || message[i + 1] != '\n') return true;
        ++i;
    }
    return false;
}

std::size_t preamble_size(std::string_view message)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::size_t size = message.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    if (message.substr(size).starts_with("From ")) size = line_at(message, size).next;
    return size;
}

std::optional<MessageFault> fault_of_message(std::string_view bytes)
{
    if (bytes.empty()) return MessageFault::empty;
    // With its mark, or letters of ASCII in either order of octets.
    constexpr std::string_view nul{"\0", 1};
    const bool marked = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    const bool every_second =
        bytes.size() >= 4 && ((bytes.substr(1, 1) == nul && bytes.substr(3, 1) == nul) ||
                              (bytes.substr(0, 1) == nul && bytes.substr(2, 1) == nul));
    if (marked || every_second) return MessageFault::utf16;
    if (bytes.find('\0') != std::string_view::npos) return MessageFault::nul;
    return std::nullopt;
}

std::string prepend_field(std::string_view message, std::string_view field)
{
    std::string result;
    result.reserve(field.size() + 2 + message.size());
    result += field;
    result += "\r\n";
    result += message;
    return result;
}

std::vector<std::string> take_fields(std::string& message,
                                     std::string_view name,
                                     const std::function<bool(std::string_view value)>& which)
{
    std::vector<std::string> taken;
    std::string rest;
    std::size_t kept = 0;
    FieldWalk walk{message};
    while (const auto span = walk.next()) {
        if (!same_name(span->name, name)) continue;
        if (which && !which(field_of(message, *span).value)) continue;
        rest.append(message, kept, span->begin - kept);
        kept = span->end;
        std::string field = message.substr(span->begin, span->end - span->begin);
        while (field.ends_with('\n') || field.ends_with('\r'))
            field.pop_back();
        taken.push_back(std::move(field));
    }
    if (taken.empty()) return taken;
    rest.append(message, kept);
    message = std::move(rest);
    return taken;
}

std::string normalise_line_ends(std::string_view message)
{
    std::string result;
    result.reserve(message.size() + message.size() / 32);
    for (std::size_t i = 0; i < message.size(); ++i) {
        if (message[i] != '\r' && message[i] != '\n') {
            result += message[i];
            continue;
        }
        if (message[i] == '\r' && i + 1 < message.size() && message[i + 1] == '\n') ++i;
        result += "\r\n";
    }
    return result;
}

std::string encode_header_text(std::string_view utf8, std::size_t column)
{
    const std::string text = without_controls(utf8);
    const bool plain = is_ascii(text) && text.find("=?") == std::string::npos &&
                       longest_word(text) <= longest_unfolded_word;
    return plain ? folded(text, column) : encoded_words(text, column);
}

std::string encode_mailbox(const Mailbox& mailbox, std::size_t column)
{
    std::string address = without_controls(mailbox.address);
    if (mailbox.display_name.empty()) return address;
    const std::string name = without_controls(mailbox.display_name);
    std::string text;
    if (is_ascii(name) && name.size() <= longest_unfolded_word &&
        name.find("=?") == std::string::npos) {
        text = is_phrase(name) ? name : quoted_words(name);
    } else {
        text = encoded_words(name, column);
    }
    const bool fits = column_after(text, column) + address.size() + 3 <= good_line_octets;
    return text + (fits ? " <" : "\r\n <") + address + ">";
}

std::string make_message_id(Instant at, std::string_view domain, Rng& rng)
{
    std::string stamp;
    for (const char byte : iso_date(at, utc).substr(0, 19))
        if (is_digit(byte)) stamp += byte;
    return fmt::format("<{}.{:08x}@{}>", stamp, rng.below(std::uint64_t{1} << 32U), domain);
}

std::string compose(const Draft& draft)
{
    constexpr std::string_view subject_name = "Subject: ";
    std::string message = address_field("From", {draft.from});
    if (!draft.to.empty()) message += address_field("To", draft.to);
    if (!draft.cc.empty()) message += address_field("Cc", draft.cc);
    message += subject_name;
    message += encode_header_text(draft.subject, subject_name.size()) + "\r\n";
    message += "Date: " + mail_date(draft.date, draft.zone) + "\r\n";
    if (!draft.message_id.empty())
        message += "Message-ID: " + without_controls(draft.message_id) + "\r\n";
    if (!draft.user_agent.empty())
        message += "User-Agent: " + without_controls(draft.user_agent) + "\r\n";
    message += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n";

    std::string text = normalise_line_ends(draft.text);
    if (!text.empty() && !text.ends_with('\n')) text += "\r\n";
    // Neither 7bit nor 8bit allows longer lines or NUL (RFC 2045 §2.7, §2.8).
    const bool fits_lines =
        longest_line(text) <= max_line_octets && text.find('\0') == std::string::npos;
    std::string_view encoding = "base64";
    if (fits_lines && is_ascii(text)) {
        encoding = "7bit";
    } else if (fits_lines && draft.encoding == BodyEncoding::as_8bit) {
        encoding = "8bit";
    }
    message += fmt::format("Content-Transfer-Encoding: {}\r\n\r\n", encoding);
    message += encoding == "base64" ? base64_lines(text) : text;
    return message;
}

std::string transmission_type(const ReceivedStamp& stamp)
{
    const bool secure = !stamp.tls_version.empty();
    if (!stamp.extended && !secure && !stamp.authenticated && !stamp.utf8) return "SMTP";
    std::string type = stamp.utf8 ? "UTF8SMTP" : "ESMTP"; // RFC 6531 §4.3
    if (secure) type += 'S';
    if (stamp.authenticated) type += 'A';
    return type;
}

std::string received_field(const ReceivedStamp& stamp)
{
    std::string field =
        fmt::format("Received: from {} ({}[{}])\r\n",
                    harmless(stamp.helo),
                    stamp.client_name.empty() ? "" : harmless(stamp.client_name) + ' ',
                    stamp.client_address);
    if (!stamp.tls_version.empty()) {
        field += fmt::format(" (using {} with cipher {})\r\n", stamp.tls_version, stamp.tls_cipher);
    }
    field += fmt::format(" by {} with {}", stamp.by, transmission_type(stamp));
    if (!stamp.id.empty()) field += fmt::format(" id {}", stamp.id);
    if (!stamp.recipient.empty())
        field += fmt::format("\r\n for <{}>", without_controls(stamp.recipient));
    return field + fmt::format(";\r\n {}", mail_date(stamp.at, stamp.zone));
}

std::string QueueIds::next()
{
    // No vowels, so that no words; nothing that looks like 0 or 1.
    constexpr std::string_view letters = "23456789BCDFGHJKLMNPQRSTVWXZ";
    constexpr std::size_t by_chance = 6;
    constexpr std::size_t by_count = 4; // at least; the count keeps ids apart for ever
    std::string id;
    for (std::size_t i = 0; i < by_chance; ++i)
        id += letters[rng_.below(letters.size())];
    std::string digits;
    for (std::uint32_t rest = count_; rest > 0 || digits.size() < by_count;
         rest /= static_cast<std::uint32_t>(letters.size()))
        digits += letters[rest % letters.size()];
    ++count_;
    return id + digits;
}

} // namespace sim::mail
