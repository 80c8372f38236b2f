#include "storeguard/request.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"

extern "C" {
#include <xen/io/xs_wire.h>
}

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace xm::storeguard {
namespace {

// What must follow the path.
enum class Rest : std::uint8_t {
    nothing,
    token,     // one string, of a watch
    number,    // decimal, with or without the final zero
    reader,    // permissions: domain 0 owns the node, the domain of the path may read it
};

struct Row {
    std::uint32_t type;
    std::string_view path;    // <domid>: a guest's, <uuid>: any
    Rest rest;
};

// clang-format off
constexpr Row rows[] = {
    // Which domains there are, and when that changes.
    {XS_DIRECTORY,         "/local/domain",                                   Rest::nothing},
    {XS_DIRECTORY_PART,    "/local/domain",                                   Rest::number},
    {XS_WATCH,             "@introduceDomain",                                Rest::token},
    {XS_WATCH,             "@releaseDomain",                                  Rest::token},
    {XS_UNWATCH,           "@introduceDomain",                                Rest::token},
    {XS_UNWATCH,           "@releaseDomain",                                  Rest::token},
    // Who a domain is, and who has said so.
    {XS_READ,              "/local/domain/<domid>/vm",                        Rest::nothing},
    {XS_GET_PERMS,         "/local/domain/<domid>/vm",                        Rest::nothing},
    {XS_READ,              "/local/domain/<domid>/target",                    Rest::nothing},
    {XS_GET_PERMS,         "/local/domain/<domid>/target",                    Rest::nothing},
    {XS_READ,              "/vm/<uuid>/uuid",                                 Rest::nothing},
    {XS_GET_PERMS,         "/vm/<uuid>/uuid",                                 Rest::nothing},
    // Where the domain finds its vchan.
    {XS_TRANSACTION_START, "",                                                Rest::nothing},
    {XS_TRANSACTION_END,   "T",                                               Rest::nothing},
    {XS_TRANSACTION_END,   "F",                                               Rest::nothing},
    {XS_WRITE,             "/local/domain/<domid>/xenmgr-bus/ring-ref",       Rest::number},
    {XS_WRITE,             "/local/domain/<domid>/xenmgr-bus/event-channel",  Rest::number},
    {XS_SET_PERMS,         "/local/domain/<domid>/xenmgr-bus",                Rest::reader},
    {XS_SET_PERMS,         "/local/domain/<domid>/xenmgr-bus/ring-ref",       Rest::reader},
    {XS_SET_PERMS,         "/local/domain/<domid>/xenmgr-bus/event-channel",  Rest::reader},
};
// clang-format on

// As it appears in paths: no zeros in front, no domain 0, none of those that Xen keeps for itself.
bool is_domid(std::string_view text) {
    constexpr std::uint32_t first_reserved = 0x7ff0;    // DOMID_FIRST_RESERVED
    const auto domid = text::parse_number<std::uint32_t>(text);
    return domid && *domid != 0 && *domid < first_reserved && std::to_string(*domid) == text;
}

bool is_uuid(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid && uuid->text() == text;
}

struct Match {
    std::string_view domid{};    // empty: the pattern has none
};

// Both up to the next slash, which is taken away.
std::string_view next_segment(std::string_view& rest) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto segment = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return segment;
}

std::optional<Match> match(std::string_view pattern, std::string_view path) {
    if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) return std::nullopt;
    Match found;
    for (auto segments = std::ranges::count(pattern, '/') + 1; segments > 0; --segments) {
        const auto wanted = next_segment(pattern);
        const auto given = next_segment(path);
        const bool fits = wanted == "<domid>" ? is_domid(given) : wanted == "<uuid>" ? is_uuid(given) : wanted == given;
        if (!fits) return std::nullopt;
        if (wanted == "<domid>") found.domid = given;
    }
    return found;
}

bool is_one_string(std::string_view rest) { return rest.find('\0') == rest.size() - 1; }

bool is_number(std::string_view rest) {
    if (rest.ends_with('\0')) rest.remove_suffix(1);
    return text::parse_number<std::uint32_t>(rest).has_value();
}

bool fits(Rest rest, std::string_view given, const Match& match) {
    using namespace std::string_literals;
    switch (rest) {
        case Rest::nothing:
            return given.empty();
        case Rest::token:
            return !given.empty() && is_one_string(given);
        case Rest::number:
            return is_number(given);
        case Rest::reader:
            return given == "n0\0r"s + std::string{match.domid} + '\0';
    }
    return false;
}

}    // namespace

bool is_allowed(std::uint32_t type, std::string_view untrusted_payload) {
    const auto end = untrusted_payload.find('\0');
    if (end == untrusted_payload.npos) return false;
    const auto path = untrusted_payload.substr(0, end);
    const auto rest = untrusted_payload.substr(end + 1);
    return std::ranges::any_of(rows, [&](const Row& row) {
        if (row.type != type) return false;
        const auto found = match(row.path, path);
        return found && fits(row.rest, rest, *found);
    });
}

}    // namespace xm::storeguard
