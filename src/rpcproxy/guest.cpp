#include "rpcproxy/guest.hpp"

#include <chrono>

namespace xm::rpcproxy {

void Rules::count(const Verdict& verdict) {
    const std::size_t position = verdict.rule ? verdict.position : counters.size() - 1;
    if (file && (!verdict.rule || position < file->set.rules().size())) return file->count(verdict);
    using namespace std::chrono;
    RuleCounter& counter = counters[position];
    ++counter.hits;
    counter.last_us = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

std::optional<Verdict> Rules::judge_loosely(const Subject& subject, const Facts& facts, const Properties& properties) {
    if (!RuleSet::may_ignore_interfaces(subject)) return std::nullopt;
    if (!without_interfaces_) without_interfaces_ = std::make_unique<RuleSet>(set.without_interfaces());
    Verdict verdict = without_interfaces_->judge(subject, facts, properties);
    if (!verdict.allow) return std::nullopt;
    verdict.loosely = true;
    return verdict;
}

void Guest::use(const std::shared_ptr<Rules>& file) {
    rules = file;
    if (own.empty()) return;
    std::vector<Rule> all{file->set.rules().begin(), file->set.rules().end()};
    all.insert(all.end(), own.begin(), own.end());
    rules = std::make_shared<Rules>(std::move(all));
    rules->file = file;
}

}    // namespace xm::rpcproxy
