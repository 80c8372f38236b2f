#include "base/failure.hpp"

namespace xm {
namespace {

std::string render(const ErrorInfo& info, const std::string& object, const std::string& cause) {
    std::string text;
    if (info.code != 0) text += std::to_string(info.code) + ":";
    text += info.symbol;
    if (!object.empty()) text += ": " + object;
    if (!cause.empty()) text += ": " + cause;
    if (!info.remedy.empty()) {
        if (text.back() != '.') text += '.';
        text += ' ';
        text += info.remedy;
    }
    return text;
}

}    // namespace

Failure::Failure(const ErrorInfo& info, std::string object, std::string cause)
    : info_{&info}, object_{std::move(object)}, cause_{std::move(cause)}, text_{render(info, object_, cause_)} {}

}    // namespace xm
