// The few words of their own that reports need besides the sentences about events.
#include "sim/explain/card_messages.h"

namespace sim::explain {

std::vector<MessageGroup> report_messages()
{
    return {};
}

} // namespace sim::explain
