#include "rpcproxy/explain_batch.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace xm::rpcproxy;
using Json = nlohmann::json;

namespace {

Json question() {
    return Json::parse(R"({"id": 7, "rules": "deny all\n\nallow destination com.x interface com.x.I member m",
        "direction": "inc",
        "message": {"type": "method_call", "destination": "com.x", "interface": "com.x.I", "member": "m",
                    "sender": null, "signature": "", "args": []},
        "facts": {"domid": 5, "uuid": null, "stubdom": false, "type": null, "name": null},
        "properties": {}})");
}

Json answer(const Json& json) {
    ExplainBatch batch;
    return Json::parse(batch.answer(json.dump()));
}

Json changed(const char* pointer, const Json& value) {
    Json json = question();
    json[Json::json_pointer{pointer}] = value;
    return answer(json);
}

Json denied(const Json& rule) { return {{"id", 7}, {"verdict", "deny"}, {"rule", rule}}; }
Json allowed(int rule) { return {{"id", 7}, {"verdict", "allow"}, {"rule", rule}}; }

}    // namespace

TEST_CASE("an answer names the line of the rule that decided") {
    CHECK(answer(question()) == allowed(3));
    CHECK(changed("/message/member", "n") == denied(1));
    CHECK(changed("/rules", "") == denied(nullptr));
    CHECK(changed("/direction", "out") == denied(nullptr));
}

TEST_CASE("the id comes back as it was, whatever it is") {
    for (const Json& id : {Json("seven"), Json(7.5), Json(nullptr), Json::array({1, "x"})})
        CHECK(changed("/id", id)["id"] == id);
}

TEST_CASE("malformed rules are an answer with their line") {
    CHECK(changed("/rules", "allow all\n# fine\nallow domain 5\n") ==
          Json{{"id", 7}, {"verdict", "error"}, {"line", 3}});
}

TEST_CASE("a line that is no question is an answer, and the next is served") {
    ExplainBatch batch;
    for (const char* line : {"", "{", "[]", "7", "{}", "null", R"({"id": 1, "rules": 5})", "{\"id\": \"\xff\"}"}) {
        INFO(line);
        const Json bad = Json::parse(batch.answer(line));
        CHECK(bad["verdict"] == "error");
        CHECK(bad["line"] == 0);
        CHECK_FALSE(bad["reason"].get<std::string>().empty());
        CHECK(bad.contains("id"));
    }
    CHECK(Json::parse(batch.answer(question().dump())) == allowed(3));
    CHECK(changed("/direction", "sideways")["reason"] == "direction must be inc or out");
    CHECK(changed("/message", "text")["reason"] == "message must be an object with a type");
    CHECK(changed("/rules", nullptr)["reason"] == "rules must be a string");
}

TEST_CASE("what is missing, null or of the wrong kind is absent or unknown") {
    CHECK(changed("/message/interface", nullptr) == denied(1));
    CHECK(changed("/message/interface", 5) == denied(1));
    CHECK(changed("/message/interface", "") == denied(1));
    CHECK(changed("/message/destination", nullptr) == denied(nullptr));
    CHECK(changed("/message/destination", ":1.5") == denied(nullptr));
    CHECK(changed("/facts/stubdom", nullptr) == denied(1));
    CHECK(changed("/facts/stubdom", "false") == denied(1));
    CHECK(changed("/facts", nullptr) == denied(1));
    CHECK(changed("/properties", Json::array({true})) == allowed(3));
    CHECK(changed("/facts/domid", 0) == Json{{"id", 7}, {"verdict", "allow"}, {"rule", nullptr}});
}

TEST_CASE("a domain id that is none is unknown") {
    Json json = question();
    json["rules"] = "allow all\ndeny dom-id 6";
    for (const Json& domid : {Json(-1), Json("5"), Json(5.0), Json(4294967296), Json(nullptr)}) {
        json["facts"]["domid"] = domid;
        CHECK(answer(json) == denied(2));
    }
}

TEST_CASE("only booleans are properties") {
    Json json = question();
    json["rules"] = "allow if-boolean p true";
    for (const Json& value : {Json("true"), Json(1), Json(nullptr), Json(false)}) {
        json["properties"] = {{"p", value}};
        CHECK(answer(json) == denied(nullptr));
    }
    json["properties"] = {{"p", true}};
    CHECK(answer(json) == allowed(1));
}

TEST_CASE("the first argument counts if it is a string and the signature says so") {
    Json json = question();
    json["rules"] = "allow interface com.x.I";
    json["message"]["interface"] = "org.freedesktop.DBus.Properties";
    json["message"]["member"] = "Get";
    json["message"]["args"] = {"com.x.I", "p"};
    json["message"]["signature"] = "ss";
    CHECK(answer(json) == allowed(1));
    json["message"]["signature"] = "os";
    CHECK(answer(json) == denied(nullptr));
    json["message"]["signature"] = nullptr;
    CHECK(answer(json) == denied(nullptr));
    json["message"]["signature"] = "ss";
    json["message"]["args"] = {5, "p"};
    CHECK(answer(json) == denied(nullptr));
}

TEST_CASE("what a guest says of the sender is not looked at, what the bus says is") {
    Json json = question();
    json["rules"] = "allow sender com.y\nallow out-any sender com.y interface com.x.I";
    json["message"]["sender"] = "com.y";
    CHECK(answer(json) == denied(nullptr));
    json["direction"] = "out";
    CHECK(answer(json) == allowed(2));
}

TEST_CASE("kinds are written with hyphen or underscore, and no rule is about others") {
    Json json = question();
    json["rules"] = "allow inc-method-return";
    for (const char* type : {"method_return", "method-return"}) {
        json["message"]["type"] = type;
        CHECK(answer(json) == allowed(1));
    }
    json["rules"] = "allow all";
    json["message"]["type"] = "invalid";
    CHECK(answer(json) == denied(nullptr));
}

TEST_CASE("many rule files in turn are each judged by their own rules") {
    ExplainBatch batch;
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 200; ++i) {
            Json json = question();
            json["rules"] = std::string(static_cast<std::size_t>(i), '\n') + "allow all";
            CHECK(Json::parse(batch.answer(json.dump())) == allowed(i + 1));
        }
}
