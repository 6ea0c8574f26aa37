// Verifying of RFC 6376 §6, sans-IO: who answers for a message by having signed it, and has it come
// as it was signed?
//
//     DkimQuery query{mail, now};
//     while (const auto question = query.question()) query.handle_answer(ask(*question));
//     query.outcomes();
#pragma once

#include "sim/auth/dkim_key.h"
#include "sim/auth/mail_text.h"
#include "sim/auth/question.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::auth {

// What is looked at, in this order, until something does not hold.
SIM_NAMED_ENUM(DkimStage,
               field,   // the signature can be read
               time,    // it has not expired
               key,     // DNS has its key
               rules,   // which may be used for this signature
               body,    // the body has the hash that the signature says
               header); // the signature was made with that key over these fields

struct DkimStep {
    DkimStage stage = DkimStage::field;
    bool held = false;
    std::string about{}; // the name that DNS is asked for; the fields that are signed
    friend bool operator==(const DkimStep&, const DkimStep&) = default;
};

struct DkimOutcome {
    DkimResult result = DkimResult::none;
    std::optional<DkimProblem> problem{};
    std::string term{};          // that is wrong
    DkimNames names{};           // as far as the field can be read
    bool testing = false;        // the key's t=y: a failure is to be taken as if nobody had signed
    std::size_t key_bits = 0;    // 0: no key was looked at
    std::size_t body_octets = 0; // of the body in the form that is signed
    std::size_t signed_octets = 0; // of these, l
    std::vector<DkimStep> steps{};
};

// More are not looked at: each costs a question and a look at the whole message.
inline constexpr std::size_t most_signatures = 10;

class DkimQuery {
public:
    DkimQuery(MailText mail, std::int64_t unix_time_s);

    // What DNS is to be asked next; nothing when all have been looked at.
    [[nodiscard]] const std::optional<AskDns>& question() const { return question_; }
    void handle_answer(const DnsAnswer& answer);
    // One a signature, from the top; none: the message is not signed.
    [[nodiscard]] const std::vector<DkimOutcome>& outcomes() const { return outcomes_; }
    [[nodiscard]] std::size_t left_out() const { return left_out_; } // signatures

private:
    void go_on();
    [[nodiscard]] std::optional<DkimSignature> begin(DkimOutcome& outcome) const;
    void finish(const DnsAnswer& answer);

    MailText mail_;
    std::int64_t unix_time_s_;
    std::vector<std::size_t> fields_; // where the signatures stand
    std::size_t next_ = 0;
    std::size_t left_out_ = 0;
    std::optional<DkimSignature> waiting_; // for its key
    std::optional<AskDns> question_;
    std::vector<DkimOutcome> outcomes_;
};

// What a signature covers of the header, §5.4.2: for each name the lowest field that has not been
// taken, then the signature's own field. A name for which there is none stands for its absence.
[[nodiscard]] std::string signed_header(const MailText& mail,
                                        const std::vector<std::string>& names,
                                        std::string_view own_field,
                                        Canonicalization form);

} // namespace sim::auth
