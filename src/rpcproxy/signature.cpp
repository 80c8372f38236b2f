#include "rpcproxy/signature.hpp"

#include <boost/container/static_vector.hpp>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view basic_types = "ybnqiuxtdsogh";

bool is_basic(char type) { return basic_types.find(type) != std::string_view::npos; }

struct Container {
    char kind;    // its first character
    std::uint8_t at;
    int members = 0;
};

// Where the reading of a signature stands. Every function says what is wrong, or nothing.
class Nesting {
public:
    explicit Nesting(std::array<std::uint8_t, 256>& after) : after_{after} {}

    Fault read(char type, std::uint8_t at) {
        if (is_basic(type) || type == 'v') return complete(type, at);
        if (type == 'a') return open(type, at, ++arrays_ <= deepest_arrays);
        if (type == '(') return open(type, at, ++structs_ <= deepest_structs);
        if (type == '{') return top() == 'a' ? open(type, at, true) : "a dict entry is outside of an array";
        if (type == ')') return close('(', at);
        if (type == '}') return close('{', at);
        return "a signature has an unknown type";
    }
    bool all_closed() const { return open_.empty(); }
    std::size_t types() const { return types_; }

private:
    char top() const { return open_.empty() ? '\0' : open_.back().kind; }

    Fault open(char kind, std::uint8_t at, bool shallow) {
        if (!shallow || open_.size() == deepest) return "a signature is nested too deeply";
        open_.push_back({.kind = kind, .at = at});
        return nullptr;
    }

    Fault close(char kind, std::uint8_t at) {
        if (top() != kind) return "a signature has crossed brackets";
        if (kind == '(' && open_.back().members == 0) return "a struct has no members";
        if (kind == '{' && open_.back().members != 2) return "a dict entry has not two members";
        if (kind == '(') --structs_;
        open_.pop_back();
        return complete(kind, at);
    }

    // A type ends at this character, and with it the arrays of which it is the element.
    Fault complete(char type, std::uint8_t at) {
        if (top() == '{' && open_.back().members == 0 && !is_basic(type)) return "a dict entry's key is not basic";
        bool of_array = false;
        for (; top() == 'a'; open_.pop_back(), --arrays_, of_array = true)
            after_[open_.back().at] = static_cast<std::uint8_t>(at + 1);
        if (open_.empty())
            ++types_;
        else if (++open_.back().members == 1 && top() == '{' && of_array)
            return "a dict entry's key is not basic";
        return nullptr;
    }

    std::array<std::uint8_t, 256>& after_;
    boost::container::static_vector<Container, deepest> open_;
    std::size_t types_ = 0;
    int arrays_ = 0, structs_ = 0;
};

}    // namespace

Fault Signature::read(std::string_view text) {
    if (text.size() > 255) return "a signature is too long";
    Nesting nesting{after_};
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (const Fault fault = nesting.read(text[at], static_cast<std::uint8_t>(at))) return fault;
        descriptors_ = descriptors_ || text[at] == 'h';
    }
    if (!nesting.all_closed()) return "a signature ends too early";
    text_ = text;
    types_ = nesting.types();
    return nullptr;
}

}    // namespace xm::rpcproxy
