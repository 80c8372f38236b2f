#include "verdict.hpp"

using namespace xm::rpcproxy;
using namespace xm::fakes;

namespace {

Message read_well(Bytes bytes) {
    const auto [message, fault] = read_message(bytes);
    INFO((fault != nullptr ? fault : "in order"));
    REQUIRE(fault == nullptr);
    return message;
}

}    // namespace

TEST_CASE("HDR-4, SND-3: what is stripped has neither sender nor unknown fields, and all the rest as it was") {
    for (const bool big_endian : {false, true}) {
        auto made = raw_call()
                        .with(text_field(f_sender, ":1.66"))
                        .with({99, "at", [](Wire& to) { to.array(8, [](Wire& in) { in.u64(1); }); }})
                        .with(number_field(f_reply_serial, 12))
                        .with_body("sv", [](Wire& to) { to.string("x").signature("t").u64(0x0102030405060708); });
        made.flags = 0x85;
        made.serial = 77;
        const auto bytes = made.bytes(big_endian);
        const Message before = read_well(bytes);
        const auto less = stripped(before);
        const Message after = read_well(less);

        CHECK(frame_of(less).size == less.size());
        CHECK(before.unknown_fields);
        CHECK_FALSE(after.unknown_fields);
        CHECK_FALSE(after.sender);
        CHECK(after.big_endian == big_endian);
        CHECK(after.type == 1);
        CHECK(after.flags == 0x85);
        CHECK(after.serial == 77);
        CHECK(after.path == "/org/example");
        CHECK(after.interface == "org.example.Interface");
        CHECK(after.member == "Member");
        CHECK(after.destination == "org.example");
        CHECK_FALSE(after.reply_serial);    // it means nothing on a call (RPL-2)
        CHECK(after.signature == "sv");
        CHECK(std::ranges::equal(after.body, before.body));
    }
}

TEST_CASE("fields that are absent stay absent when a message is stripped") {
    const auto bytes = raw_error().without(f_destination).bytes();
    const auto less = stripped(read_well(bytes));
    const Message after = read_well(less);
    CHECK_FALSE(after.path);
    CHECK_FALSE(after.interface);
    CHECK_FALSE(after.member);
    CHECK_FALSE(after.destination);
    CHECK(after.error_name == "org.example.Error");
    CHECK(after.signature.empty());
    CHECK(after.body.empty());
}

TEST_CASE("NAM-6: another body takes its place under the same header") {
    for (const bool big_endian : {false, true}) {
        const auto bytes = raw_call()
                               .with(text_field(f_sender, ":1.66"))
                               .with_body("as", [](Wire& to) { to.array(4, [](Wire& in) { in.string("x"); }); })
                               .bytes(big_endian);
        const Argument arguments[] = {
            {.text = "org.example.new"}, {.type = 'b', .number = 1}, {.type = 'u', .number = 4}};
        const auto changed = with_body(read_well(bytes), arguments);
        const Message after = read_well(changed);
        CHECK(after.signature == "sbu");
        CHECK(after.first_argument == "org.example.new");
        CHECK(after.body.size() == 28);
        CHECK(after.member == "Member");
        CHECK_FALSE(after.sender);

        const auto emptied = with_body(read_well(bytes), {});
        CHECK(read_well(emptied).signature.empty());
    }
}

TEST_CASE("messages of our own are in order") {
    const Argument text[] = {{.text = "refused: \xc3\xa4"}};
    const auto error = made({.type = 3,
                             .flags = no_reply_expected,
                             .serial = 9,
                             .error_name = "org.freedesktop.DBus.Error.AccessDenied",
                             .destination = ":1.4",
                             .sender = "org.freedesktop.DBus",
                             .reply_serial = 3},
                            text);
    const Message message = read_well(error);
    CHECK(message.error_name == "org.freedesktop.DBus.Error.AccessDenied");
    CHECK(message.sender == "org.freedesktop.DBus");
    CHECK(message.reply_serial == 3u);
    CHECK(message.first_argument == "refused: \xc3\xa4");
    CHECK(message.serial == 9);

    Wire body;
    body.array(4, [](Wire& in) { in.string("one"); });
    const auto call = made({.path = "/", .member = "Take", .destination = "a.b"}, "as", body.bytes);
    CHECK(read_well(call).signature == "as");
}
