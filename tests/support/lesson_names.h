// The lessons that come along: what the files, the list and the tests of each are held against. The
// one place that a new lesson is added to.
#pragma once

#include <string>
#include <vector>

namespace test {

inline const std::vector<std::string> lesson_names{"path",
                                                   "ports",
                                                   "open-relay",
                                                   "op25b",
                                                   "own-isp-25",
                                                   "fixed-ip",
                                                   "plain-password",
                                                   "submission-587",
                                                   "submissions-465",
                                                   "other-provider",
                                                   "home-server",
                                                   "hotel",
                                                   "firewall-587",
                                                   "account-settings",
                                                   "starttls-stripped",
                                                   "wrong-certificate",
                                                   "auth-methods",
                                                   "oauth",
                                                   "retry-and-bounce",
                                                   "smuggling",
                                                   "spam-flood",
                                                   "greylisting"};

} // namespace test
