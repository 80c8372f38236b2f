#pragma once
// One situation: the world, the manager in it, and what may still be spent. Moves lead from one to the next.

#include "explorer.hpp"

#include <memory>
#include <set>

namespace xm::xenmgr::explorer {

enum class MoveKind {
    command,
    advance,        // the monitor gets on with a request
    refuse,         // the guest does not shut down
    answer_late,    // the deadline of a request passes
    deliver,        // the oldest report arrives
    lose,           // it never does
    guest_ends,
    monitor_dies,
    manager_dies,
    lose_patience,
};

struct Move {
    MoveKind kind;
    int which = 0;    // the command, the reason, or the request's place in the list
};

class Situation {
public:
    explicit Situation(const Walk& walk);

    std::vector<Move> moves() const;
    void make(const Move& move);
    std::string key() const;          // equal for situations that nobody can tell apart
    std::string violation() const;    // of what must always hold; empty: none
    bool at_rest() const { return world_.requests.empty() && world_.news.empty(); }
    std::string describe(const Move& move) const;

private:
    void answer(const Answer& answer);
    void deliver_one();
    void manager_dies();
    std::string violation_at_rest(const VmLife& vm) const;
    std::string violation_of_ended_commands(const VmLife& vm) const;
    const VmLife& vm() const { return *manager_->lives.find(test::vm_a); }

    const Walk* walk_;
    World world_;
    Budget left_;
    int starts_given_ = 0;
    bool lost_ = false;
    std::size_t ended_before_ = 0;    // commands that had ended before the last move
    std::unique_ptr<Manager> manager_;
};

}    // namespace xm::xenmgr::explorer
