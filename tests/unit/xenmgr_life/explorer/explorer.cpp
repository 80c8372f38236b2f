#include "explorer.hpp"

#include "situation.hpp"

#include <deque>
#include <unordered_set>

namespace xm::xenmgr::explorer {
namespace {

using Path = std::vector<Move>;

std::unique_ptr<Situation> reach(const Walk& walk, const Path& path) {
    auto situation = std::make_unique<Situation>(walk);
    for (const Move& move : path)
        situation->make(move);
    return situation;
}

std::vector<std::string> tell(const Walk& walk, const Path& path) {
    std::vector<std::string> lines;
    Situation situation{walk};
    for (const Move& move : path) {
        lines.push_back(situation.describe(move));
        situation.make(move);
    }
    return lines;
}

}    // namespace

Result explore(const Walk& walk) {
    Result result;
    std::unordered_set<std::string> seen;
    std::deque<Path> next{Path{}};
    while (!next.empty() && seen.size() < walk.most_situations) {
        const Path path = std::move(next.front());
        next.pop_front();
        std::unique_ptr<Situation> here = reach(walk, path);
        for (const Move& move : here->moves()) {
            if (!here) here = reach(walk, path);
            here->make(move);
            ++result.moves;
            Path longer = path;
            longer.push_back(move);
            if (std::string text = here->violation(); !text.empty()) {
                result.violation = std::move(text);
                result.path = tell(walk, longer);
                return result;
            }
            if (seen.insert(here->key()).second) {
                ++result.situations;
                result.at_rest += here->at_rest() ? 1U : 0U;
                next.push_back(std::move(longer));
            }
            here.reset();
        }
    }
    return result;
}

}    // namespace xm::xenmgr::explorer
