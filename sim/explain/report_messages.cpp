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
        {"report.wire", {"not_hidden"}, {}, false},
    };
}

} // namespace sim::explain
