// The outputs of one engine in the making: cuts what goes by into records and messages, and keeps
// everything in the order in which it is to be told. Knows nothing of Botan.
//
// Work is done in steps (one record received, one call of send or close). Within a step ciphertext
// is collected, so that a flight leaves as one piece, as from a real stack's buffer.
#pragma once

#include "sim/tls/engine.h"
#include "sim/tls/wire.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace sim::tls {

class Journal {
public:
    explicit Journal(TlsRole role) : role_{role} {}

    // What the other notes do not cover, in its place.
    void tell(Output output) { outputs_.push_back(std::move(output)); }
    // The same, but what is ready to be sent goes first.
    void tell_after_sending(Output output);
    [[nodiscard]] std::optional<Output> poll_output();

    // Whole records that leave, in one or several calls a step.
    enum class Carries : std::uint8_t { protocol, application_data };
    void note_sent(std::string_view records, Carries carries);
    // The application data in the last record of note_sent.
    void note_sent_plaintext(std::string_view text);

    void note_received(std::string_view record);
    // The application data, not empty, in the record of note_received.
    void note_received_plaintext(std::string_view text);

    // A message of this type cannot be read on the wire: only the library can show it.
    [[nodiscard]] bool is_hidden(std::uint8_t type) const;
    // Such a message as the library shows it: one received, after its record; one sent, before its
    // record in TLS 1.3 and after it in TLS 1.2.
    void note_hidden_message(std::uint8_t type, std::string_view body);

    // Of an alert that was sent encrypted only its record was seen. Without one, does nothing.
    void name_own_alert(std::uint8_t code, bool fatal);

    void end_step();

    void note_established() { established_ = true; }
    [[nodiscard]] std::uint64_t plaintext_received() const { return received_.plaintext_offset; }
    // The group that the server named in TLS 1.2, 0 when it did not.
    [[nodiscard]] std::uint16_t group() const { return group_; }

private:
    struct Direction {
        std::uint64_t stream_offset = 0;
        std::uint64_t plaintext_offset = 0;
        bool cipher_changed = false; // a change_cipher_spec record went by
        HandshakeAssembler handshake;
    };

    void note_record(Side side, std::string_view record);
    void read_messages(Side side, std::string_view fragment);
    void note_own_alert(std::string_view record);
    void flush();
    [[nodiscard]] bool is_own_alert(std::string_view record, Carries carries) const;
    [[nodiscard]] bool is_encrypted(const Direction& direction, std::uint8_t type) const;

    TlsRole role_;
    Direction sent_;
    Direction received_;
    bool tls_1_3_ = false;       // chosen by the server
    bool finished_seen_ = false; // the first of the two Finished messages
    bool established_ = false;
    std::uint16_t group_ = 0;

    std::deque<Output> outputs_;
    std::string outbox_;
    // Into outputs_, within one step: the record noted last, and the alert that has no name yet.
    Record* record_ = nullptr;
    Alert* own_alert_ = nullptr;
};

} // namespace sim::tls
