#include "sim/mail/mailbox.h"

#include "sim/core/ascii.h"
#include "sim/core/assert.h"
#include "sim/core/rng.h"
#include "sim/mail/idn.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::mail {

std::string fold_address(std::string_view address)
{
    std::string small = folded(address);
    const std::size_t domain = small.rfind('@') + 1; // 0: there is nothing else
    return small.replace(domain, std::string::npos, ascii_domain(small.substr(domain)));
}

void MailboxStore::open(std::string_view address, std::uint64_t quota_bytes)
{
    boxes_[fold_address(address)].quota_bytes = quota_bytes;
}

bool MailboxStore::exists(std::string_view address) const
{
    return boxes_.contains(fold_address(address));
}

MailboxStore::Box& MailboxStore::at(std::string_view address)
{
    const auto found = boxes_.find(fold_address(address));
    SIM_ASSERT(found != boxes_.end());
    return found->second;
}

const MailboxStore::Box& MailboxStore::at(std::string_view address) const
{
    const auto found = boxes_.find(fold_address(address));
    SIM_ASSERT(found != boxes_.end());
    return found->second;
}

bool MailboxStore::has_room(std::string_view address, std::uint64_t more_bytes) const
{
    const Box& box = at(address);
    return box.quota_bytes == 0 || box.used_bytes + more_bytes <= box.quota_bytes;
}

void MailboxStore::deliver(std::string_view address,
                           MailId mail,
                           Instant at_time,
                           std::shared_ptr<const std::string> text,
                           Folder folder)
{
    Box& box = at(address);
    box.used_bytes += text->size();
    // A program that leaves its mail on the server knows it by this, even from a bridge that has
    // long ended: what was delivered counts, not only how many were before it.
    const std::uint64_t identity = fnv1a(*text, fnv1a(address, fnv1a_basis ^ instance_));
    std::string uidl = fmt::format("{:016x}.{:x}", identity, box.delivered++);
    std::vector<KeptMessage>& into = folder == Folder::junk ? box.junk : box.messages;
    into.push_back(KeptMessage{std::move(uidl), mail, at_time, std::move(text)});
}

const std::vector<KeptMessage>& MailboxStore::messages(std::string_view address) const
{
    return at(address).messages;
}

const std::vector<KeptMessage>& MailboxStore::junk(std::string_view address) const
{
    return at(address).junk;
}

void MailboxStore::remove(std::string_view address, const std::vector<std::string>& uidls)
{
    Box& box = at(address);
    std::erase_if(box.messages, [&](const KeptMessage& message) {
        const bool gone = std::ranges::find(uidls, message.uidl) != uidls.end();
        if (gone) box.used_bytes -= message.text->size();
        return gone;
    });
}

bool MailboxStore::lock(std::string_view address)
{
    Box& box = at(address);
    return !std::exchange(box.locked, true);
}

void MailboxStore::unlock(std::string_view address)
{
    at(address).locked = false;
}

std::vector<std::string> MailboxStore::addresses() const
{
    std::vector<std::string> all;
    for (const auto& [address, box] : boxes_)
        all.push_back(address);
    return all;
}

} // namespace sim::mail
