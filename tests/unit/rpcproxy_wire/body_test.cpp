#include "verdict.hpp"

#include <random>

using namespace xm::rpcproxy;
using namespace xm::fakes;

namespace {

const Write nothing = [](Wire&) {};

// So many variants within each other, and a byte in the innermost.
Write variants(int count) {
    return [count](Wire& to) {
        for (int i = 1; i < count; ++i)
            to.signature("v");
        to.signature("y").byte(1);
    };
}

}    // namespace

TEST_CASE("values of every type are read") {
    CHECK(body_verdict("ybnqiuxtdsog", [](Wire& to) {
              to.byte(255).u32(1).u16(1).u16(2).u32(3).u32(4).u64(5).u64(6).u64(7).string("t").string("/").signature(
                  "");
          }).empty());
    CHECK(body_verdict("a{sv}(yai)aay", [](Wire& to) {
              to.array(8, [](Wire& in) {
                  in.align(8).string("a").signature("(ss)").align(8).string("").string("x");
                  in.align(8).string("b").signature("av").array(1, [](Wire& av) {
                      av.signature("y").byte(7).signature("as").array(4, [](Wire& as) { as.string("s"); });
                  });
              });
              to.align(8).byte(1).array(4, [](Wire& in) { in.u32(1).u32(2); });
              to.array(4, [](Wire& in) { in.array(1, [](Wire& bytes) { bytes.byte(1); }).array(1, nothing); });
          }).empty());
}

TEST_CASE("arrays without elements are read, whatever their elements would be") {
    for (const auto* type : {"as", "a{sv}", "aas", "a(ts)", "aay", "at", "av", "ab", "aa{oas}"}) {
        const std::size_t boundary = std::string_view{"({t"}.find(type[1]) != std::string_view::npos ? 8 : 4;
        CHECK(body_verdict(type, [&](Wire& to) { to.array(type[1] == 'v' ? 1 : boundary, nothing); }).empty());
    }
    CHECK(body_verdict("atas", [](Wire& to) {
              to.array(8, nothing).array(4, [](Wire& in) { in.string("x"); });
          }).empty());
}

TEST_CASE("the first argument is seen if it is a string") {
    const auto first = [](const std::string& signature, Write values) {
        const auto bytes = raw_call().with_body(signature, std::move(values)).bytes(true);
        const auto [message, fault] = read_message(bytes);
        REQUIRE(fault == nullptr);
        return std::string{message.first_argument.value_or("none")};
    };
    CHECK(first("su", [](Wire& to) { to.string("text").u32(1); }) == "text");
    CHECK(first("s", [](Wire& to) { to.string(""); }).empty());
    CHECK(first("us", [](Wire& to) { to.u32(1).string("text"); }) == "none");
    CHECK(first("o", [](Wire& to) { to.string("/text"); }) == "none");
    CHECK(first("v", [](Wire& to) { to.signature("s").string("text"); }) == "none");
    CHECK(first("(s)", [](Wire& to) { to.string("text"); }) == "none");
}

TEST_CASE("WIR-1: strings are UTF-8 without NUL") {
    using namespace std::string_literals;
    for (const auto& text : {"\xc3\xa4"s, "\xed\x9f\xbf"s, "\xee\x80\x80"s, "\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s,
                             "\xf4\x8f\xbf\xbf"s, "seven-8"s, "12345678\x7f"s, "12345678\xc3\xa4"s, "\x01\x1f"s})
        CHECK(body_verdict("s", [&](Wire& to) { to.string(text); }).empty());
    for (const auto& text :
         {"\x80"s,         "\xc3"s,         "\xc0\x80"s,         "\xc1\xbf"s,         "\xe0\x9f\xbf"s,
          "\xed\xa0\x80"s, "\xed\xbf\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s,
          "\xff"s,         "\xc3\xc3"s,     "\xe2\x82"s,         "\xe2\x82x"s,        "a\0b"s,
          "\0"s,           "1234567\0"s,    "12345678\x80"s,     "1234567\xc3"s,      "\xf8\x88\x80\x80\x80"s}) {
        INFO(text.size());
        CHECK(body_verdict("s", [&](Wire& to) { to.string(text); }) == "a string is not UTF-8");
        CHECK(body_verdict("v", [&](Wire& to) { to.signature("s").string(text); }) == "a string is not UTF-8");
    }
    CHECK(body_verdict("s", [](Wire& to) { to.u32(1).raw("ab"); }) == "a string does not end with NUL");
    CHECK(body_verdict("s", [](Wire& to) { to.u32(1).raw("a"); }) == "a value ends outside of its message");
    CHECK(body_verdict("s", [](Wire& to) { to.u32(0xffffffff).raw("a"); }) == "a value ends outside of its message");
}

TEST_CASE("WIR-2: a boolean is 0 or 1, also in arrays") {
    CHECK(body_verdict("b", [](Wire& to) { to.u32(2); }) == "a boolean is neither 0 nor 1");
    CHECK(body_verdict("b", [](Wire& to) { to.u32(0x01000000); }) == "a boolean is neither 0 nor 1");
    CHECK(body_verdict("ab", [](Wire& to) { to.array(4, [](Wire& in) { in.u32(1).u32(3); }); }) ==
          "a boolean is neither 0 nor 1");
    CHECK(body_verdict("ab", [](Wire& to) { to.array(4, [](Wire& in) { in.u32(1).u32(0); }); }).empty());
}

TEST_CASE("WIR-3: an array ends with an element") {
    const std::string within = "an array ends within an element";
    CHECK(body_verdict("ai", [](Wire& to) { to.u32(6).u32(1).u32(2); }) == within);
    CHECK(body_verdict("at", [](Wire& to) { to.u32(4).align(8).u64(1); }) == within);
    CHECK(body_verdict("ab", [](Wire& to) { to.u32(5).u32(1).u32(1); }) == within);
    CHECK(body_verdict("as", [](Wire& to) { to.u32(5).string("text"); }) == within);
    CHECK(body_verdict("a(ii)", [](Wire& to) { to.u32(4).align(8).u32(1).u32(1); }) == within);
    CHECK(body_verdict("aai", [](Wire& to) { to.u32(4).u32(4).u32(1); }) == within);
    CHECK(body_verdict("as", [](Wire& to) { to.u32(0xffffffff).string("text"); }) == "an array is too long");
    CHECK(body_verdict("as", [](Wire& to) { to.u32(100).string("text"); }) == "an array ends outside of its message");
    CHECK(body_verdict("ay", [](Wire& to) { to.u32(2).byte(1); }) == "an array ends outside of its message");
}

TEST_CASE("WIR-4: signatures that are none, for bodies, variants and as values") {
    const std::string broken[] = {"a",      "(",    ")",         "()",   "(i",     "i)",  "(i}",      "a{si)",
                                  "a{si",   "{si}", "({si})",    "a{s}", "a{sii}", "a{}", "a{vs}",    "a{(i)s}",
                                  "a{ays}", "(a)",  "a(a)",      "z",    "ir",     "e",   "a{s{ss}}", "aa",
                                  "a{sa}",  "(i)(", "a{a{ss}s}", "m",    "*",      "?",   "i\x80",    "i "};
    for (const auto& signature : broken) {
        CHECK_FALSE(body_verdict(signature, [](Wire& to) { to.u64(0).u64(0); }).empty());
        CHECK_FALSE(body_verdict("v", [&](Wire& to) { to.signature(signature).align(8).u64(0); }).empty());
        CHECK_FALSE(body_verdict("g", [&](Wire& to) { to.signature(signature); }).empty());
        CHECK_FALSE(body_verdict("ag", [&](Wire& to) {
                        to.array(1, [&](Wire& in) { in.signature("s").signature(signature); });
                    }).empty());
    }
    for (const auto* signature : {"", "a{sv}", "(a(ii)a{ya{ss}})", "aaai", "a{s(ii)}", "ssss", "a{gv}", "h"})
        CHECK(body_verdict("g", [&](Wire& to) { to.signature(signature); }).empty());
}

TEST_CASE("WIR-5: arrays and structs within themselves, up to 32 in a signature") {
    const auto as_value = [](const std::string& signature) {
        return body_verdict("g", [&](Wire& to) { to.signature(signature); });
    };
    const std::string deep = "a signature is nested too deeply";
    CHECK(as_value(repeated("a", 32) + "y").empty());
    CHECK(as_value(repeated("a", 33) + "y") == deep);
    CHECK(as_value(repeated("(", 32) + "y" + repeated(")", 32)).empty());
    CHECK(as_value(repeated("(", 33) + "y" + repeated(")", 33)) == deep);
    CHECK(as_value(repeated("a(", 32) + "y" + repeated(")", 32)).empty());
    CHECK(as_value(repeated("a{y", 32) + "y" + repeated("}", 32)).empty());
    CHECK(as_value(repeated("a{y", 33) + "y" + repeated("}", 33)) == deep);
    CHECK(as_value(repeated("a{y(", 22) + "y" + repeated(")}", 22)) == deep);
    CHECK(as_value(repeated("(ay)", 40)).empty());
    CHECK(as_value(repeated("(", 255)) == deep);
    CHECK(body_verdict(repeated("a", 32) + "y", [](Wire& to) { to.u32(0); }).empty());
    CHECK(body_verdict(repeated("(", 32) + "y" + repeated(")", 32), [](Wire& to) { to.byte(1); }).empty());
}

TEST_CASE("WIR-5: variants count, up to 64 in all") {
    const std::string deep = "values are nested too deeply";
    CHECK(body_verdict("v", variants(64)).empty());
    CHECK(body_verdict("v", variants(65)) == deep);
    CHECK(body_verdict("v", variants(100'000)) == deep);
    CHECK(body_verdict("(v)", variants(63)).empty());
    CHECK(body_verdict("(v)", variants(64)) == deep);
    CHECK(body_verdict(repeated("(", 32) + "v" + repeated(")", 32), variants(32)).empty());
    CHECK(body_verdict(repeated("(", 32) + "v" + repeated(")", 32), variants(33)) == deep);
    CHECK(body_verdict("av", [](Wire& to) { to.array(1, variants(63)); }).empty());
    CHECK(body_verdict("av", [](Wire& to) { to.array(1, variants(64)); }) == deep);
    // A header field is a variant in a struct in an array.
    CHECK(verdict(raw_call().with({200, "v", variants(61)})).empty());
    CHECK(verdict(raw_call().with({200, "v", variants(62)})) == deep);
}

TEST_CASE("WIR-6: a variant holds one value") {
    const std::string not_one = "a variant has not one type";
    CHECK(body_verdict("v", [](Wire& to) { to.signature(""); }) == not_one);
    CHECK(body_verdict("v", [](Wire& to) { to.signature("yy").byte(1).byte(1); }) == not_one);
    CHECK(body_verdict("vy", [](Wire& to) { to.signature("(y)(y)").align(8).u64(0).byte(1); }) == not_one);
    CHECK(body_verdict("av", [](Wire& to) { to.array(1, [](Wire& in) { in.signature(""); }); }) == not_one);
}

TEST_CASE("WIR-7: a body ends with its last value") {
    CHECK(body_verdict("u", [](Wire& to) { to.u32(1).byte(0); }) == "the body is longer than its signature says");
    CHECK(body_verdict("uu", [](Wire& to) { to.u32(1); }) == "a value ends outside of its message");
    CHECK(body_verdict("t", [](Wire& to) { to.u32(1); }) == "a value ends outside of its message");
    CHECK(body_verdict("y(y)", [](Wire& to) { to.byte(1); }) == "a value ends outside of its message");
}

TEST_CASE("WIR-8: padding in the body is zero") {
    const std::string not_zero = "padding is not zero";
    CHECK(body_verdict("yu", [](Wire& to) { to.byte(1).align(4, 1).u32(1); }) == not_zero);
    CHECK(body_verdict("yn", [](Wire& to) { to.byte(1).align(2, 1).u16(1); }) == not_zero);
    CHECK(body_verdict("at", [](Wire& to) { to.u32(0).align(8, 1); }) == not_zero);
    CHECK(body_verdict("y(y)", [](Wire& to) { to.byte(1).align(8, 1).byte(1); }) == not_zero);
    CHECK(body_verdict("as", [](Wire& to) { to.array(4, [](Wire& in) { in.string("a").align(4, 1).string("b"); }); }) ==
          not_zero);
}

TEST_CASE("WIR-9: paths and signatures among the arguments are valid") {
    CHECK(body_verdict("o", [](Wire& to) { to.string(""); }) == "an object path is not one");
    CHECK(body_verdict("ao", [](Wire& to) { to.array(4, [](Wire& in) { in.string("/a/"); }); }) ==
          "an object path is not one");
    CHECK(body_verdict("g", [](Wire& to) { to.byte(1).raw("s").byte('s'); }) == "a string does not end with NUL");
    CHECK(body_verdict("g", [](Wire& to) { to.byte(200).raw("s").byte(0); }) == "a value ends outside of its message");
}

TEST_CASE("WIR-11: the byte order of a message holds for every length in it") {
    const auto values = [](Wire& to) {
        to.array(4, [](Wire& in) { in.string("one").string("two"); }).u16(0x0102).u64(1);
    };
    const auto message = raw_call().with_body("asqt", values);
    auto turned = message.bytes(true);
    CHECK(read_message(turned).fault == nullptr);
    turned[0] = std::byte{'l'};
    CHECK(frame_of(turned).fault != nullptr);
    CHECK(read_message(turned).fault != nullptr);
}

TEST_CASE("WIR-12: a message within a body is text") {
    const auto inner = raw_call().bytes();
    const auto outer = raw_signal().with_body("ay", [&](Wire& to) {
        to.array(1, [&](Wire& in) { in.bytes.insert(in.bytes.end(), inner.begin(), inner.end()); });
    });
    const auto bytes = outer.bytes();
    CHECK(frame_of(bytes).size == bytes.size());
    CHECK(read_message(bytes).message.type == 4);
}

TEST_CASE("FDS-1: types of descriptors are faults wherever values have them") {
    const std::string refused = "file descriptors do not pass";
    CHECK(body_verdict("h", [](Wire& to) { to.u32(0); }) == refused);
    CHECK(body_verdict("ah", [](Wire& to) { to.u32(0); }) == refused);
    CHECK(body_verdict("a{s(ih)}", [](Wire& to) { to.array(8, nothing); }) == refused);
    CHECK(body_verdict("v", [](Wire& to) { to.signature("h").u32(0); }) == refused);
    CHECK(body_verdict("v", [](Wire& to) { to.signature("v").signature("ah").u32(0); }) == refused);
}

TEST_CASE("a message cut short is refused at every length") {
    const auto message = raw_call().with_body("a{sv}", [](Wire& to) {
        to.array(
            8, [](Wire& in) { in.align(8).string("key").signature("as").array(4, [](Wire& as) { as.string("v"); }); });
    });
    const auto bytes = message.bytes();
    REQUIRE(read_message(bytes).fault == nullptr);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK(read_message(std::span{bytes}.first(size)).fault != nullptr);
    auto longer = bytes;
    longer.push_back(std::byte{});
    CHECK(read_message(longer).fault != nullptr);
}
