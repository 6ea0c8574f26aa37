#include "sim/mail/idn.h"

#include <idn2.h>

#include <algorithm>

namespace sim::mail {

std::string ascii_domain(std::string_view domain)
{
    constexpr std::size_t longest = 1024; // in UTF-8; DNS has 255 octets
    std::string name{domain};
    const bool is_ascii = std::ranges::all_of(
        name, [](char c) { return c != '\0' && static_cast<unsigned char>(c) < 0x80; });
    if (is_ascii || name.size() > longest || name.find('\0') != std::string::npos) return name;
    char* encoded = nullptr;
    constexpr int flags = IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT;
    if (idn2_to_ascii_8z(name.c_str(), &encoded, flags) != IDN2_OK) return name;
    name = encoded;
    idn2_free(encoded);
    return name;
}

} // namespace sim::mail
