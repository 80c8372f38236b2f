#include "rpcproxy/json_message.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace xm::rpcproxy {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;    // key, value in JSON; "" leaves it out

std::string object(const Pairs& pairs) {
    std::string json = "{";
    for (const auto& [key, value] : pairs) {
        if (value.empty()) continue;
        if (json.size() > 1) json += ',';
        json.append("\"").append(key).append("\":").append(value);
    }
    return json + "}";
}

Pairs request() {
    return {{"id", "7"},          {"destination", "\"com.example.Service\""},
            {"path", "\"/a\""},   {"interface", "\"com.example.Face\""},
            {"method", "\"go\""}, {"args", "[]"}};
}

Pairs with(Pairs pairs, std::string_view key, std::string_view value) {
    for (auto& pair : pairs)
        if (pair.first == key) return pair.second = value, pairs;
    pairs.emplace_back(key, value);
    return pairs;
}

std::string fault(const Pairs& pairs) {
    const ReadJson read = read_json_message(object(pairs));
    return read.fault == nullptr ? "" : read.fault;
}

TEST_CASE("a request says what it must, and is one without saying so") {
    const ReadJson read = read_json_message(object(request()));
    REQUIRE(read.fault == nullptr);
    CHECK(read.message.type == JsonType::request);
    CHECK(read.message.id == 7);
    CHECK(read.message.destination == "com.example.Service");
    CHECK(read.message.path == "/a");
    CHECK(read.message.interface == "com.example.Face");
    CHECK(read.message.member == "go");
    CHECK_FALSE(read.message.signature);
    CHECK(fault(with(request(), "type", "\"request\"")).empty());
    CHECK(fault(with(request(), "nonsense", "{\"x\":[1]}")).empty());
}

TEST_CASE("JSN-8: a request without interface, destination, method or path, or with another kind of it, is refused") {
    for (const std::string key : {"destination", "interface", "method", "path"}) {
        CHECK(fault(with(request(), key, "")) == "no " + key);
        for (const char* wrong : {"null", "\"\"", "1", "true", "[]", "{}"})
            CHECK(fault(with(request(), key, wrong)) == "a name that is no text, or empty");
    }
    CHECK(fault(with(request(), "args", "")) == "no args");
    for (const char* wrong : {"null", "{}", "\"[]\"", "0"})
        CHECK(fault(with(request(), "args", wrong)) == "args that are no array");
}

TEST_CASE("JSN-9: a type is one of four words") {
    for (const char* wrong : {"\"\"", "\"Request\"", "\"method_call\"", "1", "null", "[\"request\"]"})
        CHECK(fault(with(request(), "type", wrong)) == "an unknown type");
}

TEST_CASE("JSN-9: answers and signals need their own parts") {
    const Pairs response{{"type", "\"response\""}, {"id", "1"}, {"response-to", "2"}, {"args", "[]"}};
    const Pairs error = with(with(response, "type", "\"error\""), "name", "\"com.example.Oops\"");
    const Pairs signal = with(with(request(), "type", "\"signal\""), "destination", "");
    CHECK(fault(response).empty());
    CHECK(fault(error).empty());
    CHECK(fault(signal).empty());
    CHECK(fault(with(response, "response-to", "")) == "no response-to");
    CHECK(fault(with(error, "response-to", "")) == "no response-to");
    CHECK(fault(with(error, "name", "")) == "no name");
    CHECK(fault(with(signal, "interface", "")) == "no interface");
    CHECK(fault(with(signal, "path", "")) == "no path");
    CHECK(fault(with(signal, "method", "")) == "no method");
}

TEST_CASE("a signal's name may stand under member as under method, but not under both") {
    const Pairs signal = with(with(with(request(), "type", "\"signal\""), "method", ""), "member", "\"went\"");
    const ReadJson read = read_json_message(object(signal));
    REQUIRE(read.fault == nullptr);
    CHECK(read.message.member == "went");
    CHECK(fault(with(signal, "method", "\"went\"")) == "both method and member");
}

TEST_CASE("JSN-12: an id is a whole number from 1 to 2^32-1") {
    CHECK(fault(with(request(), "id", "4294967295")).empty());
    for (const char* wrong :
         {"0", "-1", "4294967296", "18446744073709551615", "1.0", "1.5", "\"7\"", "null", "[7]", "true"})
        CHECK(fault(with(request(), "id", wrong)) == "an id that is not in 1..4294967295");
    CHECK(fault(with(request(), "id", "")) == "no id");
}

TEST_CASE("JSN-12: response-to is such a number, or a text of its digits") {
    const Pairs response{{"type", "\"response\""}, {"id", "1"}, {"response-to", "\"12\""}, {"args", "[]"}};
    CHECK(read_json_message(object(response)).message.response_to == 12);
    CHECK(read_json_message(object(with(response, "response-to", "12"))).message.response_to == 12);
    for (const char* wrong : {"\"\"", "\"x\"", "\" 1\"", "\"1 \"", "\"+1\"", "\"-1\"", "\"0\"", "\"4294967296\"", "0",
                              "-1", "1.0", "null", "\"1.0\"", "\"0x1\""})
        CHECK(fault(with(response, "response-to", wrong)) == "a response-to that is not in 1..4294967295");
}

TEST_CASE("JSN-7: a document that is no object is skipped") {
    for (const char* json : {"[]", "1", "null", "\"x\"", "[{}]"})
        CHECK(std::string{read_json_message(json).fault} == "not an object");
    CHECK(std::string{read_json_message("{}").fault} == "no id");
}

TEST_CASE("JSN-11: a dbus-signature is a text") {
    CHECK(fault(with(request(), "dbus-signature", "\"\"")).empty());
    for (const char* wrong : {"null", "1", "[\"s\"]"})
        CHECK(fault(with(request(), "dbus-signature", wrong)) == "a dbus-signature that is no text");
}

}    // namespace
}    // namespace xm::rpcproxy
