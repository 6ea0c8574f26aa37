#include "sim/scenario/schema.h"

#include "sim/scenario/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

namespace sim::scenario {

namespace {

// Just enough JSON to write a schema whose keys stay in the order in which they are added.
struct Json {
    struct Member;
    using Object = std::vector<Member>;
    using List = std::vector<Json>;
    std::variant<std::string, std::int64_t, bool, List, Object> value;

    // Adds a key to an object.
    Json& with(std::string key, Json json);
};

struct Json::Member {
    std::string key;
    Json json;
};

Json& Json::with(std::string key, Json json)
{
    std::get<Object>(value).push_back({std::move(key), std::move(json)});
    return *this;
}

Json object()
{
    return {Json::Object{}};
}
Json text(std::string_view value)
{
    return {std::string{value}};
}
Json list_of(const std::vector<std::string>& words)
{
    Json::List list;
    for (const std::string& word : words)
        list.push_back(text(word));
    return {std::move(list)};
}

std::string in_quotes(std::string_view value)
{
    std::string result = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

std::string written(const Json& json, std::size_t depth);

template <typename Elements, typename Write>
std::string
in_brackets(std::string_view brackets, const Elements& elements, std::size_t depth, Write write)
{
    std::string result{brackets[0]};
    const std::string indent(2 * (depth + 1), ' ');
    for (std::size_t i = 0; i < elements.size(); ++i)
        result += fmt::format("{}\n{}{}", i > 0 ? "," : "", indent, write(elements[i]));
    if (!elements.empty()) result += '\n' + std::string(2 * depth, ' ');
    return result += brackets[1];
}

std::string written(const Json& json, std::size_t depth)
{
    struct Writer {
        std::size_t depth;
        std::string operator()(const std::string& value) const { return in_quotes(value); }
        std::string operator()(std::int64_t value) const { return std::to_string(value); }
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(const Json::List& list) const
        {
            return in_brackets(
                "[]", list, depth, [&](const Json& each) { return written(each, depth + 1); });
        }
        std::string operator()(const Json::Object& members) const
        {
            return in_brackets("{}", members, depth, [&](const auto& member) {
                return in_quotes(member.key) + ": " + written(member.json, depth + 1);
            });
        }
    };
    return std::visit(Writer{depth}, json.value);
}

// ---- what a value looks like ------------------------------------------------------------------

Json string_of(Form form)
{
    Json json = object().with("type", text("string"));
    if (!pattern(form).empty()) json.with("pattern", text(pattern(form)));
    return json;
}
Json number_from(std::int64_t least, std::int64_t most)
{
    return object().with("type", text("integer")).with("minimum", {least}).with("maximum", {most});
}
Json reference_to(std::string_view definition)
{
    return object().with("$ref", text(fmt::format("#/$defs/{}", definition)));
}

template <typename T>
struct Tag {
};

Json shape(Tag<std::string> /*tag*/, Form form)
{
    return string_of(form);
}
Json shape(Tag<Text> /*tag*/, Form /*form*/)
{
    return reference_to("text");
}
Json shape(Tag<bool> /*tag*/, Form /*form*/)
{
    return object().with("type", text("boolean"));
}
Json shape(Tag<int> /*tag*/, Form /*form*/)
{
    return number_from(0, max_order);
}
Json shape(Tag<std::uint16_t> /*tag*/, Form /*form*/)
{
    return number_from(1, 65'535);
}
Json shape(Tag<std::uint32_t> /*tag*/, Form /*form*/)
{
    return number_from(1, max_amount);
}
Json shape(Tag<std::uint64_t> /*tag*/, Form form)
{
    return string_of(form);
}
Json shape(Tag<Duration> /*tag*/, Form /*form*/)
{
    return reference_to("duration");
}
Json shape(Tag<Address> /*tag*/, Form /*form*/)
{
    return object().with("type", text("string")).with("format", text("ipv4"));
}
Json shape(Tag<Prefix> /*tag*/, Form /*form*/)
{
    return object()
        .with("type", text("string"))
        .with("pattern", text("^[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?$"));
}
Json shape(Tag<PortRange> /*tag*/, Form /*form*/)
{
    Json range = object()
                     .with("type", text("string"))
                     .with("pattern", text("^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$"));
    return object().with("anyOf", {Json::List{number_from(1, 65'535), std::move(range)}});
}
template <NamedEnum E>
Json shape(Tag<E> /*tag*/, Form /*form*/)
{
    return object().with("enum", list_of(choices_of<E>()));
}
template <typename T>
Json shape(Tag<std::optional<T>> /*tag*/, Form form)
{
    return shape(Tag<T>{}, form);
}

// ---- the visitor ------------------------------------------------------------------------------

// The other visitor of format.h. Keys are required only where a lesson cannot leave them to its
// world: in the elements of lists.
class SchemaWriter {
public:
    explicit SchemaWriter(bool is_whole, std::vector<NeededKey>* needed_keys = nullptr)
        : is_whole_{is_whole}, needed_keys_{needed_keys}
    {
    }

    void about(std::string_view kind, std::string_view is)
    {
        kind_ = kind;
        about_ = is;
    }

    template <typename T>
    void value(const About& about, T& /*out*/)
    {
        add(about, shape(Tag<T>{}, about.form));
    }
    template <typename T>
    void list(const About& about, std::vector<T>& /*out*/)
    {
        add(about, array_of(shape(Tag<T>{}, about.form)));
    }
    template <typename T>
    void table(const About& about, T& /*out*/)
    {
        add(about, table_of<T>(false));
    }
    template <typename T>
    void table(const About& about, std::optional<T>& /*out*/)
    {
        add(about, table_of<T>(false));
    }
    template <typename T>
    void tables(const About& about, std::vector<T>& /*out*/)
    {
        add(about, array_of(table_of<T>(true)));
    }
    template <typename T, typename Key>
    void keyed(const About& about, std::vector<T>& /*out*/, Key T::* /*key*/)
    {
        Json keys = object().with("type", text("object"));
        if (!pattern(about.form).empty())
            keys.with("propertyNames", object().with("pattern", text(pattern(about.form))));
        add(about, std::move(keys.with("additionalProperties", table_of<T>(false))));
    }

    void ends(const About& about, std::string& /*a*/, std::string& /*b*/)
    {
        add(about,
            array_of(string_of(about.form))
                .with("minItems", {std::int64_t{2}})
                .with("maxItems", {std::int64_t{2}}));
    }
    void start(const About& about, Instant& /*at*/, int& /*utc_offset_minutes*/)
    {
        add(about, object().with("type", text("string")).with("format", text("date-time")));
    }
    void records(const About& about, const About& ttl, std::vector<DnsRecord>& /*out*/)
    {
        add(ttl, reference_to("duration"));
        add(about, array_of(string_of(Form::line)));
    }
    void before(const About& about, const std::string& /*rule*/)
    {
        add(about, string_of(about.form));
    }
    void when(std::span<const About> abouts, StepWhen& /*when*/, Duration& /*delay*/)
    {
        for (const About& about : abouts)
            add(about, reference_to("duration"));
    }
    void setting_value(const About& about, std::string& /*out*/)
    {
        add(about, reference_to("setting_value"));
    }
    void settings(const About& about, std::vector<std::pair<std::string, std::string>>& /*out*/)
    {
        add(about, reference_to("settings"));
    }
    template <typename What>
    void counts(const About& about, std::vector<Expectation::CountOf<What>>& /*out*/)
    {
        Json kinds = object();
        for (const std::string& kind : choices_of<What>())
            kinds.with(kind, reference_to("count"));
        add(about,
            object()
                .with("type", text("object"))
                .with("properties", std::move(kinds))
                .with("additionalProperties", {false}));
    }

    Json finish() &&
    {
        Json table = object()
                         .with("description", text(about_))
                         .with("type", text("object"))
                         .with("properties", std::move(properties_));
        if (is_whole_ && !required_.empty()) table.with("required", list_of(required_));
        return std::move(table.with("additionalProperties", {false}));
    }

private:
    template <typename T>
    Json table_of(bool is_whole) const
    {
        SchemaWriter inner{is_whole, needed_keys_};
        T thing{};
        fields(inner, thing);
        return std::move(inner).finish();
    }
    static Json array_of(Json element)
    {
        return object().with("type", text("array")).with("items", std::move(element));
    }
    // What the key says of itself stands in front of what its value says.
    void add(const About& about, Json json)
    {
        std::string is{about.is};
        if (is_reference(about.form)) is += fmt::format(" ({})", expectation(about.form));
        Json described = object().with("title", text(is));
        for (auto& [key, member] : std::get<Json::Object>(json.value))
            described.with(std::move(key), std::move(member));
        properties_.with(std::string{about.key}, std::move(described));
        if (!about.is_needed) return;
        required_.emplace_back(about.key);
        if (needed_keys_ == nullptr) return;
        NeededKey key{fmt::format("{}.{}", kind_, about.key), std::string{about.is}};
        if (std::ranges::count(*needed_keys_, key.key, &NeededKey::key) == 0)
            needed_keys_->push_back(std::move(key));
    }

    bool is_whole_;
    std::vector<NeededKey>* needed_keys_; // to be told of them; may be null
    std::string kind_;
    std::string about_;
    Json properties_ = object();
    std::vector<std::string> required_;
};

Json text_definition()
{
    const auto language = [](std::string_view is) {
        return object()
            .with("title", text(is))
            .with("type", text("string"))
            .with("minLength", {std::int64_t{1}});
    };
    return object()
        .with("description", text("A text that a person reads, in both languages."))
        .with("type", text("object"))
        .with("properties",
              object().with("ja", language("Japanese")).with("en", language("English")))
        .with("required", list_of({"ja", "en"}))
        .with("additionalProperties", {false});
}

// client.port = 587, rule.op25b = "off", server."mail.kumo.example".587.tls = "none"
Json settings_definition()
{
    Json account = object();
    account.with("line", string_of(Form::access_line))
        .with("server", string_of(Form::line))
        .with("port", number_from(1, 65'535))
        .with("protection", shape(Tag<Protection>{}, Form::line))
        .with("auth", shape(Tag<AuthChoice>{}, Form::line))
        .with("user", string_of(Form::line))
        .with("password", string_of(Form::line));
    std::vector<std::string> verdicts = choices_of<Verdict>();
    verdicts.insert(verdicts.begin(), "off");
    const Json accounts = object()
                              .with("type", text("object"))
                              .with("properties", std::move(account))
                              .with("additionalProperties", {false});
    Json rules = object()
                     .with("type", text("object"))
                     .with("additionalProperties", object().with("enum", list_of(verdicts)));
    return object()
        .with("description", text("Settings as with --set, as in client.port = 587."))
        .with("type", text("object"))
        .with("properties",
              object()
                  .with("client", accounts)
                  .with("fetch", accounts)
                  .with("rule", std::move(rules))
                  .with("server", object().with("type", text("object")))
                  .with("crowd", object().with("type", text("object"))))
        .with("additionalProperties", {false});
}

Json count_definition()
{
    Json range = object()
                     .with("type", text("object"))
                     .with("properties",
                           object()
                               .with("at_least", number_from(0, max_count))
                               .with("at_most", number_from(0, max_count)))
                     .with("additionalProperties", {false});
    return object()
        .with("title", text("how often: a number, or at_least and at_most"))
        .with("anyOf", {Json::List{number_from(0, max_count), std::move(range)}});
}

} // namespace

std::vector<NeededKey> needed_keys()
{
    std::vector<NeededKey> keys{{"text.ja", "the Japanese text; a text stands in both languages"},
                                {"text.en", "the English text; a text stands in both languages"}};
    SchemaWriter writer{false, &keys};
    Scenario scenario;
    fields(writer, scenario);
    return keys;
}

std::string scenario_schema_json()
{
    SchemaWriter writer{false};
    Scenario scenario;
    fields(writer, scenario);
    Json schema = object()
                      .with("$schema", text("https://json-schema.org/draft/2020-12/schema"))
                      .with("title", text("hikyaku scenario"));
    Json body = std::move(writer).finish();
    for (auto& [key, member] : std::get<Json::Object>(body.value))
        schema.with(std::move(key), std::move(member));
    Json value_types = list_of({"string", "integer", "boolean"});
    schema.with("$defs",
                object()
                    .with("text", text_definition())
                    .with("duration",
                          object()
                              .with("description", text(expectation(Form::duration)))
                              .with("type", text("string"))
                              .with("pattern", text(pattern(Form::duration))))
                    .with("setting_value", object().with("type", std::move(value_types)))
                    .with("settings", settings_definition())
                    .with("count", count_definition()));
    return written(schema, 0) + '\n';
}

} // namespace sim::scenario
