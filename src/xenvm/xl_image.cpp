#include "xenvm/xl_image.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "connect/guest_json.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace xm::xenvm {
namespace {

// Followed by the length of the spec as ten digits, a newline, and the spec as JSON.
constexpr std::string_view first_line = "xenvm image 1\n";
constexpr std::size_t length_digits = 10;

// What libxl's stream begins with (xen/docs/specs/libxl-migration-stream.pandoc): its mark and version; four bytes of
// options; the head of a record that has the memory and is of no length.
using namespace std::string_view_literals;
constexpr std::string_view stream_mark = "LibxlFmt\0\0\0\2"sv;
constexpr std::size_t stream_options = 4;
constexpr std::string_view first_record = "\1\0\0\0\0\0\0\0"sv;

constexpr std::size_t longest_spec = std::size_t{1} << 20;

[[noreturn]] void fail_with_errno(const std::string& file) {
    fail(errors::image_not_usable, file, "{}", std::system_category().message(errno));
}

std::string read_exactly(const Fd& fd, std::size_t size, const std::string& file) {
    std::string text(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const ssize_t now = ::read(fd.get(), text.data() + got, size - got);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) fail_with_errno(file);
        if (now == 0) fail(errors::image_not_usable, file, "not the image of a saved machine: it ends early");
        got += static_cast<std::size_t>(now);
    }
    return text;
}

// libxl 4.17 crashes when this much is not there; after that it fails as it should.
void require_stream(const Fd& fd, const std::string& file) {
    const std::size_t size = stream_mark.size() + stream_options + first_record.size();
    const std::string head = read_exactly(fd, size, file);
    if (!head.starts_with(stream_mark) || !head.ends_with(first_record))
        fail(errors::image_not_usable, file, "what follows its head is not a saved machine");
    if (::lseek(fd.get(), -static_cast<off_t>(size), SEEK_CUR) < 0) fail_with_errno(file);
}

}    // namespace

NewImage::NewImage(std::string file, const model::GuestSpec& spec)
    : file_{std::move(file)},
      unfinished_{file_ + ".unfinished"},
      fd_{::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)} {
    if (!fd_) fail_with_errno(file_);
    const std::string json = connect::to_json(spec);
    const std::string head = fmt::format("{}{:0{}}\n{}", first_line, json.size(), length_digits, json);
    if (::write(fd_.get(), head.data(), head.size()) == static_cast<ssize_t>(head.size())) return;
    const int error = errno;
    ::unlink(unfinished_.c_str());
    errno = error;
    fail_with_errno(file_);
}

NewImage::~NewImage() {
    if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
}

void NewImage::finish() {
    if (::rename(unfinished_.c_str(), file_.c_str()) != 0) fail_with_errno(file_);
    unfinished_.clear();
}

OpenImage open_image(const std::string& file) try {
    OpenImage image{.spec = {}, .fd = Fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)}};
    if (!image.fd) fail_with_errno(file);
    if (read_exactly(image.fd, first_line.size(), file) != first_line)
        fail(errors::image_not_usable, file, "not the image of a saved machine");
    const std::string digits = read_exactly(image.fd, length_digits + 1, file);
    const auto length = text::parse_number<std::size_t>(std::string_view{digits}.substr(0, length_digits));
    if (!length || *length > longest_spec) fail(errors::image_not_usable, file, "its head is damaged");
    image.spec = connect::guest_spec_from_json(read_exactly(image.fd, *length, file));
    require_stream(image.fd, file);
    return image;
} catch (const Failure& failure) {
    if (failure.info().symbol == errors::image_not_usable.symbol) throw;
    fail(errors::image_not_usable, file, "{}", failure.cause());
}

}    // namespace xm::xenvm
