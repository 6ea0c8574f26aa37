// What a journey and a verdict name, as closed lists: the catalog asks both languages for words
// about each.
#pragma once

#include "sim/core/named_enum.h"

namespace sim::explain {

// How a conversation was protected while mail or a login was in it. nothing: nothing was said.
// broken: TLS was begun and never stood, and all there was came before it.
SIM_NAMED_ENUM(Shield, nothing, clear, starttls, tls, broken);

// What came of a hop. carried: the next host has the mail. refused: they talked, and it has not.
// unreached: no connection. under_way: not decided at the end of what is looked at.
SIM_NAMED_ENUM(HopEnd, under_way, unreached, refused, carried);

// What somebody on the way had before his eyes. proof: an answer to compare guesses at the password
// with (CRAM-MD5, SCRAM); envelope: who writes to whom.
SIM_NAMED_ENUM(Exposed, message, password, token, proof, envelope);

// What a run came to, for the mails that people sent.
SIM_NAMED_ENUM(Ending,
               nothing_sent,
               under_way,
               stopped,            // by a gate, or by who changed what was said
               refused,            // somebody said no
               stopped_at,         // nobody said no, but further it could not go
               not_found,          // DNS gave no address to go to
               held_back,          // by the sender's own program
               unanswered,         // nobody is to blame by name
               waiting,            // in a server's queue, to be tried again
               partly,             // some recipients have it, and some do not
               fetch_failed,       // delivered, or nothing sent; somebody could not fetch
               delivered,          // and nobody on the way could read anything
               delivered_unproved, // encrypted, but whoever is at the other end was not checked
               junked,             // taken, but into Junk
               delivered_readable,
               delivered_split); // a server on the way took one mail for several

} // namespace sim::explain
