// The step between an event and its words: which message of the catalog says it, and the facts that
// fill its arguments. One overload of say() for each kind of happening, grouped by subject like the
// headers of sim/core.
#pragma once

#include "sim/explain/describe.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::explain {

// What is said of one event: event.<kind>.<variant> at three levels, headline.<kind>.<headline> as
// a label. Both are filled from the same facts.
struct Said {
    std::string variant;
    std::string headline;
    Arguments arguments;
};

// The messages of one kind of happening, for the catalog.
struct KindMessages {
    Kind kind = Kind::packet_sent;
    std::vector<std::string> variants;
    std::vector<std::string> headlines;
    std::vector<std::string_view> arguments; // besides host and person, which all have
};

std::vector<KindMessages> network_messages();
std::vector<KindMessages> dns_messages();
std::vector<KindMessages> tls_messages();
std::vector<KindMessages> smtp_messages();
std::vector<KindMessages> pop3_messages();
std::vector<KindMessages> mail_messages();
std::vector<KindMessages> world_messages();

// Short phrases that sentences are completed with: prefix and variants.
std::vector<MessageGroup> noun_messages();

#define SIM_HAPPENING(Type, kind, unit)                                                            \
    Said say(const Event& event, const Type& what, const Context& context);
SIM_HAPPENINGS(SIM_HAPPENING)
#undef SIM_HAPPENING

inline Said said_of(const Event& event, const Context& context)
{
    return std::visit([&](const auto& what) { return say(event, what, context); }, event.what);
}

// Collects the arguments of a message; begins with those that every message has.
class Facts {
public:
    Facts(const Event& event, const Context& context);
    Facts& add(std::string_view name, std::string value) &;
    Facts& add(std::string_view name, const Blob& text) &; // as show_bytes does
    [[nodiscard]] Arguments take() { return std::move(arguments_); }

private:
    const Context& context_;
    Arguments arguments_;
};

// "sent" + names of an enumeration -> {"sent_helo", ...}
template <NamedEnum E>
void append_names(std::vector<std::string>& to, std::string_view prefix = "")
{
    for (const E value : values_of<E>()) {
        std::string name{prefix};
        name += name_of(value);
        to.push_back(std::move(name));
    }
}

template <NamedEnum E>
std::vector<std::string> all_names(std::string_view prefix = "")
{
    std::vector<std::string> names;
    append_names<E>(names, prefix);
    return names;
}

} // namespace sim::explain
