#pragma once
// Measured figures beside the bars they are held against, as an aligned table.

#include <cstddef>
#include <string>
#include <vector>

namespace xm::bench {

using Samples = std::vector<double>;

double median(Samples samples);
double percentile(Samples samples, double share);    // share: 0.99 for p99

struct Options {
    bool quick = false;      // --short: fewer rounds, for a check that everything works
    bool enforce = false;    // --enforce: a missed bar makes the exit status 1
    std::string programs;    // --bin: where ours are; default: beside this one
};

Options read_options(int argc, char** argv);

class Report {
public:
    explicit Report(std::string title);

    void at_most(const std::string& name, double value, double bar, const char* unit);
    void at_least(const std::string& name, double value, double bar, const char* unit);
    void note(const std::string& name, double value, const char* unit);    // no bar

    // 0, or 1 if a bar was missed and the options ask for it.
    int exit_status(const Options& options) const;

private:
    void line(const std::string& name, double value, const char* unit, const std::string& verdict);

    std::size_t missed_ = 0;
};

// Body of a benchmark's main: whatever is thrown is printed, with exit status 2.
int guarded_main(int argc, char** argv, int (*body)(const Options&));

}    // namespace xm::bench
