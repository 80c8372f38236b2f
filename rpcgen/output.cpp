#include "rpcgen/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace xm::rpcgen {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_on(const fs::path& path) {
    throw std::system_error{errno, std::generic_category(), path.string()};
}

bool has_content(const fs::path& path, const std::string& content) {
    std::error_code none;
    return fs::file_size(path, none) == content.size() && !none && read_file(path) == content;
}

void write_file(const fs::path& path, const std::string& content) {
    auto temporary = path;
    temporary += "." + std::to_string(getpid()) + ".tmp";
    std::ofstream out{temporary, std::ios::binary};
    out << content;
    out.close();
    if (!out) {
        const auto error = errno;
        std::error_code ignored;
        fs::remove(temporary, ignored);
        errno = error;
        fail_on(temporary);
    }
    fs::rename(temporary, path);
}

}    // namespace

std::string read_file(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) fail_on(path);
    std::ostringstream content;
    if (fs::file_size(path) > 0) content << in.rdbuf();
    if (!in || !content) fail_on(path);
    return std::move(content).str();
}

Templates read_templates(const fs::path& folder) {
    Templates templates;
    for (const auto& entry : fs::directory_iterator{folder}) {
        if (entry.path().extension() == ".tmpl") templates[entry.path().stem().string()] = read_file(entry.path());
    }
    return templates;
}

void write_files(const fs::path& folder, const Files& files) {
    for (const auto& [name, content] : files) {
        const auto path = folder / name;
        fs::create_directories(path.parent_path());
        if (!has_content(path, content)) write_file(path, content);
    }
}

}    // namespace xm::rpcgen
