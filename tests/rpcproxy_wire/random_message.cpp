#include "random_message.hpp"

namespace xm::tests {

using namespace fakes;

std::string RandomMessages::text() {
    constexpr const char* texts[] = {"",
                                     "a",
                                     "org.example.Interface",
                                     "/org/example",
                                     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
                                     "eight is enough",
                                     "\xed\x9f\xbf",
                                     "\xf4\x8f\xbf\xbf",
                                     "\xef\xbf\xbe"};
    return choice(texts);
}

std::string RandomMessages::name(std::string_view alphabet) {
    std::string made;
    for (std::size_t size = 1 + below(one_in(20) ? 300 : 8); size > 0; --size)
        made += alphabet[below(alphabet.size())];
    return made;
}

std::string RandomMessages::type(int depth) {
    constexpr std::string_view basics = "ybnqiuxtdsog";
    const std::string simple(1, basics[below(basics.size())]);
    if (depth == 0) return simple;
    switch (below(8)) {
        case 0:
            return "v";
        case 1:
            return "a" + type(depth - 1);
        case 2:
            return "a{" + simple + type(depth - 1) + "}";
        case 3:
            return "(" + type(depth - 1) + (one_in(2) ? type(depth - 1) : "") + ")";
        default:
            return simple;
    }
}

void RandomMessages::basic(Wire& to, char type) {
    switch (type) {
        case 'y':
            to.byte(static_cast<std::uint8_t>(below(256)));
            return;
        case 'b':
            to.u32(static_cast<std::uint32_t>(below(2)));
            return;
        case 'n':
        case 'q':
            to.u16(static_cast<std::uint16_t>(below(0x10000)));
            return;
        case 'i':
        case 'u':
            to.u32(static_cast<std::uint32_t>(random_()));
            return;
        case 's':
            to.string(text());
            return;
        case 'o':
            to.string(one_in(2) ? "/" : "/org/example/Object_1");
            return;
        case 'g':
            to.signature(one_in(4) ? "" : this->type(3));
            return;
        default:
            to.u64(random_());
            return;
    }
}

std::size_t RandomMessages::value(Wire& to, std::string_view signature) {
    const char type = signature.front();
    if (type == 'v') {
        const std::string inner = this->type(2);
        to.signature(inner);
        value(to, inner);
    } else if (type == 'a') {
        Wire nowhere;
        const std::size_t element = value(nowhere, signature.substr(1));
        const bool wide = std::string_view{"({xtd"}.find(signature[1]) != std::string_view::npos;
        to.array(wide ? 8 : 1, [&](Wire& in) {
            for (std::size_t count = below(3); count > 0; --count)
                value(in, signature.substr(1));
        });
        return 1 + element;
    } else if (type == '(' || type == '{') {
        to.align(8);
        std::size_t at = 1;
        while (signature[at] != ')' && signature[at] != '}')
            at += value(to, signature.substr(at));
        return at + 1;
    } else {
        basic(to, type);
    }
    return 1;
}

void RandomMessages::odd_field(RawMessage& message) {
    constexpr std::string_view alphabet = "aZ_09-.:/ ";
    constexpr unsigned texts[] = {f_path, f_interface, f_member, f_error_name, f_destination, f_sender};
    switch (below(6)) {
        case 0:
            message.without(1 + static_cast<unsigned>(below(8)));
            return;
        case 1:
            message.with(number_field(f_reply_serial, static_cast<std::uint32_t>(below(3))));
            return;
        case 2:
            message.with(text_field(9 + static_cast<unsigned>(below(6)), text()));
            return;
        case 3:
            message.instead(text_field(f_interface, one_in(2) ? "a.b" : "org.freedesktop.DBus.Local"));
            return;
        default:
            message.instead(text_field(choice(texts), name(alphabet)));
            return;
    }
}

RawMessage RandomMessages::message() {
    const RawMessage kinds[] = {raw_call(), raw_signal(), raw_return(), raw_error()};
    RawMessage made = kinds[below(4)];
    made.serial = 1 + static_cast<std::uint32_t>(below(1'000'000));
    made.flags = static_cast<std::uint8_t>(one_in(2) ? below(256) : 0);
    const std::string to[] = {destination_, destination_, "org.freedesktop.DBus", "org.example.nobody"};
    if (made.type != 4 || one_in(2)) made.instead(text_field(f_destination, choice(to)));
    std::string signature;
    for (std::size_t count = below(4); count > 0; --count)
        signature += type(3);
    if (one_in(3)) odd_field(made);
    if (signature.empty()) return made;
    const auto seed = random_();
    return made.with_body(signature, [this, signature, seed](Wire& out) {
        random_.seed(seed);
        for (std::size_t at = 0; at < signature.size();)
            at += value(out, std::string_view{signature}.substr(at));
    });
}

void RandomMessages::change(std::vector<std::byte>& bytes) {
    constexpr std::string_view interesting = "\x01\x02\x04\x08\x7f\x80\xff(){}avsyogbtlB/.:\t";
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
        case 0:
            bytes[at] ^= std::byte{1} << below(8);
            return;
        case 1:
            bytes[at] = std::byte{0};
            return;
        case 2:
            bytes[at] = static_cast<std::byte>(std::to_integer<int>(bytes[at]) + (one_in(2) ? 1 : -1));
            return;
        case 3:
            std::swap(bytes[at], bytes[below(bytes.size())]);
            return;
        case 4:
            bytes[at] = bytes[below(bytes.size())];
            return;
        default:
            bytes[at] = static_cast<std::byte>(interesting[below(interesting.size())]);
            return;
    }
}

std::vector<std::byte> RandomMessages::next() {
    auto bytes = message().bytes(one_in(2));
    if (one_in(4)) return bytes;
    for (std::size_t changes = 1 + below(2); changes > 0; --changes)
        change(bytes);
    return bytes;
}

}    // namespace xm::tests
