// The program run in this process, with what it said, and files for it.
#pragma once

#include "cli/app.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace test {

// All of its commands; "hikyaku help COMMAND" knows each.
inline const std::vector<std::string> commands{
    "list", "lesson", "present", "run", "check", "spf", "verify", "sign", "bridge", "send", "help"};

struct Result {
    cli::ExitCode code = cli::ExitCode::ok;
    std::string out;
    std::string err;
};

// Read once for all runs of this process: they are large.
inline platform::Languages& languages()
{
    static platform::Languages read;
    return read;
}

inline Result
hikyaku(const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& variables = {{"LANG", "en_US.UTF-8"}},
        bool terminal = false,
        const std::string& typed = "")
{
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in{typed};
    platform::Environment environment{out, err, terminal, std::nullopt, {}, {}};
    environment.in = &in;
    environment.in_is_terminal = terminal;
    environment.variable = [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
    Result result;
    result.code = cli::run(arguments, environment, languages());
    result.out = out.str();
    result.err = err.str();
    return result;
}

// At a terminal where somebody interrupts as soon as the progress shows.
inline Result interrupted(const std::vector<std::string>& arguments)
{
    class Interrupting : public std::stringbuf {
    protected:
        std::streamsize xsputn(const char* text, std::streamsize size) override
        {
            if (!done_) std::raise(SIGINT);
            done_ = true;
            return std::stringbuf::xsputn(text, size);
        }

    private:
        bool done_ = false;
    };
    Interrupting buffer;
    std::ostream err{&buffer};
    std::ostringstream out;
    platform::Environment environment{out, err, true, std::nullopt, {}, {}};
    environment.variable = [](const std::string&) { return std::nullopt; };
    environment.err_is_terminal = true;
    Result result;
    result.code = cli::run(arguments, environment, languages());
    result.out = out.str();
    result.err = buffer.str();
    return result;
}

inline bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

inline std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

// A folder of this test's own, removed with it.
class Folder {
public:
    explicit Folder(const std::string& name)
        : path_{std::filesystem::path{HIKYAKU_BINARY_DIR} / "cli_files" / name}
    {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name, const std::string& content) const
    {
        std::ofstream{path_ / name, std::ios::binary} << content;
        return (path_ / name).string();
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace test
