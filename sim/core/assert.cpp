#include "sim/core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace sim {

void fail_assertion(const char* condition, const char* file, int line)
{
    std::fprintf(stderr, "hikyaku: broken rule of its own: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

} // namespace sim
