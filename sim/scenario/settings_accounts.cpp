// Settings of the accounts that mail programs have, and of the line that they are on.
#include "sim/scenario/forms.h"
#include "sim/scenario/problems.h"
#include "sim/scenario/quantities.h"
#include "sim/scenario/settings_handles.h"

#include <algorithm>
#include <cstddef>

namespace sim::scenario::handles {

namespace {

using FindAccount = std::function<AccountSettings&(Scenario&)>;

constexpr std::size_t max_account_text = 255;

Answer problem_of_account_text(const std::string& value)
{
    if (value.size() > max_account_text)
        return Wrong{ProblemKind::text_too_long, {{"most", std::to_string(max_account_text)}}};
    // A line end typed into an account must not become a line end on the wire.
    const bool has_control = std::ranges::any_of(
        value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (has_control) return Wrong{ProblemKind::control_character};
    return std::nullopt;
}

Setting of_account(SettingGroup group,
                   std::string name,
                   std::string value,
                   std::vector<std::string> choices = {})
{
    return setting({group, std::move(name), {}, 0, {}, {}},
                   std::move(value),
                   TakesEffect::next_send,
                   std::move(choices));
}

Setting& add_text(Handles& handles,
                  SettingGroup group,
                  std::string name,
                  const std::string& now,
                  const FindAccount& account,
                  std::string AccountSettings::*member)
{
    handles.push_back({of_account(group, std::move(name), now),
                       [account, member](Scenario& scenario, const std::string& value) {
                           Answer problem = problem_of_account_text(value);
                           if (!problem) account(scenario).*member = value;
                           return problem;
                       }});
    return handles.back().setting;
}

template <NamedEnum E>
Setting& add_choice(Handles& handles,
                    SettingGroup group,
                    std::string name,
                    const FindAccount& account,
                    E now,
                    E AccountSettings::*member,
                    std::vector<std::string> choices = choices_of<E>())
{
    handles.push_back({of_account(group, std::move(name), text_of(now), std::move(choices)),
                       [account, member](Scenario& scenario, const std::string& value) {
                           account(scenario).*member = *parse_enum<E>(value);
                           return Answer{};
                       }});
    return handles.back().setting;
}

Answer problem_of_server(const std::string& value)
{
    const bool is_name = !value.empty() && value.size() <= 253 &&
                         std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; });
    if (is_name) return std::nullopt;
    return Wrong{ProblemKind::wrong_form, {{"wanted", ProblemTerm::server_name}}};
}

void add_server(Handles& handles,
                SettingGroup group,
                const AccountSettings& now,
                const FindAccount& account)
{
    handles.push_back({of_account(group, "server", now.server),
                       [account](Scenario& scenario, const std::string& value) {
                           Answer problem = problem_of_server(value);
                           if (!problem) account(scenario).server = value;
                           return problem;
                       }});
    handles.push_back({of_account(group, "port", std::to_string(now.port)),
                       [account](Scenario& scenario, const std::string& value) {
                           if (!has_form(Form::port_number, value))
                               return Answer{problem_of_form(Form::port_number, value)};
                           account(scenario).port = parse_port_range(value)->first;
                           return Answer{};
                       }});
    handles.back().setting.suggestions = group == SettingGroup::client
                                             ? std::vector<std::string>{"25", "587", "465"}
                                             : std::vector<std::string>{"110", "995"};
}

void add_account(Handles& handles,
                 SettingGroup group,
                 const AccountSettings& now,
                 const FindAccount& account)
{
    using Account = AccountSettings;
    add_server(handles, group, now, account);
    add_choice(handles, group, "protection", account, now.protection, &Account::protection);
    // POP3 knows one way to log in: the other names mean it too, as in mail programs.
    auto ways = choices_of<AuthChoice>();
    if (group == SettingGroup::fetch) {
        std::erase_if(ways,
                      [](const auto& w) { return *parse_enum<AuthChoice>(w) > AuthChoice::login; });
    }
    add_choice(handles, group, "auth", account, now.auth, &Account::auth, std::move(ways));
    add_text(handles, group, "user", now.user, account, &Account::user);
    add_text(handles, group, "password", now.password, account, &Account::password).secret = true;
    add_choice(handles,
               group,
               "tls_min",
               account,
               now.tls_min,
               &Account::tls_min,
               versions(TlsVersion::v1_2, now.tls_max))
        .unusual = true;
    add_choice(handles,
               group,
               "tls_max",
               account,
               now.tls_max,
               &Account::tls_max,
               versions(now.tls_min, TlsVersion::v1_3))
        .unusual = true;
}

std::optional<std::size_t> program_at(const Scenario& scenario, const std::string& key)
{
    const auto program = std::ranges::find(scenario.programs, key, &MailProgram::key);
    if (program == scenario.programs.end()) return std::nullopt;
    return static_cast<std::size_t>(program - scenario.programs.begin());
}

std::optional<std::size_t> host_at(const Scenario& scenario, const std::string& key)
{
    const auto host = std::ranges::find(scenario.hosts, key, &Host::key);
    if (host == scenario.hosts.end()) return std::nullopt;
    return static_cast<std::size_t>(host - scenario.hosts.begin());
}

// The lines that this host can be plugged into: those that no other host is on.
void add_line(Handles& handles, const Scenario& scenario, const std::string& host_key)
{
    const auto at = host_at(scenario, host_key);
    if (!at || scenario.hosts[*at].line.empty()) return;
    const Host& host = scenario.hosts[*at];
    std::vector<std::string> choices;
    for (const AccessLine& line : scenario.lines) {
        if (line.key == host.line || std::ranges::count(scenario.hosts, line.key, &Host::line) == 0)
            choices.push_back(line.key);
    }
    handles.push_back({setting({SettingGroup::client, "line", {}, 0, {}, {}},
                               host.line,
                               TakesEffect::anew,
                               std::move(choices)),
                       [at](Scenario& changed, const std::string& value) {
                           const auto line =
                               std::ranges::find(changed.lines, value, &AccessLine::key);
                           changed.hosts[*at].line = value;
                           changed.hosts[*at].area = line->area;
                           return Answer{};
                       }});
}

// Whose account the settings of this group, client or fetch, are of; empty when nobody's.
std::string program_of(const Scenario& scenario, SettingGroup group)
{
    if (group == SettingGroup::client) return scenario.client;
    const auto fetch = std::ranges::find(scenario.steps, StepAction::fetch, &Step::action);
    return fetch == scenario.steps.end() ? std::string{} : fetch->program;
}

} // namespace

void add_accounts(Handles& handles, const Scenario& scenario)
{
    if (const auto at = program_at(scenario, scenario.client)) {
        const MailProgram& program = scenario.programs[*at];
        add_line(handles, scenario, program.host);
        if (program.sending) {
            const auto find = [at](Scenario& s) -> AccountSettings& {
                return *s.programs[*at].sending;
            };
            add_account(handles, SettingGroup::client, *program.sending, find);
            if (std::ranges::any_of(scenario.mail_servers,
                                    [](const MailServer& server) { return !!server.tokens; })) {
                add_choice(handles,
                           SettingGroup::client,
                           "token",
                           find,
                           program.sending->token,
                           &AccountSettings::token);
            }
        }
    }
    const auto at = program_at(scenario, program_of(scenario, SettingGroup::fetch));
    if (at && scenario.programs[*at].fetching) {
        add_account(handles,
                    SettingGroup::fetch,
                    *scenario.programs[*at].fetching,
                    [at](Scenario& s) -> AccountSettings& { return *s.programs[*at].fetching; });
    }
}

} // namespace sim::scenario::handles

namespace sim::scenario {

bool reads_account(const Scenario& scenario, const Step& step, SettingGroup group)
{
    const bool sends = group == SettingGroup::client;
    if (!sends && group != SettingGroup::fetch) return false;
    return step.action == (sends ? StepAction::send : StepAction::fetch) &&
           step.program == handles::program_of(scenario, group);
}

} // namespace sim::scenario
