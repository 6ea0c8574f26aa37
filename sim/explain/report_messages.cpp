// The few words of their own that reports need besides the sentences about events.
#include "sim/explain/card_messages.h"

namespace sim::explain {

std::vector<MessageGroup> report_messages()
{
    return {
        {"report.wire", {"heading"}, {"a", "b"}, false},
        {"report.wire", {"octets", "more"}, {"size"}, false},
        {"report.wire", {"unwrapped"}, {"text"}, false},
        {"report.wire", {"summary"}, {"clear", "sealed"}, false},
        {"report.wire", {"not_hidden", "learned", "hidden"}, {}, false},
        {"report.wire", {"learned_talks"}, {"a", "b", "port"}, false},
        {"report.wire", {"learned_name", "learned_sni"}, {"name"}, false},
        {"report.wire", {"learned_envelope"}, {"line"}, false},
        {"report.wire", {"learned_message", "hidden_message"}, {"size"}, false},
        {"report.wire", {"learned_password", "hidden_password"}, {}, false},
        {"report.wire", {"hidden_lines"}, {"count"}, false},
    };
}

} // namespace sim::explain
