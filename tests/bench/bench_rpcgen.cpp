// How long the generator takes for the whole of idl/, into a folder that is empty the first time and up to date after.

#include "bus_client.hpp"
#include "figures.hpp"
#include "process.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace xm::bench {

namespace {

namespace fs = std::filesystem;

Arguments command(const fs::path& program, const fs::path& out) {
    const fs::path idl = fs::path{XM_SOURCE_DIR} / "idl";
    Arguments words{program, "--out", out, "--errors", idl / "errors.xml"};
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator{idl})
        if (entry.path().extension() == ".xml" && entry.path().filename() != "errors.xml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    words.insert(words.end(), files.begin(), files.end());
    return words;
}

double time_ms(const Arguments& words) {
    const auto began = Clock::now();
    output_of(words);
    return milliseconds(Clock::now() - began);
}

// In memory where there is such a place: the generator is measured, not the disk.
fs::path make_folder() {
    const fs::path memory{"/dev/shm"};
    std::string name = (fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "xenmgr-bench-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary directory"};
    return name;
}

int run(const Options& options) {
    Report report{"bench-rpcgen: all of idl/"};
    Samples fresh, again;
    for (int i = 0; i < (options.quick ? 5 : 21); ++i) {
        const auto out = make_folder();
        const auto words = command(options.programs + "/rpcgen", out);
        fresh.push_back(time_ms(words));
        again.push_back(time_ms(words));
        fs::remove_all(out);
    }
    report.at_most("everything, into an empty folder", median(fresh), 100, "ms");
    report.at_most("everything, nothing to change", median(again), 100, "ms");
    return report.exit_status(options);
}

}    // namespace

}    // namespace xm::bench

int main(int argc, char** argv) { return xm::bench::guarded_main(argc, argv, xm::bench::run); }
