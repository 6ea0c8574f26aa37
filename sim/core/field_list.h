// How a plain struct says which members it has.
#pragma once

#include "sim/core/named_enum.h"

#include <tuple>

// What a struct says, in this order: SIM_FIELDS(a, b) inside of it names its members a and b, for
// for_each_field (fields.h).
#define SIM_FIELDS(...)                                                                            \
    static constexpr auto field_names()                                                            \
    {                                                                                              \
        return ::sim::split_names<::sim::count_names(#__VA_ARGS__)>(#__VA_ARGS__);                 \
    }                                                                                              \
    [[nodiscard]] constexpr auto fields() const                                                    \
    {                                                                                              \
        return std::tie(__VA_ARGS__);                                                              \
    }                                                                                              \
    static_assert(true)
