#include "rpcproxy/websocket_head.hpp"

#include "base/text.hpp"

#include <openssl/evp.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace xm::rpcproxy {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;

HeadAnswer refuse(std::string_view status, Fault fault) {
    const std::string_view version = status.starts_with("426") ? "Sec-WebSocket-Version: 13\r\n" : "";
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nConnection: close\r\nContent-Length: 0\r\n").append(version).append("\r\n");
    return {std::move(text), fault};
}

// The value of a header that stands there exactly once.
std::optional<std::string_view> single(const Request& request, http::field name) {
    if (request.count(name) != 1) return std::nullopt;
    const auto value = request[name];
    return std::string_view{value.data(), value.size()};
}

bool has_token(const Request& request, http::field name, const char* token) {
    return http::token_list{request[name]}.exists(token);
}

bool is_loopback(std::string_view host) {
    for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
        if (!host.starts_with(name)) continue;
        const std::string_view port = host.substr(name.size());
        if (port.empty()) return true;
        return port.front() == ':' && text::parse_number<std::uint16_t>(port.substr(1)).has_value();
    }
    return false;
}

bool is_ours(std::optional<std::string_view> host, const WebsocketRules& rules) {
    if (!host) return false;
    return rules.hosts.empty() ? is_loopback(*host) : std::ranges::find(rules.hosts, *host) != rules.hosts.end();
}

bool may_come_from(const Request& request, const WebsocketRules& rules) {
    if (rules.origins.empty()) return request.count(http::field::origin) == 0;
    const auto origin = single(request, http::field::origin);
    return origin && std::ranges::find(rules.origins, *origin) != rules.origins.end();
}

// 16 bytes in base64.
bool is_key(std::optional<std::string_view> key) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return key && key->size() == 24 && key->find_first_not_of(digits) == 22 && key->ends_with("==");
}

std::string accepted(std::string_view key) {
    const std::string text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";    // RFC 6455, section 1.3
    std::array<unsigned char, 20> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    std::array<unsigned char, 29> base64{};    // 28 and a NUL
    EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
    return {base64.begin(), base64.end() - 1};
}

HeadAnswer answer(const Request& request, const WebsocketRules& rules) {
    if (!is_ours(single(request, http::field::host), rules)) return refuse("403 Forbidden", "a foreign Host");
    if (!may_come_from(request, rules)) return refuse("403 Forbidden", "a foreign Origin");
    if (request.method() != http::verb::get) return refuse("405 Method Not Allowed", "not a GET request");
    if (!request.target().starts_with("/chat")) return refuse("404 Not Found", "a path that is not /chat");
    if (request.count(http::field::content_length) != 0 || request.count(http::field::transfer_encoding) != 0)
        return refuse("400 Bad Request", "a request with a body");
    if (request.version() != 11 || !has_token(request, http::field::upgrade, "websocket") ||
        !has_token(request, http::field::connection, "upgrade") ||
        single(request, http::field::sec_websocket_version) != "13")
        return refuse("426 Upgrade Required", "no upgrade to a websocket of version 13");
    const auto key = single(request, http::field::sec_websocket_key);
    if (!is_key(key)) return refuse("400 Bad Request", "Sec-WebSocket-Key is not 16 bytes in base64");
    return {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                accepted(*key) + "\r\n\r\n",
            nullptr};
}

}    // namespace

HeadAnswer refuse_long_head() { return refuse("431 Request Header Fields Too Large", "an HTTP head over 16 KiB"); }
HeadAnswer refuse_bad_head() { return refuse("400 Bad Request", "not an HTTP head"); }

HeadAnswer answer_head(std::string_view head, const WebsocketRules& rules) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(longest_head);
    boost::system::error_code error;
    parser.put(boost::asio::const_buffer{head.data(), head.size()}, error);
    if (error || !parser.is_header_done()) return refuse_bad_head();
    return answer(parser.get(), rules);
}

}    // namespace xm::rpcproxy
