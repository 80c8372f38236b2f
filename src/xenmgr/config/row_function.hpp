#pragma once
// A function that a row of a table may name. Whether it does is known at compile time in every build: with the
// sanitizers, GCC does not compare the address of a function with null in a constant expression.

namespace xm::xenmgr {

template <class Signature>
class RowFunction;

template <class Result, class... Args>
class RowFunction<Result(Args...)> {
public:
    constexpr RowFunction() = default;
    constexpr RowFunction(Result (*function)(Args...)) : function_{function}, named_{true} {}

    constexpr explicit operator bool() const { return named_; }
    Result operator()(Args... args) const { return function_(args...); }

private:
    Result (*function_)(Args...) = nullptr;
    bool named_ = false;
};

}    // namespace xm::xenmgr
