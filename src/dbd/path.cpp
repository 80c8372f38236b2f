#include "dbd/path.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "gen/errors.hpp"

#include <algorithm>

namespace xm::dbd {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

[[noreturn]] void refuse(std::string_view untrusted_path, std::string_view why) {
    fail(errors::bad_path, text::escaped(untrusted_path), "{}", why);
}

}    // namespace

const char* complaint_about_name(std::string_view name) {
    if (name.empty()) return "a name is empty";
    if (name.size() > Limits::name) return "a name is longer than 200 bytes";
    if (name.find('/') != std::string_view::npos) return "a name contains a slash";
    if (std::any_of(name.begin(), name.end(), is_control)) return "it contains a control character";
    if (!text::is_utf8(name)) return "it is not UTF-8";
    return nullptr;
}

Path Path::parse(std::string_view untrusted) {
    Path path;
    for (const std::string_view part : text::split(untrusted, '/')) {
        if (!part.empty()) path = path.child(part);
    }
    return path;
}

Path Path::child(std::string_view untrusted_name) const {
    Path path = *this;
    path.text_ += '/';
    path.text_ += untrusted_name;
    if (const char* complaint = complaint_about_name(untrusted_name)) refuse(path.text_, complaint);
    if (path.text_.size() > Limits::path) refuse(path.text_, "it is longer than 1024 bytes");
    const auto depth = std::count(path.text_.begin(), path.text_.end(), '/');
    if (static_cast<std::size_t>(depth) > Limits::depth) refuse(path.text_, "it is deeper than 32 levels");
    return path;
}

std::vector<std::string_view> Path::parts() const {
    if (text_.empty()) return {};
    return text::split(std::string_view{text_}.substr(1), '/');
}

bool Path::contains(const Path& other) const {
    const std::string_view text{other.text_};
    return text.starts_with(text_) && (text.size() == text_.size() || text[text_.size()] == '/');
}

void check_value(const Path& path, std::string_view untrusted_value) {
    if (untrusted_value.size() > Limits::value)
        fail(errors::bad_value, path.shown(), "the value has {} bytes, the limit is 1 MiB", untrusted_value.size());
    if (untrusted_value.find('\0') != std::string_view::npos)
        fail(errors::bad_value, path.shown(), "the value contains a NUL character");
    if (!text::is_utf8(untrusted_value)) fail(errors::bad_value, path.shown(), "the value is not UTF-8");
}

}    // namespace xm::dbd
