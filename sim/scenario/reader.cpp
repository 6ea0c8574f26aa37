#include "sim/scenario/reader.h"

#include "sim/scenario/quantities.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::scenario {

namespace {

constexpr std::size_t max_elements = 20'000; // of one list or table

} // namespace

// ---- what reading leaves behind ---------------------------------------------------------------

Place Reading::place_of(std::string path) const
{
    for (;;) {
        const auto there = places.find(path);
        if (there != places.end()) return there->second;
        // Host names have dots of their own: what lies around "a.b" is cut off part by part, and
        // what is no key on the way is simply not found.
        const std::size_t end = path.find_last_of(".[");
        if (end == std::string::npos) return {};
        path.resize(end);
    }
}

void Reading::add(const std::string& path, Wrong wrong)
{
    if (problems.concern(path)) return;
    problems.add(place_of(path), path, std::move(wrong));
}

void Reading::add(const std::string& path, ProblemKind kind, std::vector<Fact> facts)
{
    add(path, Wrong{kind, std::move(facts)});
}

// ---- keys of a table --------------------------------------------------------------------------

Reader::Reader(const Table& table, std::string path, Place place, Reading& reading)
    : table_{table},
      path_{std::move(path)},
      place_{place},
      reading_{reading},
      taken_(table.size(), false)
{
}

const Node* Reader::take(const About& about)
{
    known_.emplace_back(about.key);
    for (std::size_t i = 0; i < table_.size(); ++i) {
        if (table_[i].key != about.key) continue;
        taken_[i] = true;
        reading_.places[path_of(about.key)] = table_[i].node.place;
        return &table_[i].node;
    }
    if (about.is_needed) {
        reading_.problems.add(place_,
                              path_of(about.key),
                              ProblemKind::missing,
                              {{"about", Needed{fmt::format("{}.{}", kind_, about.key)}}});
    }
    return nullptr;
}

const Table* Reader::as_table(const Node& node, const std::string& path)
{
    reading_.places.emplace(path, node.place);
    const auto* table = std::get_if<Table>(&node.value);
    if (table == nullptr) expected(node, path, ProblemTerm::table);
    return table;
}

const Table* Reader::take_table(const About& about)
{
    const Node* node = take(about);
    if (node == nullptr) return nullptr;
    const Table* table = as_table(*node, path_of(about.key));
    if (table == nullptr || table->size() <= max_elements) return table;
    reading_.problems.add(node->place,
                          path_of(about.key),
                          ProblemKind::too_many_entries,
                          {{"most", std::to_string(max_elements)}});
    return nullptr;
}

const Array* Reader::take_array(const About& about)
{
    const Node* node = take(about);
    if (node == nullptr) return nullptr;
    const auto* array = std::get_if<Array>(&node->value);
    if (array == nullptr) {
        expected(*node, path_of(about.key), ProblemTerm::list);
    } else if (array->size() > max_elements) {
        reading_.problems.add(node->place,
                              path_of(about.key),
                              ProblemKind::too_many_entries,
                              {{"most", std::to_string(max_elements)}});
        return nullptr;
    }
    return array;
}

void Reader::finish()
{
    for (std::size_t i = 0; i < table_.size(); ++i) {
        if (taken_[i] || reading_.problems.full()) continue;
        reading_.problems.add(table_[i].key_place,
                              path_of(table_[i].key),
                              known_.empty() ? ProblemKind::no_key_here : ProblemKind::unknown_key,
                              {{"choices", known_}},
                              did_you_mean(table_[i].key, known_));
    }
}

// People count from one.
std::string Reader::element_path(std::string_view key, std::size_t index) const
{
    return fmt::format("{}[{}]", path_of(key), index + 1);
}

void Reader::read_key(const Entry& entry, const std::string& path, Form form, std::string& out)
{
    out = entry.key;
    if (!has_form(form, entry.key)) {
        reading_.problems.add(
            entry.key_place, path, ProblemKind::wrong_key, {{"wanted", term_of(form)}});
    } else if (is_reference(form)) {
        reading_.references.push_back({form, entry.key, entry.key_place, path});
    }
}

void Reader::read_key(const Entry& entry, const std::string& path, Form form, std::uint16_t& out)
{
    std::string text;
    read_key(entry, path, form, text);
    if (const auto range = parse_port_range(text)) out = range->first;
}

// ---- single values ----------------------------------------------------------------------------

void Reader::expected(const Node& node, const std::string& path, ProblemTerm wanted)
{
    reading_.problems.add(
        node.place, path, ProblemKind::wrong_kind, {{"found", kind_of(node)}, {"wanted", wanted}});
}

const std::string* Reader::as_string(const Node& node, const std::string& path, ProblemTerm wanted)
{
    reading_.places.emplace(path, node.place);
    const auto* text = std::get_if<std::string>(&node.value);
    if (text == nullptr) expected(node, path, wanted);
    return text;
}

const std::string* Reader::as_choice(const Node& node,
                                     const std::string& path,
                                     const std::vector<std::string>& choices)
{
    reading_.places.emplace(path, node.place);
    const auto* text = std::get_if<std::string>(&node.value);
    if (text == nullptr) {
        reading_.problems.add(node.place,
                              path,
                              ProblemKind::wrong_kind_for_choice,
                              {{"found", kind_of(node)}, {"choices", choices}});
    } else if (std::ranges::find(choices, *text) == choices.end()) {
        reading_.problems.add(node.place,
                              path,
                              ProblemKind::wrong_choice,
                              {{"choices", choices}},
                              did_you_mean(*text, choices));
        return nullptr;
    }
    return text;
}

std::optional<std::int64_t>
Reader::as_number(const Node& node, const std::string& path, std::int64_t least, std::int64_t most)
{

    reading_.places.emplace(path, node.place);
    const auto* number = std::get_if<std::int64_t>(&node.value);
    if (number == nullptr) {
        reading_.problems.add(node.place,
                              path,
                              ProblemKind::wrong_kind_for_number,
                              {{"found", kind_of(node)},
                               {"least", std::to_string(least)},
                               {"most", std::to_string(most)}});
        return std::nullopt;
    }
    if (*number >= least && *number <= most) return *number;
    reading_.problems.add(node.place,
                          path,
                          ProblemKind::wrong_number,
                          {{"number", std::to_string(*number)},
                           {"least", std::to_string(least)},
                           {"most", std::to_string(most)}});
    return std::nullopt;
}

void Reader::read(const Node& node, const std::string& path, Form form, std::string& out)
{
    const std::string* text = as_string(node, path, term_of(form));
    if (text == nullptr) return;
    if (!has_form(form, *text)) {
        reading_.problems.add(node.place, path, problem_of_form(form, *text));
        return;
    }
    if (is_reference(form)) reading_.references.push_back({form, *text, node.place, path});
    out = *text;
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, Text& out)
{
    if (!std::holds_alternative<Table>(node.value)) {
        reading_.problems.add(node.place,
                              path,
                              ProblemKind::not_both_languages,
                              {{"found", kind_of(node)}, {"example", R"({ ja = "…", en = "…" })"}});
        return;
    }
    Reader both{*as_table(node, path), path, node.place, reading_};
    both.about("text", {});
    both.value({"ja", "the Japanese text; a text stands in both languages", needed, Form::prose},
               out.ja);
    both.value({"en", "the English text; a text stands in both languages", needed, Form::prose},
               out.en);
    both.finish();
    for (std::string* text : {&out.ja, &out.en})
        text->erase(text->find_last_not_of(" \n\r") + 1);
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, bool& out)
{
    const auto* value = std::get_if<bool>(&node.value);
    if (value == nullptr) {
        expected(node, path, ProblemTerm::boolean);
        return;
    }
    out = *value;
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, int& out)
{
    if (const auto number = as_number(node, path, 0, max_order)) out = static_cast<int>(*number);
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, std::uint16_t& out)
{
    if (const auto number = as_number(node, path, 1, 65'535))
        out = static_cast<std::uint16_t>(*number);
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, std::uint32_t& out)
{
    if (const auto number = as_number(node, path, 1, max_amount))
        out = static_cast<std::uint32_t>(*number);
}

void Reader::read(const Node& node, const std::string& path, Form form, std::uint64_t& out)
{
    const std::string* text = as_string(node, path, term_of(form));
    if (text == nullptr) return;
    const auto amount = form == Form::bandwidth ? parse_bandwidth(*text) : parse_size(*text);
    if (amount) {
        out = *amount;
    } else {
        reading_.problems.add(
            node.place, path, ProblemKind::wrong_form, {{"wanted", term_of(form)}});
    }
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, Duration& out)
{
    const std::string* text = as_string(node, path, ProblemTerm::duration);
    if (text == nullptr) return;
    if (const auto duration = parse_duration(*text)) {
        out = *duration;
    } else {
        reading_.problems.add(
            node.place, path, ProblemKind::wrong_form, {{"wanted", ProblemTerm::duration}});
    }
}

template <typename Value, typename Parse>
void Reader::read_as(
    ProblemTerm wanted, const Node& node, const std::string& path, const Parse& parse, Value& out)
{
    const std::string* text = as_string(node, path, wanted);
    if (text == nullptr) return;
    if (const auto value = parse(*text)) {
        out = *value;
    } else {
        reading_.problems.add(node.place, path, ProblemKind::wrong_form, {{"wanted", wanted}});
    }
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, Address& out)
{
    read_as(ProblemTerm::ipv4, node, path, parse_address, out);
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, Prefix& out)
{
    read_as(ProblemTerm::network, node, path, parse_prefix, out);
}

void Reader::read(const Node& node, const std::string& path, Form /*form*/, PortRange& out)
{
    constexpr ProblemTerm wanted = ProblemTerm::ports;
    reading_.places.emplace(path, node.place);
    std::optional<PortRange> range;
    if (const auto* number = std::get_if<std::int64_t>(&node.value)) {
        range = parse_port_range(std::to_string(*number));
    } else if (const auto* text = std::get_if<std::string>(&node.value)) {
        range = parse_port_range(*text);
    } else {
        expected(node, path, wanted);
        return;
    }
    if (range) {
        out = *range;
    } else {
        reading_.problems.add(node.place, path, ProblemKind::wrong_form, {{"wanted", wanted}});
    }
}

} // namespace sim::scenario
