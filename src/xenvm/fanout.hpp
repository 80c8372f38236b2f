#pragma once
// Hands each notification to everyone who wants it, in the order in which they were added.

#include "xenvm/monitor.hpp"

#include <vector>

namespace xm::xenvm {

class Fanout final : public NewsSink {
public:
    void add(NewsSink& sink) { sinks_.push_back(&sink); }    // outlives this object

    void on_news(int code, const std::string& message, const model::MonitorFacts& facts) override {
        for (NewsSink* sink : sinks_)
            sink->on_news(code, message, facts);
    }

private:
    std::vector<NewsSink*> sinks_;
};

}    // namespace xm::xenvm
