#include "rpcproxy/sasl.hpp"

#include <catch2/catch.hpp>

using namespace xm::rpcproxy;
using namespace std::string_literals;

namespace {

const std::string guid = "0123456789abcdef0123456789abcdef";
const std::string ok = "OK " + guid + "\r\n";
const std::string rejected = "REJECTED EXTERNAL ANONYMOUS\r\n";

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

// What a server says to these lines, which come in one piece.
SaslServer::Step said_to(std::string_view text, std::optional<std::string> uuid = std::nullopt) {
    return SaslServer{guid, std::move(uuid)}.take(bytes_of(text));
}

bool is_error(std::string_view answer) { return answer.starts_with("ERROR ") && answer.ends_with("\r\n"); }

}    // namespace

TEST_CASE("clients as they are get through the handshake") {
    struct Row {
        const char* who;
        std::string sent, answer;
    };
    const std::string no_descriptors = said_to("\0NEGOTIATE_UNIX_FD\r\n"s).answer;
    const Row rows[] = {
        {"libdbus", "\0AUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"s, ok + no_descriptors},
        {"sd-bus", "\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"s, "DATA\r\n" + ok + no_descriptors},
        {"GDBus", "\0AUTH\r\nAUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"s, rejected + ok + no_descriptors},
        {"anonymous", "\0AUTH ANONYMOUS 6c696264627573\r\nBEGIN\r\n"s, ok},
        {"anonymous, bare", "\0AUTH ANONYMOUS\r\nBEGIN\r\n"s, ok},
        {"identity in DATA", "\0AUTH EXTERNAL\r\nDATA 30\r\nBEGIN\r\n"s, "DATA\r\n" + ok},
    };
    for (const Row& row : rows) {
        INFO(row.who);
        const auto step = said_to(row.sent);
        CHECK(step.done);
        CHECK(step.fault == nullptr);
        CHECK(step.used == row.sent.size());
        CHECK(step.answer == row.answer);
    }
}

TEST_CASE("the handshake comes in pieces of any size") {
    SaslServer server{guid, std::nullopt};
    std::string answers;
    bool done = false;
    for (const char c : "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"s) {
        REQUIRE_FALSE(done);
        const auto step = server.take(bytes_of({&c, 1}));
        CHECK(step.used == 1);
        CHECK(step.fault == nullptr);
        answers += step.answer;
        done = step.done;
    }
    CHECK(done);
    CHECK(answers == "DATA\r\n" + ok);
    CHECK(SaslServer{guid, std::nullopt}.take({}).used == 0);
}

TEST_CASE("a peer that should know its uuid is told before the first OK and never again") {
    const auto step = said_to("\0AUTH EXTERNAL 30\r\nCANCEL\r\nAUTH EXTERNAL 30\r\n"s, "the-uuid");
    CHECK(step.answer == "DATA the-uuid\r\n" + ok + rejected + ok);
}

TEST_CASE("SAS-1: BEGIN before OK ends the conversation") {
    for (const auto& lines : {"\0BEGIN\r\n"s, "\0AUTH EXTERNAL\r\nBEGIN\r\n"s, "\0AUTH KERBEROS_V4\r\nBEGIN\r\n"s}) {
        CHECK(said_to(lines).fault != nullptr);
        CHECK_FALSE(said_to(lines).done);
    }
}

TEST_CASE("SAS-2: one NUL begins, and only one") {
    CHECK(said_to("AUTH EXTERNAL 30\r\n").fault != nullptr);
    CHECK(said_to("\0\0AUTH EXTERNAL 30\r\n"s).fault != nullptr);
    CHECK(said_to("\0"s).fault == nullptr);
}

TEST_CASE("SAS-3: a message without handshake is a fault") {
    CHECK(said_to("l\1\0\1"s).fault != nullptr);
    CHECK(said_to("\0l\1\0\1"s).fault != nullptr);
}

TEST_CASE("SAS-4: messages begin behind BEGIN CR LF and nothing like it") {
    const std::string until = "\0AUTH EXTERNAL 30\r\n"s;
    for (const auto& begin : {"BEGIN x\r\n"s, "BEGIN \r\n"s, "BEGIN\t\r\n"s, "BEGIN\n"s, "BEGIN\r\r\n"s, "BEGIN\0\r\n"s,
                              "BEGIN\rx"s, "\nBEGIN\r\n"s, "BEGIN\r\0"s}) {
        INFO(begin);
        CHECK(said_to(until + begin).fault != nullptr);
        CHECK_FALSE(said_to(until + begin).done);
    }
    for (const auto& begin : {" BEGIN\r\n"s, "begin\r\n"s, "BEGINS\r\n"s, "XBEGIN\r\n"s, "\r\n"s}) {
        const auto step = said_to(until + begin);
        INFO(begin);
        CHECK(step.fault == nullptr);
        CHECK_FALSE(step.done);
        CHECK(is_error(step.answer.substr(ok.size())));
    }
}

TEST_CASE("SAS-5: what follows BEGIN is left for the messages") {
    const std::string lines = "\0AUTH EXTERNAL 30\r\nBEGIN\r\n"s;
    const auto step = said_to(lines + "l\1\0\1\r\nAUTH"s);
    CHECK(step.done);
    CHECK(step.used == lines.size());
    CHECK(step.answer == ok);
}

TEST_CASE("SAS-6: a line has an end within 16 KiB") {
    const std::string fits = "\0AUTH EXTERNAL "s + std::string(16 * 1024 - 15, '3') + "\r\n";
    CHECK(said_to(fits).fault == nullptr);
    CHECK(said_to("\0"s + std::string(16 * 1024, 'A')).fault == nullptr);
    CHECK(said_to("\0"s + std::string(16 * 1024 + 1, 'A')).fault != nullptr);

    SaslServer server{guid, std::nullopt};
    server.take(bytes_of("\0"s));
    std::size_t taken = 0;
    while (server.take(bytes_of("A")).fault == nullptr)
        REQUIRE(++taken <= 16 * 1024);
}

TEST_CASE("SAS-7, SAS-8: other mechanisms are rejected, claims of identity mean nothing") {
    for (const auto& mechanism : {"DBUS_COOKIE_SHA1 30", "DOMID 30", "KERBEROS_V4", "external 30", "EXTERNALS 30", ""})
        CHECK(said_to("\0AUTH "s + mechanism + "\r\n").answer == rejected);
    CHECK(said_to("\0AUTH\r\n"s).answer == rejected);
    for (const auto& identity : {"30", "3432393439363732393", "zz", "30 30"})
        CHECK(said_to("\0AUTH EXTERNAL "s + identity + "\r\n").answer == ok);
}

TEST_CASE("SAS-9: descriptors are never agreed upon") {
    CHECK(is_error(said_to("\0NEGOTIATE_UNIX_FD\r\n"s).answer));
    const auto step = said_to("\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"s);
    CHECK(step.answer.find("AGREE") == std::string::npos);
    CHECK(step.done);
}

TEST_CASE("SAS-10: lines are printable ASCII") {
    for (const char c : {'\0', '\1', '\t', '\n', '\x1f', '\x7f', '\x80', '\xff'})
        CHECK(said_to("\0AUTH "s + c + "\r\n").fault != nullptr);
    CHECK(said_to("\0AUTH EXTERNAL 30\rBEGIN\r\n"s).fault != nullptr);
}

TEST_CASE("SAS-11: the eighth line that is refused is the last") {
    for (const auto& line : {"AUTH\r\n"s, "AUTH X\r\n"s, "NEGOTIATE_UNIX_FD\r\n"s, "X\r\n"s, "ERROR\r\n"s, "\r\n"s,
                             "AUTH EXTERNAL\r\nCANCEL\r\n"s, "AUTH EXTERNAL 30\r\nCANCEL\r\n"s}) {
        SaslServer server{guid, std::nullopt};
        server.take(bytes_of("\0"s));
        for (int i = 1; i < 8; ++i)
            CHECK(server.take(bytes_of(line)).fault == nullptr);
        CHECK(server.take(bytes_of(line)).fault != nullptr);
    }
    std::string flood(1, '\0');
    for (int i = 0; i < 1000; ++i)
        flood += "AUTH\r\n";
    const auto step = said_to(flood);
    CHECK(step.fault != nullptr);
    CHECK(step.used == 1 + 8 * 6);
    CHECK(step.answer.size() == 8 * rejected.size());
}

TEST_CASE("SAS-12: CANCEL takes OK back") {
    for (const auto& word : {"CANCEL", "ERROR", "ERROR \"x\""}) {
        const auto step = said_to("\0AUTH EXTERNAL 30\r\n"s + word + "\r\n");
        CHECK(step.answer == ok + rejected);
        CHECK(said_to("\0AUTH EXTERNAL 30\r\n"s + word + "\r\nBEGIN\r\n").fault != nullptr);
        CHECK(said_to("\0AUTH EXTERNAL 30\r\n"s + word + "\r\nAUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n").done);
    }
    CHECK(said_to("\0AUTH EXTERNAL\r\nCANCEL\r\nDATA\r\nBEGIN\r\n"s).fault != nullptr);
    CHECK(said_to("\0AUTH X\r\nBEGIN\r\n"s).fault != nullptr);
}

TEST_CASE("lines out of turn are errors and change nothing") {
    CHECK(is_error(said_to("\0DATA\r\n"s).answer));
    CHECK(is_error(said_to("\0CANCEL\r\n"s).answer));
    CHECK(said_to("\0AUTH EXTERNAL\r\nAUTH EXTERNAL 30\r\nDATA\r\nBEGIN\r\n"s).done);
    CHECK(said_to("\0AUTH EXTERNAL 30\r\nAUTH X\r\nDATA\r\nBEGIN\r\n"s).done);
}

TEST_CASE("we greet the bus in one write") {
    CHECK(sasl_hello(std::nullopt, 0) == "\0AUTH EXTERNAL 30\r\nBEGIN\r\n"s);
    CHECK(sasl_hello(std::nullopt, 1000) == "\0AUTH EXTERNAL 31303030\r\nBEGIN\r\n"s);
    CHECK(sasl_hello(12, 1000) == "\0AUTH DOMID 3132\r\nBEGIN\r\n"s);
    CHECK(said_to(sasl_hello(std::nullopt, 1000)).done);
}

TEST_CASE("the bus's answer is one line of OK") {
    CHECK(sasl_answer(bytes_of(ok)).used == ok.size());
    CHECK(sasl_answer(bytes_of(ok + "l\1")).used == ok.size());
    for (std::size_t size = 0; size < ok.size(); ++size) {
        CHECK(sasl_answer(bytes_of(ok).first(size)).used == 0);
        CHECK(sasl_answer(bytes_of(ok).first(size)).fault == nullptr);
    }
    for (const auto& answer : {rejected, "ERROR\r\n"s, "DATA\r\n"s, "OK\r\n"s, "OK \r\n"s, "OK " + guid + "0\r\n",
                               "\r\n"s, "OK " + std::string(32, 'g') + "\r\n", "AGREE_UNIX_FD\r\n"s}) {
        CHECK(sasl_answer(bytes_of(answer)).fault != nullptr);
        CHECK(sasl_answer(bytes_of(answer)).used == 0);
    }
    CHECK(sasl_answer(bytes_of(std::string(16 * 1024, 'O'))).fault != nullptr);
}
