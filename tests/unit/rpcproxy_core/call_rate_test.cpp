#include "rpcproxy/quota.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using xm::rpcproxy::CallRate;

namespace {

constexpr CallRate::Clock::time_point start{1h};

// How many calls pass until `end`, one whenever the rate allows.
int passed(CallRate& rate, CallRate::Clock::time_point now, CallRate::Clock::time_point end) {
    int calls = 0;
    for (; now < end; now += 100us)
        while (rate.next() <= now) {
            rate.spend(now);
            ++calls;
        }
    return calls;
}

}    // namespace

TEST_CASE("after a short burst, calls pass as often as the rate says") {
    CallRate rate{1000, start};
    const int burst = passed(rate, start, start + 1ms);
    CHECK(burst >= 50);
    CHECK(burst <= 55);
    CHECK(passed(rate, start + 1ms, start + 2s) == Approx(2000).margin(5));
}

TEST_CASE("a pause brings back the burst and no more") {
    CallRate rate{1000, start};
    passed(rate, start, start + 1s);
    CHECK(passed(rate, start + 60s, start + 60s + 1ms) <= 55);
}

TEST_CASE("who called a million times while nobody else did waits for a moment only") {
    CallRate rate{1000, start};
    for (int i = 0; i < 1'000'000; ++i)
        rate.spend(start);
    CHECK(rate.next() - start <= 100ms);
    CHECK(rate.next() > start);
}

TEST_CASE("those who wait get places one after another, and nobody is let in before them") {
    CallRate rate{1000, start};
    passed(rate, start, start + 1ms);
    const auto first = rate.reserve(start + 1ms);
    CHECK(first >= start + 1ms);
    for (int i = 1; i <= 500; ++i)
        CHECK(rate.reserve(start + 1ms) == first + i * 1ms);
    CHECK(rate.next() == first + 501ms);
    rate.spend(start + 1ms);
    CHECK(rate.next() >= first + 501ms);
}

TEST_CASE("a place is free at once while the rate is not reached") {
    CallRate rate{1000, start};
    CHECK(rate.reserve(start) == start);
}

TEST_CASE("a rate of zero holds nothing back") {
    CallRate rate{0, start};
    for (int i = 0; i < 1000; ++i)
        rate.spend(start);
    CHECK(rate.next() <= start);
}
