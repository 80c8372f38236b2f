#include "figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace xm::bench {

double percentile(Samples samples, double share) {
    if (samples.empty()) throw std::runtime_error{"nothing was measured"};
    std::sort(samples.begin(), samples.end());
    return samples[static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1))];
}

double median(Samples samples) { return percentile(std::move(samples), 0.5); }

Options read_options(int argc, char** argv) {
    Options options;
    options.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (int i = 1; i < argc; ++i) {
        const std::string_view word{argv[i]};
        if (word == "--short")
            options.quick = true;
        else if (word == "--enforce")
            options.enforce = true;
        else if (word == "--bin" && i + 1 < argc)
            options.programs = argv[++i];
        else
            throw std::runtime_error{fmt::format("usage: {} [--short] [--enforce] [--bin DIR]", argv[0])};
    }
    return options;
}

Report::Report(std::string title) { fmt::print("{}\n", title); }

void Report::at_most(const std::string& name, double value, double bar, const char* unit) {
    const bool held = value <= bar;
    missed_ += held ? 0 : 1;
    line(name, value, unit, fmt::format("at most {:g}: {}", bar, held ? "pass" : "FAIL"));
}

void Report::at_least(const std::string& name, double value, double bar, const char* unit) {
    const bool held = value >= bar;
    missed_ += held ? 0 : 1;
    line(name, value, unit, fmt::format("at least {:g}: {}", bar, held ? "pass" : "FAIL"));
}

void Report::note(const std::string& name, double value, const char* unit) { line(name, value, unit, ""); }

void Report::line(const std::string& name, double value, const char* unit, const std::string& verdict) {
    fmt::print("  {:<58}{:>10.3f} {:<5} {}\n", name, value, unit, verdict);
    std::fflush(stdout);
}

int Report::exit_status(const Options& options) const {
    if (missed_ > 0) fmt::print("  bars missed: {}\n", missed_);
    return options.enforce && missed_ > 0 ? 1 : 0;
}

int guarded_main(int argc, char** argv, int (*body)(const Options&)) try {
    return body(read_options(argc, argv));
} catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    return 2;
}

}    // namespace xm::bench
