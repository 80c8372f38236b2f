#include "rpcproxy/json_marshal.hpp"

#include "json_bytes.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace xm::rpcproxy {
namespace {

using namespace std::string_view_literals;

TEST_CASE("JSN-2: numbers at the edge of their type pass, one beyond is an error") {
    struct Edge {
        const char* type;
        const char *lowest, *below, *highest, *above;
    };
    const auto edge = GENERATE(
        Edge{"y", "0", "-1", "255", "256"}, Edge{"n", "-32768", "-32769", "32767", "32768"},
        Edge{"q", "0", "-1", "65535", "65536"}, Edge{"i", "-2147483648", "-2147483649", "2147483647", "2147483648"},
        Edge{"u", "0", "-1", "4294967295", "4294967296"},
        Edge{"x", "-9223372036854775808", "-9223372036854775809", "9223372036854775807", "9223372036854775808"},
        Edge{"t", "0", "-1", "18446744073709551615", "18446744073709551616"});
    INFO(edge.type);
    const auto one = [](const char* number) { return "[" + std::string{number} + "]"; };
    CHECK(body(one(edge.lowest), edge.type).fault.empty());
    CHECK(body(one(edge.highest), edge.type).fault.empty());
    CHECK_FALSE(body(one(edge.below), edge.type).fault.empty());
    CHECK_FALSE(body(one(edge.above), edge.type).fault.empty());
    // The same as keys.
    const auto key = [](const char* number) { return "[{\"" + std::string{number} + "\":true}]"; };
    const std::string dict = "a{" + std::string{edge.type} + "b}";
    CHECK(body(key(edge.lowest), dict).fault.empty());
    CHECK(body(key(edge.highest), dict).fault.empty());
    CHECK_FALSE(body(key(edge.below), dict).fault.empty());
    CHECK_FALSE(body(key(edge.above), dict).fault.empty());
}

TEST_CASE("JSN-3: nothing is made to fit") {
    const auto refused = [](const char* signature, std::initializer_list<const char*> wrong) {
        for (const char* json : wrong) {
            INFO(signature << " from " << json);
            CHECK_FALSE(body("[" + std::string{json} + "]", signature).fault.empty());
        }
    };
    for (const char* type : {"y", "n", "q", "i", "u", "x", "t"})
        refused(type, {"\"1\"", "true", "1.5", "1.0", "1e1", "null", "{}", "[]", "[1]"});
    refused("b", {"0", "1", "\"true\"", "null", "[]", "{}"});
    refused("d", {"\"1\"", "true", "null", "[]", "{}"});
    for (const char* type : {"s", "o", "g"})
        refused(type, {"1", "true", "null", "[]", "{}"});
    refused("v", {"null", "[]", "{}", "2147483648", "-2147483649"});
    refused("as", {"\"a\"", "{}", "null", "[1]", "[null]", "[[\"a\"]]"});
    refused("ay", {"\"abc\"", "[256]", "[-1]", "[1.5]"});
    refused("a{ss}", {"[]", "null", "{\"a\":1}", "{\"a\":null}", "[[\"a\",\"b\"]]"});
    refused("a{us}", {"{\"x\":\"\"}", "{\"\":\"\"}", "{\"1.0\":\"\"}", "{\" 1\":\"\"}", "{\"+1\":\"\"}"});
    refused("a{bs}", {"{\"1\":\"\"}", "{\"True\":\"\"}", "{\"\":\"\"}"});
    refused("a{ds}", {"{\"inf\":\"\"}", "{\"nan\":\"\"}", "{\"1x\":\"\"}", "{\"\":\"\"}", "{\"1e999\":\"\"}"});
}

TEST_CASE("JSN-11: more or fewer arguments than types is an error") {
    CHECK(body("[1]", "").fault == "more arguments than types");
    CHECK(body("[1,2]", "u").fault == "more arguments than types");
    CHECK(body("[]", "u").fault == "fewer arguments than types");
    CHECK(body("[\"a\"]", "sas").fault == "fewer arguments than types");
    CHECK(body("[]", "").fault.empty());
}

TEST_CASE("JSN-11: a signature that is none, has file descriptors or structs is refused") {
    for (const char* wrong : {"h", "ah", "a{sh}", "z", "(", ")", "a", "{ss}", "a{s}", "a{sss}", "a{vs}", "a{ass}", "()",
                              "r", "e", " s", "s\xff"}) {
        INFO(wrong);
        CHECK_FALSE(body("[[]]", wrong).fault.empty());
        CHECK_FALSE(body("[{}]", wrong).fault.empty());
        CHECK_FALSE(body("[1]", wrong).fault.empty());
    }
    CHECK(body("[[1,2]]", "(uu)").fault == "a struct has no shape in JSON");
    CHECK_FALSE(body("[]", std::string(256, 's')).fault.empty());
    CHECK_FALSE(body("[]", "s\0"sv).fault.empty());
}

TEST_CASE("JSN-11: an empty array is empty") {
    CHECK(body("[[]]", "as").bytes == bytes("\0\0\0\0"sv));
    CHECK(body("[[]]", "ax").bytes == bytes("\0\0\0\0\0\0\0\0"sv));
    CHECK(body("[{}]", "a{sv}").bytes == bytes("\0\0\0\0\0\0\0\0"sv));
    CHECK(body("[[]]").bytes == bytes("\0\0\0\0"sv));
}

TEST_CASE("values stand where D-Bus wants them, little-endian") {
    CHECK(body("[1,258,-2,true]", "yqib").bytes == bytes("\1\0\2\1\xfe\xff\xff\xff\1\0\0\0"sv));
    CHECK(body("[\"ab\",1]", "su").bytes == bytes("\2\0\0\0ab\0\0\1\0\0\0"sv));
    CHECK(body("[\"as\",1]", "gy").bytes == bytes("\2as\0\1"sv));
    CHECK(body("[1,1.5]", "yd").bytes == bytes("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\xf8\x3f"sv));
    CHECK(body("[[1,2]]", "ax").bytes == bytes("\x10\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"sv));
    CHECK(body("[[[1],[]]]", "aay").bytes == bytes("\x0c\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0"sv));
    CHECK(body("[{\"a\":1,\"b\":2}]", "a{sy}").bytes == bytes("\x0f\0\0\0\0\0\0\0\1\0\0\0a\0\1\0\1\0\0\0b\0\2"sv));
    CHECK(body("[{\"7\":[true]}]", "a{nab}").bytes == bytes("\x0c\0\0\0\0\0\0\0\7\0\0\0\4\0\0\0\1\0\0\0"sv));
}

TEST_CASE("a variant takes the type of what it holds") {
    CHECK(body("[\"x\"]", "v").bytes == bytes("\1s\0\0\1\0\0\0x\0"sv));
    CHECK(body("[true]", "v").bytes == bytes("\1b\0\0\1\0\0\0"sv));
    CHECK(body("[-1]", "v").bytes == bytes("\1i\0\0\xff\xff\xff\xff"sv));
    CHECK(body("[0.5]", "v").bytes == bytes("\1d\0\0\0\0\0\0\0\0\0\0\0\0\xe0\x3f"sv));
}

TEST_CASE("without a signature the types are guessed, and what does not fit the guess is an error") {
    CHECK(body(R"([true,"x",7,[1,2],{"a":"b"}])").signature == "bsuaya{ss}");
    CHECK(body("[]").signature.empty());
    for (const char* wrong :
         {"[-1]", "[4294967296]", "[1.5]", "[[256]]", "[[\"x\"]]", "[{\"a\":1}]", "[null]", "[[[1]]]"}) {
        INFO(wrong);
        CHECK_FALSE(body(wrong).fault.empty());
    }
}

TEST_CASE("so many arguments that no signature names them are refused") {
    std::string many = "[0";
    for (int i = 1; i < 255; ++i)
        many += ",0";
    CHECK(body(many + "]").fault.empty());
    CHECK_FALSE(body(many + ",0]").fault.empty());
}

TEST_CASE("numbers for d may be whole") {
    CHECK(body("[2]", "d").bytes == bytes("\0\0\0\0\0\0\0\x40"sv));
    CHECK(body("[-2]", "d").bytes == bytes("\0\0\0\0\0\0\0\xc0"sv));
}

}    // namespace
}    // namespace xm::rpcproxy
