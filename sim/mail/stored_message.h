// The messages that hosts of a world hold, byte for byte: what `--eml` writes and views show.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/time.h"

#include <memory>
#include <string>
#include <vector>

namespace sim::mail {

// A message as a host holds it: in its queue, in a mailbox, or in the mail program that fetched it.
SIM_NAMED_ENUM(StoredIn, sent_by_program, accepted_by_server, mailbox, junk, fetched_by_program);

struct StoredMessage {
    StoredIn where = StoredIn::mailbox;
    HostId host;
    MailId mail;
    Instant at;
    std::string owner; // the mailbox's address, the program's key or the queue id
    std::string reverse_path;
    std::vector<std::string> recipients;
    std::shared_ptr<const std::string> text; // CR LF line ends, as the host keeps it
};

} // namespace sim::mail
