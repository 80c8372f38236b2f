#include "rpcproxy/match_rule.hpp"

#include <catch2/catch.hpp>

using namespace xm::rpcproxy;

TEST_CASE("BUS-4: every spelling of eavesdropping is one") {
    for (const auto* rule : {
             "eavesdrop='true'",
             "eavesdrop=true",
             "eavesdrop ='true'",
             "eavesdrop\t='true'",
             " eavesdrop='true'",
             "\teavesdrop\t='true'",
             "\neavesdrop\r\n=true",
             "eavesdrop='t''rue'",
             "eavesdrop=t'ru'e",
             "eavesdrop='true',",
             "type='signal',eavesdrop='true'",
             "type='signal', eavesdrop='true'",
             "eavesdrop='true',type='signal'",
             "arg0='\\',eavesdrop='true'",
             "arg0=\\',eavesdrop='true'",
             "arg0=\\',eavesdrop=true",
             "arg0=a,eavesdrop=true",
             "eavesdrop='false',eavesdrop='true'",
         }) {
        INFO(rule);
        CHECK(eavesdrops(rule));
    }
}

TEST_CASE("BUS-4: in doubt a rule eavesdrops") {
    for (const auto* rule : {
             "eavesdrop",
             "eavesdrop=",
             "eavesdrop='",
             "eavesdrop='tr\\ue'",
             "eavesdrop='TRUE'",
             "eavesdrop='false ",
             "eavesdrop=f'als'e",
             "eave'sdrop'='true',eavesdrop",
             "'eavesdrop'='true'",
             "arg0='a'b',eavesdrop='false'",
             "arg0=',eavesdrop=true",
             "sender='x.y'eavesdrop='true'",
             "arg0='it''s',member='eavesdrop'",
             ",eavesdrop",
         }) {
        INFO(rule);
        CHECK(eavesdrops(rule));
    }
}

TEST_CASE("other rules do not eavesdrop, whatever they look for") {
    for (const auto* rule : {
             "",
             "type='signal'",
             "type='signal',interface='org.example.X',member='Y',path='/a'",
             "arg0='it''s'",
             "arg0='\\'",
             "eavesdrop='false'",
             "type='signal', eavesdrop=false",
             "arg0='eavesdrop=true'",
             "member='eavesdrop'",
             "arg0='a,eavesdrop=\"true\"',path_namespace='/a'",
             "arg0=eavesdrop,type=signal",
         }) {
        INFO(rule);
        CHECK_FALSE(eavesdrops(rule));
    }
}
