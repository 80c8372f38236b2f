#include "rpcproxy/json_write.hpp"

#include "json_bytes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

namespace xm::rpcproxy {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t limit = 1u << 20;

// Written as JSON; the fault if it has no shape.
std::string written(const std::vector<std::byte>& bytes, std::size_t longest = limit) {
    const Read read = read_message(bytes);
    REQUIRE(read.fault == nullptr);
    const WrittenJson json = written_json(read.message, read.message.serial, longest);
    CHECK((json.fault == nullptr || json.text.empty()));
    return json.fault == nullptr ? json.text : json.fault;
}

// A signal with this body; only its arguments.
std::string arguments(std::string_view signature, std::string_view body) {
    const auto message = made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, signature, bytes(body));
    const std::string json = written(message);
    const auto at = json.find("\"args\":");
    return at == std::string::npos ? json : json.substr(at + 7, json.size() - at - 8);
}

TEST_CASE("the four kinds of messages have the shapes that clients know") {
    const auto args = body("[\"x\"]", "s");
    CHECK(
        written(made({.type = 1, .serial = 5, .path = "/p", .interface = "a.b", .member = "go", .destination = ":1.2"},
                     "s", args.bytes)) ==
        R"({"id":5,"type":"request","method":"go","destination":":1.2","path":"/p","interface":"a.b","args":["x"]})");
    CHECK(written(made({.type = 2, .serial = 6, .destination = ":1.2", .sender = ":1.1", .reply_serial = 4294967295},
                       "s", args.bytes)) == R"({"id":6,"type":"response","response-to":"4294967295","args":["x"]})");
    CHECK(written(made({.type = 3, .serial = 7, .error_name = "a.Error", .reply_serial = 2}, "s", args.bytes)) ==
          R"({"id":7,"type":"error","response-to":"2","name":"a.Error","args":["x"]})");
    CHECK(written(made({.type = 4, .serial = 8, .path = "/p", .interface = "a.b", .member = "went"}, {}, {})) ==
          R"({"id":8,"type":"signal","interface":"a.b","member":"went","path":"/p","args":[]})");
}

TEST_CASE("a call without destination or interface cannot be said") {
    CHECK(written(made({.path = "/p", .interface = "a.b", .member = "go"}, {}, {})) ==
          "a part is missing that JSON must say");
    CHECK(written(made({.path = "/p", .member = "go", .destination = ":1.2"}, {}, {})) ==
          "a part is missing that JSON must say");
}

TEST_CASE("a message of a kind that nobody knows cannot be said") {
    auto message = made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, {}, {});
    message[1] = std::byte{5};
    CHECK(written(message) == "a message of an unknown type");
}

TEST_CASE("JSN-1: numbers keep every digit") {
    CHECK(arguments("tx", "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\x80"sv) ==
          "[18446744073709551615,-9223372036854775808]");
    CHECK(arguments("ynqiu", "\xff\0\xff\xff\xff\xff\0\0\0\0\0\x80\xff\xff\xff\xff"sv) ==
          "[255,-1,65535,-2147483648,4294967295]");
}

TEST_CASE("a message of the other byte order says the same") {
    std::vector<std::byte> message =
        made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, "u", bytes("\1\2\3\4"));
    Read read = read_message(message);
    REQUIRE(read.fault == nullptr);
    read.message.big_endian = true;
    CHECK(written_json(read.message, 1, limit).text.ends_with("\"args\":[16909060]}"));
}

TEST_CASE("real numbers read back as the same number, and what is none has no shape") {
    const auto real = [](double value) {
        const auto plain = std::as_bytes(std::span{&value, 1});
        const auto message = made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, "d", plain);
        const std::string json = written(message);
        return json.substr(json.find('[') + 1, json.find(']') - json.find('[') - 1);
    };
    CHECK(real(1) == "1.0");
    CHECK(real(-0.0) == "-0.0");
    CHECK(real(0.1) == "0.1");
    CHECK(real(1e300) == "1e+300");
    CHECK(real(5e-324) == "5e-324");
    CHECK(real(std::numeric_limits<double>::infinity()) == "a number that is infinite, or none");
    CHECK(real(std::numeric_limits<double>::quiet_NaN()) == "a number that is infinite, or none");
}

TEST_CASE("texts are quoted, and only what must be escaped is") {
    CHECK(arguments("s", "\7\0\0\0a\"\\\n\1\xc3\xa9\0"sv) == "[\"a\\\"\\\\\\u000a\\u0001\xc3\xa9\"]");
    CHECK(arguments("og", "\1\0\0\0/\0\2as\0"sv) == R"(["/","as"])");
}

TEST_CASE("containers become arrays, dictionaries with keys of text objects, variants their content") {
    CHECK(arguments("as", "\0\0\0\0"sv) == "[[]]");
    CHECK(arguments("ax", "\0\0\0\0\0\0\0\0"sv) == "[[]]");
    CHECK(arguments("a{sv}", "\0\0\0\0\0\0\0\0"sv) == "[{}]");
    CHECK(arguments("(yy)(y)", "\1\2\0\0\0\0\0\0\3"sv) == "[[1,2],[3]]");
    CHECK(arguments("a(yy)", "\x0a\0\0\0\0\0\0\0\1\2\0\0\0\0\0\0\3\4"sv) == "[[[1,2],[3,4]]]");
    CHECK(arguments("vv", "\1y\0\7\1v\0\1b\0\0\0\1\0\0\0"sv) == "[7,true]");
    CHECK(arguments("a{sv}", "\x10\0\0\0\0\0\0\0\1\0\0\0a\0\2as\0\0\0\0\0\0\0"sv) == "[{\"a\":[]}]");
    CHECK(arguments("a{oy}", "\7\0\0\0\0\0\0\0\1\0\0\0/\0\7"sv) == "[{\"/\":7}]");
}

TEST_CASE("a dictionary with other keys has no shape") {
    CHECK(arguments("a{uy}", "\5\0\0\0\0\0\0\0\1\0\0\0\7"sv) == "a dictionary whose keys are not texts");
    CHECK(arguments("a{uy}", "\0\0\0\0\0\0\0\0"sv) == "[{}]");
}

TEST_CASE("a text over the limit is given up, however it got long") {
    const std::string longest(1000, 'x');
    const auto long_text = body("[\"" + longest + "\"]", "s");
    const auto message = made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, "s", long_text.bytes);
    CHECK(written(message, 900) == "longer in JSON than the limit");
    CHECK(written(message, 1010) == "longer in JSON than the limit");
    CHECK(written(message, 1100).size() > 1000);
    std::vector<std::byte> many(1004, std::byte{0xff});
    many[0] = std::byte{0xe8};
    many[1] = std::byte{3};
    many[2] = many[3] = std::byte{};
    CHECK(written(made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, "ay", many), 2000) ==
          "longer in JSON than the limit");
}

TEST_CASE("D-Bus to JSON and back gives the same bytes") {
    struct Sample {
        const char* signature;
        const char* json;
    };
    const auto sample = GENERATE(values<Sample>({
        {"", "[]"},
        {"ybnqiuxtd", "[255,true,-32768,65535,-2147483648,4294967295,-9223372036854775808,18446744073709551615,0.1]"},
        {"sog", "[\"\xc3\xa9\\u0001\\\"\",\"/a/b\",\"a{sv}\"]"},
        {"aaas", "[[[[\"a\",\"\"],[]],[]]]"},
        {"a{sa{sv}}s", "[{\"x\":{\"a\":true,\"b\":\"t\",\"c\":-5,\"d\":0.25},\"y\":{}},\"end\"]"},
        {"a{ga{ob}}", "[{\"as\":{\"/\":false}}]"},
        {"avay", "[[\"s\",true,1],[0,128,255]]"},
    }));
    const Body first = body(sample.json, sample.signature);
    REQUIRE(first.fault.empty());
    const auto message = made({.type = 2, .serial = 3, .reply_serial = 9}, sample.signature, first.bytes);
    const std::string json = written(message);
    CHECK(json == "{\"id\":3,\"type\":\"response\",\"response-to\":\"9\",\"args\":" + std::string{sample.json} + "}");
    const ReadTree again = read_tree(json);
    REQUIRE(again.fault == nullptr);
    const auto args = static_cast<std::uint32_t>(std::ranges::find(again.tree.nodes, JsonKind::array, &JsonNode::kind) -
                                                 again.tree.nodes.begin());
    CHECK(marshalled(again.tree, args, sample.signature).body == first.bytes);
}

TEST_CASE("our own errors are errors like any other") {
    CHECK(written_error({.id = 1, .response_to = 2, .name = "a.b", .why = "say \"why\""}) ==
          R"({"id":1,"type":"error","response-to":"2","name":"a.b","args":["say \"why\""]})");
}

}    // namespace
}    // namespace xm::rpcproxy
