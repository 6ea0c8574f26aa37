// JIS X 0208, the Japanese characters that ISO-2022-JP and Shift_JIS carry, as Unicode: the table
// that is printed in the standard, and row 13 as NEC filled it (①, Ⅳ, ㈱), which mails use though
// no standard of mail allows it.
#pragma once

namespace sim::report {

// Rows and cells count from 1 to 94; 0: there is no character.
char32_t jis_x_0208(unsigned row, unsigned cell);

} // namespace sim::report
