// Runs a fuzz target once on every file of the folders and files named on the command line, and on no input at all.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    std::cout << file.filename().string() << " (" << bytes.size() << " bytes)\n";
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}    // namespace

int main(int argc, char** argv) {
    LLVMFuzzerTestOneInput(nullptr, 0);
    for (int i = 1; i < argc; ++i) {
        const std::filesystem::path given{argv[i]};
        if (!std::filesystem::is_directory(given)) {
            replay(given);
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator{given})
            if (entry.is_regular_file()) replay(entry.path());
    }
}
