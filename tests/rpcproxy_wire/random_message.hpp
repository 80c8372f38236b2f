#pragma once
// Messages at random: most of them in order, with values of all types, and then a few bytes changed.

#include "fakes/wire_builder.hpp"

#include <random>
#include <string>
#include <vector>

namespace xm::tests {

class RandomMessages {
public:
    // destination: where messages go that do not go to the bus itself or to nobody.
    RandomMessages(unsigned seed, std::string destination) : random_{seed}, destination_{std::move(destination)} {}

    std::vector<std::byte> next();

private:
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_); }
    bool one_in(std::size_t chances) { return below(chances) == 0; }
    template <class Choices>
    auto choice(const Choices& choices) {
        return std::data(choices)[below(std::size(choices))];
    }

    fakes::RawMessage message();
    void odd_field(fakes::RawMessage& message);
    std::string text();
    std::string name(std::string_view alphabet);
    std::string type(int depth);
    std::size_t value(fakes::Wire& to, std::string_view signature);    // of the first type; returns its length
    void basic(fakes::Wire& to, char type);
    void change(std::vector<std::byte>& bytes);

    std::mt19937 random_;
    std::string destination_;
};

}    // namespace xm::tests
