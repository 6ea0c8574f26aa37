// The mailboxes of one host: what the mail server there delivers into and the POP3 server there
// hands out.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/time.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sim::mail {

// An address, or a domain alone, as mailboxes compare it: ASCII letters in lower case, the domain
// in A-labels. RFC 5321 §2.4 leaves the local part to the host; this one, like nearly all, ignores
// case there too.
[[nodiscard]] std::string fold_address(std::string_view address);

// What a mailbox has. POP3 knows the inbox only; Junk is for people to look into at their
// provider's.
SIM_NAMED_ENUM(Folder, inbox, junk);

struct KeptMessage {
    std::string uidl; // never that of another message in this mailbox, in no run: RFC 1939 §7
    MailId mail;
    Instant at;
    std::shared_ptr<const std::string> text; // CR LF line ends
};

class MailboxStore {
public:
    // `instance`: makes this store's uidls other than those of a like store in another run.
    explicit MailboxStore(std::uint64_t instance = 0) : instance_{instance} {}

    // Makes an empty mailbox. `quota_bytes` 0: no limit.
    void open(std::string_view address, std::uint64_t quota_bytes);
    [[nodiscard]] bool exists(std::string_view address) const;
    // Whether `more_bytes` would still fit.
    [[nodiscard]] bool has_room(std::string_view address, std::uint64_t more_bytes) const;

    // The mailbox must exist. Gives the message its uidl.
    void deliver(std::string_view address,
                 MailId mail,
                 Instant at,
                 std::shared_ptr<const std::string> text,
                 Folder folder = Folder::inbox);
    [[nodiscard]] const std::vector<KeptMessage>& messages(std::string_view address) const; // inbox
    [[nodiscard]] const std::vector<KeptMessage>& junk(std::string_view address) const;
    void remove(std::string_view address, const std::vector<std::string>& uidls);

    // One reader at a time, RFC 1939 §4. False: somebody else has it.
    [[nodiscard]] bool lock(std::string_view address);
    void unlock(std::string_view address);

    [[nodiscard]] std::vector<std::string> addresses() const;

private:
    struct Box {
        std::uint64_t quota_bytes = 0;
        std::uint64_t used_bytes = 0;
        std::uint32_t delivered = 0; // ever
        bool locked = false;
        std::vector<KeptMessage> messages;
        std::vector<KeptMessage> junk;
    };
    Box& at(std::string_view address);
    [[nodiscard]] const Box& at(std::string_view address) const;

    std::uint64_t instance_;
    std::map<std::string, Box> boxes_; // by folded address
};

} // namespace sim::mail
