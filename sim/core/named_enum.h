// Enumerations that know the names of their values, so that files, language keys, JSON and tests
// are written from one list. SIM_NAMED_ENUM(Colour, red, green) declares `enum class Colour`;
// name_of(Colour::red) == "red"; values_of<Colour>() lists all; parse_enum<Colour>("red").
// The enumerators are numbered from 0 without gaps.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sim {

// "a, b, c" -> {"a", "b", "c"}; Count is the number of commas plus one.
template <std::size_t Count>
constexpr std::array<std::string_view, Count> split_names(std::string_view list)
{
    std::array<std::string_view, Count> names{};
    for (std::size_t i = 0; i < Count; ++i) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view name = list.substr(0, comma);
        while (name.starts_with(' '))
            name.remove_prefix(1);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        names.at(i) = name;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return names;
}

// `list` is the text between the parentheses of the declaration; a trailing comma is not allowed.
constexpr std::size_t count_names(std::string_view list)
{
    return static_cast<std::size_t>(std::ranges::count(list, ',')) + 1;
}

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names being declared.
#define SIM_NAMED_ENUM(Type, ...)                                                                  \
    enum class Type : std::uint8_t { __VA_ARGS__ };                                                \
    constexpr auto enum_names(Type)                                                                \
    {                                                                                              \
        return ::sim::split_names<::sim::count_names(#__VA_ARGS__)>(#__VA_ARGS__);                 \
    }                                                                                              \
    static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)

template <typename E>
concept NamedEnum = requires(E value)
{
    enum_names(value);
};

template <NamedEnum E>
constexpr std::size_t count_of()
{
    return enum_names(E{}).size();
}

template <NamedEnum E>
constexpr std::array<E, count_of<E>()> values_of()
{
    std::array<E, count_of<E>()> values{};
    for (std::size_t i = 0; i < values.size(); ++i)
        values.at(i) = static_cast<E>(i);
    return values;
}

template <NamedEnum E>
constexpr std::string_view name_of(E value)
{
    constexpr auto names = enum_names(E{});
    return names.at(static_cast<std::size_t>(value));
}

// The value with exactly this name, or nothing.
template <NamedEnum E>
constexpr std::optional<E> parse_enum(std::string_view name)
{
    for (const E value : values_of<E>())
        if (name_of(value) == name) return value;
    return std::nullopt;
}

} // namespace sim
