// What would have let the mail through, and the proof of it: a cure is a change with which a run of
// the same plan delivers, or gets further. The cheapest and safest changes are tried first.
#pragma once

#include "sim/explain/trial.h"
#include "sim/explain/ways.h"
#include "sim/explain/why.h"
#include "sim/plan.h"

#include <functional>
#include <map>
#include <string>

namespace sim::explain {

// The cures of one run's cards. Each is looked for once, when it is asked for; a run that two cards
// need is made once.
class Cures {
public:
    static constexpr int most_runs = 200; // for one card

    // `plan` is the run that the trace is of; the trace must outlive it, and may grow. With
    // nothing to run (`most_runs` 0) all advice stays untried.
    Cures(const Trace& trace, Plan plan, int most_runs_of_a_card = most_runs);

    [[nodiscard]] const Cure& of(const WhyCard& card);
    void find(WhyCard& card) { card.cure = of(card); }
    // Whether the settings of its cure do the same in a run that begins with them: what is proved
    // by a run that goes on from where it failed need not hold from the start.
    [[nodiscard]] bool holds_from_start(const WhyCard& card);
    [[nodiscard]] int runs() const { return runs_; } // made so far, for all cards

private:
    // Something to try.
    struct Candidate {
        Change change;
        Settings hidden;    // changed, too, but not told: the right password
        bool again = false; // a second attempt, after everything else
        // What no setting reaches, and what it is called: equal for equal edits.
        std::function<void(scenario::Scenario&)> edit;
        std::string edit_name;
        Cure told;                           // what else the card says of it
        std::vector<std::string> recipients; // others than the card's
    };
    // A card's question: what is to be run, and what is looked at.
    struct Case {
        Plan plan;
        Aim aim;
        const WhyCard* card = nullptr;
        scenario::Scenario now; // with the settings that held when it failed
        const scenario::MailProgram* program = nullptr; // in `now`
        bool fetching = false;
        bool is_reached = true;  // settings reach this program's account; else a file does
        bool is_this_run = true; // not one made to equal what a real program did
        int left = 0;            // runs that may still be made
        bool tried = false;      // something was, be it in a run made for another card
        Cure best;
        Reached furthest;
        Instant end{}; // of the run without any change
    };

    struct Try {
        Plan plan;
        std::string name; // equal for equal plans
    };

    // What of a candidate is set while it runs, and what stands in a file from the start.
    struct Parts {
        Settings set;
        Settings in_file;
    };
    static Parts parts_of(const Case& it, const Candidate& candidate);

    [[nodiscard]] Cure look_for(const WhyCard& card);
    [[nodiscard]] std::optional<Case> case_of(const WhyCard& card) const;
    [[nodiscard]] std::optional<Case> case_of_outside(const WhyCard& card) const;
    [[nodiscard]] const scenario::MailProgram*
    program_behind(const WhyCard& card, const scenario::Scenario& scenario) const;
    [[nodiscard]] bool search(Case& it);
    bool try_all(Case& it, const std::vector<Candidate>& candidates);
    bool try_one(Case& it, const Candidate& candidate);
    [[nodiscard]] std::optional<Try> plan_with(const Case& it, const Candidate& candidate) const;
    const Outcome& run(Case& it, const Plan& plan, const std::string& name);

    // ---- what to try
    static Candidate idea(CureKind kind, Settings settings = {});
    static std::vector<Candidate> ideas_of(std::vector<Change> changes);
    [[nodiscard]] std::vector<Candidate> first_ideas(const Case& it) const;
    [[nodiscard]] std::vector<Candidate> ideas_about_login(const Case& it) const;
    [[nodiscard]] std::vector<Candidate> ideas_about_mail(const Case& it) const;
    [[nodiscard]] std::vector<Candidate> ideas_about_address(const Case& it) const;
    [[nodiscard]] std::vector<Candidate> relays_for_home_server(const Case& it) const;
    [[nodiscard]] std::vector<Candidate> fixed_addresses(const Case& it) const;
    [[nodiscard]] const scenario::Host* home_server(const Case& it) const;
    [[nodiscard]] std::vector<std::string> whom(const Case& it) const;
    [[nodiscard]] std::optional<std::size_t> step_of(const Case& it) const;
    [[nodiscard]] static std::vector<Candidate> ways(const Case& it);
    static std::vector<Candidate>
    ways(const Case& it, const scenario::MailProgram& program, const scenario::Scenario& scenario);
    [[nodiscard]] static std::vector<Candidate> ways_of_another_account(const Case& it);
    [[nodiscard]] std::vector<Candidate> pairs(const Case& it,
                                               const std::vector<Candidate>& own) const;

    const Trace& trace_;
    Plan plan_;
    int most_runs_;
    int runs_ = 0;
    std::map<std::string, Cure> found_;    // by what the card is about
    std::map<std::string, Outcome> tried_; // by what was changed
};

// What can be said without a run: by what stopped it.
CureKind advice_for(const WhyCard& card, Kind outcome);

// The cards of a run with their cures.
std::vector<WhyCard> cured_cards(const Trace& trace, std::size_t end, const Plan& plan);

} // namespace sim::explain
