// Fills the values of a scenario from a TOML table, as format.h describes them: the visitor that
// reads. Whatever does not fit becomes a problem, and the value keeps its default. Internal to
// sim/scenario.
#pragma once

#include "sim/scenario/document.h"
#include "sim/scenario/forms.h"
#include "sim/scenario/problems.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::scenario {

inline constexpr bool needed = true;

inline constexpr std::int64_t max_order = 9'999;         // of a lesson among lessons
inline constexpr std::int64_t max_count = 1'000'000'000; // of events in an expectation
inline constexpr std::int64_t max_amount = 100'000'000;  // of what a crowd does
inline constexpr std::int64_t max_pcs = 100'000;         // of a crowd

// What there is to say about a key.
struct About {
    std::string_view key;
    std::string_view is; // one English sentence for editors and messages
    bool is_needed = false;
    Form form = Form::line; // of a string, or of the keys of a keyed table
};

// A string that names something, to be looked up when everything has been read.
struct Reference {
    Form form = Form::host;
    std::string name;
    Place place;
    std::string path;
};

// A rule that wants to stand in front of another one.
struct RuleOrder {
    std::string rule;
    std::string before;
};

// What reading leaves behind beside the values.
struct Reading {
    explicit Reading(Problems& found) : problems{found} {}

    // The place of a key that was read; of what it lies in when it was not written.
    [[nodiscard]] Place place_of(std::string path) const;
    // Says that what stands at `path` does not fit the rest; not when it, or a part of it, is
    // already known to be wrong.
    void add(const std::string& path, Wrong wrong);
    void add(const std::string& path, ProblemKind kind, std::vector<Fact> facts = {});

    Problems& problems;
    std::map<std::string, Place> places; // by dotted key
    std::vector<Reference> references;
    std::vector<RuleOrder> rule_orders;
};

class Reader {
public:
    Reader(const Table& table, std::string path, Place place, Reading& reading);

    // What kind of table it is, and what it is as a whole (for the schema).
    void about(std::string_view kind, std::string_view /*is*/) { kind_ = kind; }

    template <typename T>
    void value(const About& about, T& out)
    {
        if (const Node* node = take(about)) read(*node, path_of(about.key), about.form, out);
    }
    // A list of values; replaced as a whole by a lesson that has it too.
    template <typename T>
    void list(const About& about, std::vector<T>& out)
    {
        const Array* array = take_array(about);
        if (array == nullptr) return;
        out.clear();
        for (std::size_t i = 0; i < array->size(); ++i) {
            out.emplace_back();
            read((*array)[i], element_path(about.key, i), about.form, out.back());
        }
    }
    // A table of its own, described by its fields().
    template <typename T>
    void table(const About& about, T& out)
    {
        if (const Node* node = take(about)) read_table(*node, path_of(about.key), out);
    }
    template <typename T>
    void table(const About& about, std::optional<T>& out)
    {
        if (const Node* node = take(about)) read_table(*node, path_of(about.key), out.emplace());
    }
    // A list of tables.
    template <typename T>
    void tables(const About& about, std::vector<T>& out)
    {
        const Array* array = take_array(about);
        if (array == nullptr) return;
        for (std::size_t i = 0; i < array->size(); ++i)
            read_table((*array)[i], element_path(about.key, i), out.emplace_back());
    }
    // Tables under keys of the trainer's choice: [host.taro-pc]. `key` is the member that holds it.
    template <typename T, typename Key>
    void keyed(const About& about, std::vector<T>& out, Key T::*key)
    {
        const Table* table = take_table(about);
        if (table == nullptr) return;
        for (const Entry& entry : *table) {
            const std::string path = join(path_of(about.key), entry.key);
            T thing;
            read_key(entry, path, about.form, thing.*key);
            read_table(entry.node, path, thing);
            reading_.places[path] = entry.key_place;
            out.push_back(std::move(thing));
        }
    }

    // Formats of their own. The two ends of a link:
    void ends(const About& about, std::string& a, std::string& b);
    // A date and time with its offset.
    void start(const About& about, Instant& at, int& utc_offset_minutes);
    // "umi.example MX 10 mx1.umi.example"
    void records(const About& about, const About& ttl, std::vector<DnsRecord>& out);
    // The rule in front of which `rule` wants to stand.
    void before(const About& about, const std::string& rule);
    // One key for each StepWhen, of which at most one is used.
    void when(std::span<const About> abouts, StepWhen& when, Duration& delay);
    // A string, number or boolean, as text.
    void setting_value(const About& about, std::string& out);
    // client.port = 587 and so on, however the table is nested.
    void settings(const About& about, std::vector<std::pair<std::string, std::string>>& out);
    // packet_dropped = 3, or = { at_least = 2, at_most = 4 }
    template <typename What>
    void counts(const About& about, std::vector<Expectation::CountOf<What>>& out);

    // Every key that nobody took is unknown.
    void finish();

private:
    template <typename T>
    void read_table(const Node& node, const std::string& path, T& out)
    {
        const Table* table = as_table(node, path);
        if (table == nullptr) return;
        Reader inner{*table, path, node.place, reading_};
        fields(inner, out);
        inner.finish();
    }

    // The value of a key, if it is there; a problem if it is needed and is not.
    const Node* take(const About& about);
    const Table* take_table(const About& about);
    const Array* take_array(const About& about);
    const Table* as_table(const Node& node, const std::string& path);
    [[nodiscard]] std::string path_of(std::string_view key) const { return join(path_, key); }
    [[nodiscard]] std::string element_path(std::string_view key, std::size_t index) const;

    // A wrong key is kept too, so that what refers to it is not called unknown.
    void read_key(const Entry& entry, const std::string& path, Form form, std::string& out);
    void read_key(const Entry& entry, const std::string& path, Form form, std::uint16_t& out);

    void read(const Node& node, const std::string& path, Form form, std::string& out);
    void read(const Node& node, const std::string& path, Form form, Text& out);
    void read(const Node& node, const std::string& path, Form form, bool& out);
    void read(const Node& node, const std::string& path, Form form, int& out);
    void read(const Node& node, const std::string& path, Form form, std::uint16_t& out);
    void read(const Node& node, const std::string& path, Form form, std::uint32_t& out);
    void read(const Node& node, const std::string& path, Form form, std::uint64_t& out);
    void read(const Node& node, const std::string& path, Form form, Duration& out);
    // What a text says to this parser.
    template <typename Value, typename Parse>
    void read_as(ProblemTerm wanted,
                 const Node& node,
                 const std::string& path,
                 const Parse& parse,
                 Value& out);
    void read(const Node& node, const std::string& path, Form form, Address& out);
    void read(const Node& node, const std::string& path, Form form, Prefix& out);
    void read(const Node& node, const std::string& path, Form form, PortRange& out);
    template <NamedEnum E>
    void read(const Node& node, const std::string& path, Form /*form*/, E& out)
    {
        const std::string* name = as_choice(node, path, choices_of<E>());
        if (name != nullptr) out = *parse_enum<E>(*name);
    }
    template <typename T>
    void read(const Node& node, const std::string& path, Form form, std::optional<T>& out)
    {
        read(node, path, form, out.emplace());
    }

    const std::string* as_string(const Node& node, const std::string& path, ProblemTerm wanted);
    const std::string*
    as_choice(const Node& node, const std::string& path, const std::vector<std::string>& choices);
    std::optional<std::int64_t>
    as_number(const Node& node, const std::string& path, std::int64_t least, std::int64_t most);
    void flatten(const Table& table,
                 const std::string& path,
                 const std::string& prefix,
                 std::vector<std::pair<std::string, std::string>>& out);
    void read_count(const Entry& entry,
                    const std::string& path,
                    std::uint64_t& at_least,
                    std::uint64_t& at_most);
    void expected(const Node& node, const std::string& path, ProblemTerm wanted);

    const Table& table_;
    std::string_view kind_;
    std::string path_;
    Place place_;
    Reading& reading_;
    std::vector<bool> taken_;
    std::vector<std::string> known_;
};

} // namespace sim::scenario
