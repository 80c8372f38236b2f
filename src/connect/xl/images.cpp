#include "connect/xl/images.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "connect/vhd.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace xm::connect::xl {
namespace {

using model::Disk;

// Heads of qcow2 images (QEMU, docs/interop/qcow2.txt); numbers are big-endian.
namespace qcow {
constexpr std::array<std::uint8_t, 4> magic{'Q', 'F', 'I', 0xfb};
constexpr std::size_t version = 4, parent_offset = 8, parent_size = 16, encryption = 32, head_bytes = 72;
constexpr std::uint64_t oldest = 2, newest = 3, longest_parent = 1023;
}    // namespace qcow

[[noreturn]] void refuse_image(const Disk& disk, std::string_view cause) {
    fail(errors::disk_mount_failed, text::escaped(disk.path), "disk {}: {}", disk.id, cause);
}

bool read_at(const Fd& file, std::uint64_t offset, std::span<std::uint8_t> into) {
    return ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(into.size());
}

std::uint64_t number_at(std::span<const std::uint8_t> head, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : head.subspan(at, size))
        value = value << 8 | byte;
    return value;
}

void require_parent(const Disk& disk, const Fd& file, std::span<const std::uint8_t> head) {
    const std::uint64_t size = number_at(head, qcow::parent_size, 4);
    if (size > qcow::longest_parent) refuse_image(disk, "its head is damaged");
    std::vector<std::uint8_t> bytes(size);
    if (!read_at(file, number_at(head, qcow::parent_offset, 8), bytes)) refuse_image(disk, "its head is damaged");
    const std::string name(bytes.begin(), bytes.end());
    const auto parent = std::filesystem::path{disk.path}.parent_path() / name;
    const bool elsewhere = name.find(':') != name.npos;    // not a file of this host
    if (!elsewhere && ::access(parent.c_str(), R_OK) != 0)
        refuse_image(disk, fmt::format("its parent {} cannot be read", text::escaped(parent.string())));
}

void require_qcow(const Disk& disk, const Fd& file) {
    std::array<std::uint8_t, qcow::head_bytes> head{};
    if (!read_at(file, 0, head) || !std::equal(qcow::magic.begin(), qcow::magic.end(), head.begin()))
        refuse_image(disk, "not a qcow image");
    const std::uint64_t version = number_at(head, qcow::version, 4);
    if (version < qcow::oldest || version > qcow::newest)
        refuse_image(disk, fmt::format("a qcow image of version {}; convert it to version 2 or 3", version));
    if (number_at(head, qcow::encryption, 4) != 0) refuse_image(disk, "it is encrypted, which nothing here can undo");
    if (number_at(head, qcow::parent_offset, 8) != 0) require_parent(disk, file, head);
}

void require_vhd(const Disk& disk, const Fd& file) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) refuse_image(disk, std::system_category().message(errno));
    const auto read = [&](std::uint64_t offset, std::span<std::uint8_t> into) { return read_at(file, offset, into); };
    const auto answer = read_vhd(static_cast<std::uint64_t>(status.st_size), read);
    if (const auto* fault = std::get_if<VhdFault>(&answer))
        refuse_image(disk, fmt::format("not a VHD image: {}", fault->what));
    const auto& vhd = std::get<VhdFacts>(answer);
    if (vhd.has_parent) refuse_image(disk, "it has a parent, which nothing here reads; convert both to one image");
    if (vhd.key_set) refuse_image(disk, "it is encrypted, which nothing here can undo");
}

}    // namespace

void require_readable(const Disk& disk) {
    const bool is_vhd = disk.type == model::DiskType::vhd;
    if (disk.path.empty() || !(is_vhd || disk.type == model::DiskType::qcow)) return;
    const Fd file{::open(disk.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file) refuse_image(disk, std::system_category().message(errno));
    is_vhd ? require_vhd(disk, file) : require_qcow(disk, file);
}

void require_readable(const model::GuestSpec& spec) {
    for (const Disk& disk : spec.disks)
        if (disk.enabled) require_readable(disk);
}

}    // namespace xm::connect::xl
