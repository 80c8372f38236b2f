#pragma once
// What libxl and the libraries below it say, in our log and in our failures. Their texts may quote what a guest or a
// device model wrote, so they are escaped.

#include <cstdarg>

extern "C" {
#include <xentoollog.h>
}

#include <string>
#include <vector>

namespace xm::connect::xl {

class Log {
public:
    Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    xentoollog_logger* logger() { return &face_.base; }

    void forget() { errors_.clear(); }
    // What went wrong since forget(), oldest first, "; " between; empty if nothing was said.
    std::string errors() const;

private:
    // Both functions below get the first member's address back and find this object behind it.
    struct Face {
        xentoollog_logger base{};
        Log* log = nullptr;
    };

    static void message(xentoollog_logger* logger, xentoollog_level level, int errnum, const char* context,
                        const char* format, va_list arguments) __attribute__((format(printf, 5, 0)));
    void take(xentoollog_level level, std::string text);

    Face face_;
    std::vector<std::string> errors_;
};

}    // namespace xm::connect::xl
