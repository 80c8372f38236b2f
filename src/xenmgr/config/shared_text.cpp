#include "xenmgr/config/shared_text.hpp"

#include <deque>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace xm::xenmgr {
namespace {

// Slot 0 is the empty text and is never given back. A deque keeps the texts where they are while it grows.
class Pool {
public:
    std::uint32_t take(std::string_view text) {
        if (text.empty()) return 0;
        if (const auto found = index_.find(text); found != index_.end()) {
            ++slots_[*found].uses;
            return *found;
        }
        const auto id = free_slot();
        slots_[id] = {std::string{text}, 1};
        index_.insert(id);
        return id;
    }
    void again(std::uint32_t id) { ++slots_[id].uses; }
    void give_back(std::uint32_t id) {
        if (id == 0 || --slots_[id].uses > 0) return;
        index_.erase(id);
        slots_[id].text = {};
        free_.push_back(id);
    }
    std::string_view text(std::uint32_t id) const { return slots_[id].text; }
    std::size_t size() const { return index_.size(); }

private:
    struct Slot {
        std::string text;
        std::uint32_t uses = 0;
    };
    struct Hash {
        using is_transparent = void;
        const Pool* pool;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
        std::size_t operator()(std::uint32_t id) const { return (*this)(pool->text(id)); }
    };
    struct Equal {
        using is_transparent = void;
        const Pool* pool;
        bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
        bool operator()(std::string_view a, std::uint32_t b) const { return a == pool->text(b); }
        bool operator()(std::uint32_t a, std::string_view b) const { return pool->text(a) == b; }
    };

    std::uint32_t free_slot() {
        if (free_.empty()) {
            slots_.emplace_back();
            return static_cast<std::uint32_t>(slots_.size() - 1);
        }
        const auto id = free_.back();
        free_.pop_back();
        return id;
    }

    std::deque<Slot> slots_ = std::deque<Slot>(1);
    std::vector<std::uint32_t> free_;
    std::unordered_set<std::uint32_t, Hash, Equal> index_{16, Hash{this}, Equal{this}};
};

// Never destroyed: texts in static objects may outlive any order of destruction.
Pool& pool() {
    static Pool& instance = *new Pool;
    return instance;
}

}    // namespace

SharedText::SharedText(std::string_view text) : id_{pool().take(text)} {}
SharedText::SharedText(const SharedText& other) : id_{other.id_} { pool().again(id_); }
SharedText::SharedText(SharedText&& other) noexcept : id_{std::exchange(other.id_, 0)} {}
SharedText::~SharedText() {
    if (id_ != 0) pool().give_back(id_);
}

SharedText& SharedText::operator=(SharedText other) noexcept {
    std::swap(id_, other.id_);
    return *this;
}

std::string_view SharedText::view() const { return pool().text(id_); }
std::size_t SharedText::distinct() { return pool().size(); }

}    // namespace xm::xenmgr
