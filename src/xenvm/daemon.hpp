#pragma once
// Becoming a daemon whose starter learns when it is ready: the first process waits and ends with the code that the
// daemon reports, so "exit code 0" means "serves its socket".

#include "base/fd.hpp"

namespace xm::xenvm {

class Readiness {
public:
    Readiness() = default;    // in the foreground: nobody waits
    explicit Readiness(Fd waiting, bool wanted_alone = false)
        : waiting_{std::move(waiting)}, wanted_alone_{wanted_alone} {}

    // 0: ready. Afterwards stdin and stdout are /dev/null. False: the starter has gone, and with it the wish to run.
    bool report(int exit_code);

private:
    Fd waiting_;
    bool wanted_alone_ = false;    // a starter that was killed comes back and looks for its monitors
};

// Returns only in the daemon: a new session, working directory "/". The first process exits inside.
// Call before anything that does not survive a fork: threads, loops, connections.
Readiness daemonize();

// The same for a process whose starter has forked it already, and waits at the other end of `reports`.
Readiness become_daemon(Fd reports);

}    // namespace xm::xenvm
