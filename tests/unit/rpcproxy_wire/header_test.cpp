#include "verdict.hpp"

using namespace xm::rpcproxy;
using namespace xm::fakes;

namespace {

RawMessage call_with(RawField field) { return raw_call().instead(std::move(field)); }

}    // namespace

TEST_CASE("messages of every type are read, and every part is found") {
    CHECK(verdict(raw_call()).empty());
    CHECK(verdict(raw_signal()).empty());
    CHECK(verdict(raw_return()).empty());
    CHECK(verdict(raw_error()).empty());

    for (const bool big_endian : {false, true}) {
        auto made =
            raw_error().with(text_field(f_sender, ":1.9")).with_body("si", [](Wire& to) { to.string("first").u32(5); });
        made.flags = no_auto_start;
        made.serial = 0x01020304;
        const auto bytes = made.bytes(big_endian);
        const auto [message, fault] = read_message(bytes);
        REQUIRE(fault == nullptr);
        CHECK(message.big_endian == big_endian);
        CHECK(message.type == 3);
        CHECK(message.flags == no_auto_start);
        CHECK(message.serial == 0x01020304);
        CHECK(message.error_name == "org.example.Error");
        CHECK(message.reply_serial == 7u);
        CHECK(message.destination == ":1.7");
        CHECK(message.sender == ":1.9");
        CHECK(message.signature == "si");
        CHECK(message.first_argument == "first");
        CHECK(message.body.size() == 16);
        CHECK_FALSE(message.path);
        CHECK_FALSE(message.interface);
        CHECK_FALSE(message.member);
        CHECK_FALSE(message.unknown_fields);
    }
}

TEST_CASE("only a method call without the flag expects a reply") {
    auto call = raw_call();
    CHECK(read_message(call.bytes()).message.expects_reply());
    call.flags = no_reply_expected;
    CHECK_FALSE(read_message(call.bytes()).message.expects_reply());
    CHECK_FALSE(read_message(raw_signal().bytes()).message.expects_reply());
}

TEST_CASE("POL-5: unknown flags are no fault") {
    auto call = raw_call();
    call.flags = 0xff;
    CHECK(verdict(call).empty());
}

TEST_CASE("HDR-1: a field that stands twice is a fault, whichever it is") {
    const auto extra = raw_error().with(text_field(f_sender, ":1.9")).with(signature_field(""));
    auto all = raw_call();
    for (const auto& field : extra.fields)
        all.instead(field);
    REQUIRE(verdict(all).empty());
    REQUIRE(all.fields.size() == 8);
    for (const RawField& field : all.fields) {
        INFO(field.code);
        CHECK(verdict(RawMessage{all}.with(field)) == "a header field stands twice");
    }
    CHECK(verdict(raw_call().with(text_field(f_destination, "org.other"))) == "a header field stands twice");
}

TEST_CASE("HDR-2: a field of the wrong type is a fault") {
    const Write text = [](Wire& to) { to.string("org.example"); };
    const Write sign = [](Wire& to) { to.signature("s"); };
    const Write number = [](Wire& to) { to.u64(7); };
    const RawField wrong[] = {
        {f_path, "s", [](Wire& to) { to.string("/org/example"); }},
        {f_interface, "o", [](Wire& to) { to.string("/org/example"); }},
        {f_member, "o", [](Wire& to) { to.string("/Member"); }},
        {f_error_name, "g", sign},
        {f_reply_serial, "t", number},
        {f_reply_serial, "i", number},
        {f_reply_serial, "s", text},
        {f_destination, "g", sign},
        {f_destination, "as", number},
        {f_destination, "ss", text},
        {f_destination, "", text},
        {f_sender, "v", number},
        {f_signature, "s", text},
    };
    for (const RawField& field : wrong) {
        INFO(field.code << " as " << field.signature);
        CHECK(verdict(call_with(field)) == "a header field has the wrong type");
    }
}

TEST_CASE("HDR-3: field code 0 is a fault") {
    CHECK(verdict(raw_call().with(text_field(0, "x"))) == "a header field has code 0");
}

TEST_CASE("HDR-4: unknown fields of any type are checked and passed over") {
    const RawField unknown[] = {
        text_field(10, "anything"),
        {255, "v", [](Wire& to) { to.signature("u").u32(1); }},
        {77, "a{sv}", [](Wire& to) { to.array(8, [](Wire& in) { in.align(8).string("key").signature("b").u32(1); }); }},
    };
    for (const RawField& field : unknown) {
        INFO(field.code);
        const auto message = raw_call().with(field).with(field).bytes();
        const Read read = read_message(message);
        CHECK(read.fault == nullptr);
        CHECK(read.message.unknown_fields);
        CHECK(read.message.destination == "org.example");
        CHECK(verdict(raw_call().with(field)).empty());
    }
    CHECK(verdict(raw_call().with({10, "b", [](Wire& to) { to.u32(2); }})) == "a boolean is neither 0 nor 1");
    CHECK(verdict(raw_call().with({10, "ss", [](Wire& to) { to.string("").string(""); }})) ==
          "a variant has not one type");
    CHECK(verdict(raw_call().with({10, "h", [](Wire& to) { to.u32(0); }})) == "file descriptors do not pass");
}

TEST_CASE("HDR-5: what a type needs must be there") {
    const std::string missing = "a header field is missing";
    CHECK(verdict(raw_call().without(f_path)) == missing);
    CHECK(verdict(raw_call().without(f_member)) == missing);
    CHECK(verdict(raw_call().without(f_interface)).empty());
    CHECK(verdict(raw_call().without(f_destination)).empty());
    CHECK(verdict(raw_signal().without(f_path)) == missing);
    CHECK(verdict(raw_signal().without(f_member)) == missing);
    CHECK(verdict(raw_signal().without(f_interface)) == missing);
}

TEST_CASE("RPL-8: replies without serial and errors without name are faults") {
    const std::string missing = "a header field is missing";
    CHECK(verdict(raw_return().without(f_reply_serial)) == missing);
    CHECK(verdict(raw_error().without(f_reply_serial)) == missing);
    CHECK(verdict(raw_error().without(f_error_name)) == missing);
    CHECK(verdict(raw_return().instead(number_field(f_reply_serial, 0))) == "REPLY_SERIAL is 0");
    CHECK(verdict(raw_call().with(number_field(f_reply_serial, 0))) == "REPLY_SERIAL is 0");
    CHECK(verdict(raw_call().with(number_field(f_reply_serial, 7))).empty());
}

TEST_CASE("HDR-6: bus names that are not, DIS-6 and SND-4 among them") {
    using namespace std::string_literals;
    const std::string long_name = "a." + repeated("b", 254);
    for (const auto& name : {""s, "org"s, ".org.x"s, "org.x."s, "org..x"s, "org.1x"s, "org.x y"s, "org.\xc3\xa4"s,
                             "org.x\0y"s, ":"s, ":1"s, ":1."s, ":.1"s, "::1.2"s, "org.x:1"s, "org.x/y"s, long_name}) {
        INFO(name);
        CHECK(verdict(call_with(text_field(f_destination, name))) == "DESTINATION is not a bus name");
        CHECK(verdict(call_with(text_field(f_sender, name))) == "SENDER is not a bus name");
    }
    for (const auto& name : {"a.b"s, "org.x-y._z"s, ":1.42"s, ":x.y.1z"s, "-a.-b"s, long_name.substr(0, 255)}) {
        INFO(name);
        CHECK(verdict(call_with(text_field(f_destination, name))).empty());
        CHECK(verdict(call_with(text_field(f_sender, name))).empty());
    }
}

TEST_CASE("HDR-6: names of interfaces, errors and members that are not") {
    using namespace std::string_literals;
    const std::string long_name = "a." + repeated("b", 254);
    for (const auto& name : {""s, "org"s, ".a.b"s, "a.b."s, "a..b"s, "a.1b"s, "1a.b"s, "a.b-c"s, "a.b c"s, "a.b\0"s,
                             ":1.2"s, "a.\xc3\xa4"s, long_name}) {
        INFO(name);
        CHECK(verdict(call_with(text_field(f_interface, name))) == "INTERFACE is not an interface's name");
        CHECK(verdict(raw_error().instead(text_field(f_error_name, name))) == "ERROR_NAME is not an error's name");
    }
    CHECK(verdict(call_with(text_field(f_interface, long_name.substr(0, 255)))).empty());
    CHECK(verdict(call_with(text_field(f_interface, "_a._1"))).empty());

    for (const auto& name : {""s, "a.b"s, "1a"s, "a-b"s, "a b"s, "a\0"s, "/a"s, repeated("m", 256)}) {
        INFO(name);
        CHECK(verdict(call_with(text_field(f_member, name))) == "MEMBER is not a member's name");
    }
    CHECK(verdict(call_with(text_field(f_member, repeated("m", 255)))).empty());
}

TEST_CASE("HDR-6: object paths that are not, and very long ones") {
    using namespace std::string_literals;
    for (const auto& path : {""s, "a"s, "//"s, "/a/"s, "/a//b"s, "/a.b"s, "/a-b"s, "/\xc3\xa4"s, "/a\0b"s, "a/b"s}) {
        INFO(path);
        CHECK(verdict(call_with(text_field(f_path, path))) == "PATH is not an object path");
    }
    for (const auto& path : {"/"s, "/a"s, "/1/_/Z9"s, repeated("/a", 10'000)})
        CHECK(verdict(call_with(text_field(f_path, path))).empty());
    CHECK(verdict(call_with(text_field(f_path, repeated("/a", 40'000)))) == "PATH is too long");
}

TEST_CASE("HDR-7: local messages come from nobody") {
    const std::string reserved = "the interface or path of local messages is reserved";
    for (const auto& message : {raw_call(), raw_signal(), raw_error()}) {
        CHECK(verdict(RawMessage{message}.instead(text_field(f_interface, "org.freedesktop.DBus.Local"))) == reserved);
        CHECK(verdict(RawMessage{message}.instead(text_field(f_path, "/org/freedesktop/DBus/Local"))) == reserved);
    }
    CHECK(verdict(call_with(text_field(f_interface, "org.freedesktop.DBus.Locals"))).empty());
}

TEST_CASE("HDR-8: type 0 is a fault, unknown types are read and say so") {
    auto message = raw_call();
    message.type = 0;
    CHECK(verdict(message) == "the message has no type");
    for (const std::uint8_t type : {std::uint8_t{5}, std::uint8_t{6}, std::uint8_t{255}}) {
        RawMessage unknown;
        unknown.type = type;
        CHECK(verdict(unknown).empty());
        CHECK(read_message(unknown.bytes()).message.type == type);
        CHECK(verdict(unknown.with(text_field(f_member, "a.b"))) == "MEMBER is not a member's name");
    }
}

TEST_CASE("HDR-9: version, serial and byte order have their values") {
    auto message = raw_call();
    message.version = 2;
    CHECK(verdict(message) == "the protocol's version is not 1");
    message = raw_call();
    message.serial = 0;
    CHECK(verdict(message) == "the serial is 0");
    for (const std::uint8_t order : {'b', 'L', '\0', 'X'}) {
        message = raw_call();
        message.order = order;
        CHECK(verdict(message) == "the byte order is neither l nor B");
    }
}

TEST_CASE("HDR-10: a body and its signature come together") {
    CHECK(verdict(raw_call().with(signature_field(""))).empty());
    CHECK(verdict(raw_call().with(signature_field("s"))) == "a value ends outside of its message");
    auto unsigned_body = raw_call();
    unsigned_body.body = [](Wire& to) { to.u32(1); };
    CHECK(verdict(unsigned_body) == "the body is longer than its signature says");
    CHECK(verdict(unsigned_body.with(signature_field(""))) == "the body is longer than its signature says");
}

TEST_CASE("HDR-11: the length of the fields ends at the end of a field") {
    for (std::uint32_t less = 1; less < 20; ++less) {
        auto message = raw_call();
        message.fields_length = [=](std::uint32_t size) { return size - less; };
        CHECK_FALSE(verdict(message).empty());
    }
    for (const std::uint32_t more : {1u, 4u, 8u, 100u}) {
        auto message = raw_call().with_body("tt", [](Wire& to) { to.u64(0).u64(0); });
        message.fields_length = [=](std::uint32_t size) { return size + more; };
        CHECK_FALSE(verdict(message).empty());
    }
    auto message = raw_call().with({f_sender, "s", [](Wire& to) { to.u32(1000).raw(":1.2").byte(0); }});
    CHECK(verdict(message) == "a value ends outside of its message");
}

TEST_CASE("HDR-12: a field that only buses set is unknown here") {
    const auto bytes = raw_call().with({10, "o", [](Wire& to) { to.string("/container"); }}).bytes();
    CHECK(read_message(bytes).message.unknown_fields);
}

TEST_CASE("HDR-13: padding in the header is zero") {
    auto message = raw_call();
    REQUIRE(message.bytes().back() == std::byte{});
    message.padding = 1;
    REQUIRE(message.bytes().back() != std::byte{});
    CHECK(verdict(message) == "padding is not zero");
    message = raw_call().with({10, "y", [](Wire& to) { to.byte(1).align(8, 0xff); }}).with(text_field(11, "x"));
    CHECK(verdict(message) == "padding is not zero");
}

TEST_CASE("FDS-1, FDS-3: a count of descriptors is a fault, be it none") {
    for (const std::uint32_t count : {0u, 1u, 0x01000000u})
        CHECK(verdict(raw_call().with(number_field(f_unix_fds, count))) == "file descriptors do not pass");
}
