#include "storeguard/request.hpp"

extern "C" {
#include <xen/io/xs_wire.h>
}

#include <catch2/catch.hpp>

#include <string>

using namespace xm::storeguard;
using namespace std::string_literals;

namespace {

const std::string uuid = "5eed0000-0000-4000-8000-000000000001";

bool allowed(xsd_sockmsg_type type, const std::string& payload) { return is_allowed(type, payload); }

}    // namespace

TEST_CASE("the firewall may ask which domains there are, and hear when that changes") {
    CHECK(allowed(XS_DIRECTORY, "/local/domain\0"s));
    CHECK(allowed(XS_DIRECTORY_PART, "/local/domain\0000\0"s));
    CHECK(allowed(XS_WATCH, "@introduceDomain\0token\0"s));
    CHECK(allowed(XS_UNWATCH, "@releaseDomain\0token\0"s));
}

TEST_CASE("it may ask which VM a domain is, and who has said so") {
    for (const auto type : {XS_READ, XS_GET_PERMS}) {
        CHECK(allowed(type, "/local/domain/7/vm\0"s));
        CHECK(allowed(type, "/local/domain/7/target\0"s));
        CHECK(allowed(type, "/vm/" + uuid + "/uuid\0"s));
    }
}

TEST_CASE("it may tell a domain where its vchan is") {
    CHECK(allowed(XS_TRANSACTION_START, "\0"s));
    CHECK(allowed(XS_WRITE, "/local/domain/7/xenmgr-bus/ring-ref\00012"s));
    CHECK(allowed(XS_SET_PERMS, "/local/domain/7/xenmgr-bus/ring-ref\0n0\0r7\0"s));
    CHECK(allowed(XS_SET_PERMS, "/local/domain/7/xenmgr-bus\0n0\0r7\0"s));
    CHECK(allowed(XS_TRANSACTION_END, "T\0"s));
    CHECK(allowed(XS_TRANSACTION_END, "F\0"s));
}

TEST_CASE("nothing else of xenstore can be read") {
    for (const auto& path : {"/local/domain/7"s, "/local/domain/7/name"s, "/local/domain/7/vm/more"s, "/vm"s, ""s,
                             "/vm/" + uuid + "/key"s, "vm"s, "/local/domain//vm"s, "/local/domain/7/vm/"s})
        CHECK_FALSE(allowed(XS_READ, path + '\0'));
    for (const auto& path : {"/"s, "/local"s, "/local/domain/7"s, "/vm"s})
        CHECK_FALSE(allowed(XS_DIRECTORY, path + '\0'));
    CHECK_FALSE(allowed(XS_WATCH, "/local/domain/7\0token\0"s));
}

TEST_CASE("nothing else can be written") {
    for (const auto& path : {"/local/domain/7/vm"s, "/local/domain/7/xenmgr-bus"s, "/local/domain/7/xenmgr-bus/other"s,
                             "/local/domain/0/xenmgr-bus/ring-ref"s, "/local/domain/7/../0/ring-ref"s, "/tool/x"s})
        CHECK_FALSE(allowed(XS_WRITE, path + "\0001"s));
    for (const auto& value : {""s, "x"s, "-1"s, "1 2"s, "12\0 3"s, "4294967296"s})
        CHECK_FALSE(allowed(XS_WRITE, "/local/domain/7/xenmgr-bus/ring-ref\0"s + value));
}

TEST_CASE("no other domain gets a right") {
    for (const auto& rights : {""s, "n0\0"s, "n0\0r8\0"s, "n0\0w7\0"s, "n0\0b7\0"s, "n7\0"s, "r0\0r7\0"s,
                               "n0\0r7\0r8\0"s, "n0\0r7"s, "n0\0r07\0"s})
        CHECK_FALSE(allowed(XS_SET_PERMS, "/local/domain/7/xenmgr-bus\0"s + rights));
    CHECK_FALSE(allowed(XS_SET_PERMS, "/local/domain/7\0n0\0r7\0"s));
}

TEST_CASE("a domain is written as xenstore writes it, and is a guest") {
    for (const auto& domid : {"0"s, "07"s, "+7"s, "-7"s, "7x"s, ""s, "32752"s, "4294967303"s})
        CHECK_FALSE(allowed(XS_READ, "/local/domain/" + domid + "/vm\0"s));
    CHECK(allowed(XS_READ, "/local/domain/32751/vm\0"s));
    CHECK_FALSE(allowed(XS_READ, "/vm/" + uuid.substr(1) + "/uuid\0"s));
    CHECK_FALSE(allowed(XS_READ, "/vm/5EED0000-0000-4000-8000-000000000001/uuid\0"s));
}

TEST_CASE("all other requests are refused, whatever they are about") {
    for (unsigned type = 0; type < 64; ++type) {
        const bool known = type == XS_DIRECTORY || type == XS_READ || type == XS_GET_PERMS || type == XS_WATCH ||
                           type == XS_UNWATCH || type == XS_TRANSACTION_START || type == XS_TRANSACTION_END ||
                           type == XS_WRITE || type == XS_SET_PERMS || type == XS_DIRECTORY_PART;
        bool any = false;
        for (const auto& payload : {"\0"s, "T\0"s, "/local/domain\0"s, "/local/domain\0001\0"s, "/local/domain/7/vm\0"s,
                                    "@releaseDomain\0t\0"s, "/local/domain/7/xenmgr-bus/ring-ref\0001"s,
                                    "/local/domain/7/xenmgr-bus\0n0\0r7\0"s})
            any = any || is_allowed(type, payload);
        CHECK(any == known);
    }
}

TEST_CASE("what does not end, or goes on, is refused") {
    CHECK_FALSE(allowed(XS_READ, ""));
    CHECK_FALSE(allowed(XS_READ, "/local/domain/7/vm"));
    CHECK_FALSE(allowed(XS_READ, "/local/domain/7/vm\0more"s));
    CHECK_FALSE(allowed(XS_WATCH, "@releaseDomain\0"s));
    CHECK_FALSE(allowed(XS_WATCH, "@releaseDomain\0token"s));
    CHECK_FALSE(allowed(XS_WATCH, "@releaseDomain\0token\0depth\0"s));
    CHECK_FALSE(allowed(XS_TRANSACTION_START, "x\0"s));
}
