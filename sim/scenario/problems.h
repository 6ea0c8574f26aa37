// Collects what is wrong with the files of a scenario, each with its place, so that a trainer sees
// everything at once. Internal to sim/scenario.
#pragma once

#include "sim/scenario/load.h"

#include <compare>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sim::scenario {

// Where something stands. Files are numbered in the order in which they are read.
struct Place {
    std::size_t file = 0;
    int line = 0; // from 1; 0: the file as a whole
    int column = 0;
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend auto operator<=>(const Place&, const Place&) = default;
};

class Problems {
public:
    // A file broken in every line must not fill the memory; nobody reads more than this.
    static constexpr std::size_t max_problems = 200;

    // The number of the file in a Place.
    std::size_t add_file(std::string name);
    void add(Place place, std::string key, Wrong wrong);
    void add(Place place,
             std::string key,
             ProblemKind kind,
             std::vector<Fact> facts = {},
             std::string near = {});

    [[nodiscard]] bool none() const { return found_.empty(); }
    // Whether something is wrong with the value at this dotted key, or within it.
    [[nodiscard]] bool concern(const std::string& key) const;
    [[nodiscard]] bool full() const { return found_.size() >= max_problems; }
    // In the order of the files, their lines, and then as they were found.
    [[nodiscard]] std::vector<Problem> sorted() const;

private:
    struct Found {
        Place place;
        Problem problem;
    };
    std::vector<std::string> files_;
    std::vector<Found> found_;
    std::set<std::string> keys_;
    std::size_t left_out_ = 0;
};

// One line of bounded length, whatever stands in the file.
std::string as_line(std::string text);

// A dotted key with one part more: join("host", "mx.example") is host."mx.example".
std::string join(const std::string& path, std::string_view part);

} // namespace sim::scenario
