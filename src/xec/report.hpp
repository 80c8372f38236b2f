#pragma once
// The end of a program of ours: what went wrong goes to standard error with the remedy, as text or as one line of JSON,
// and becomes the exit code.

#include <functional>
#include <string>

namespace xm::xec {

enum Exit : int {
    exit_done = 0,
    exit_failed = 1,
    exit_db_error = 2,     // db-*: the database service answered with an error
    exit_timed_out = 3,    // no answer, or the awaited state not reached, within --timeout
};

struct Reporting {
    std::string program;
    bool json = false;
    int error_reply = exit_failed;    // exit code for an error that the bus or the service answered with
};

// Runs `body`. `reporting` is read when something fails, so that `body` may still fill it in from the options.
int run_reporting(const Reporting& reporting, const std::function<int()>& body);

// One line to standard error, safe for a terminal.
void warn_user(const Reporting& reporting, const std::string& text);

// What to do about an error name of the bus itself; empty for errors of services, whose text says it.
std::string remedy_for(const std::string& error_name);

}    // namespace xm::xec
