#include "dbd/salvage.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "dbd/row_io.hpp"
#include "dbd/sqlite.hpp"
#include "dbd/store.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <fstream>
#include <optional>

namespace xm::dbd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page = 4096;
constexpr int most_probes = 1024;

constexpr char forward[] =
    "SELECT path, position, kind, text, content, checksum FROM node WHERE path > ? AND path < ? ORDER BY path";
constexpr char backward[] =
    "SELECT path, position, kind, text, content, checksum FROM node WHERE path > ? AND path < ? ORDER BY path DESC";

// Keys strictly between these two could not be read yet.
struct Gap {
    std::string low;
    std::string high;
};

// A key about half way between two others, or nothing if they are too close. Keys count as fractions to base 256.
std::optional<std::string> middle(const Gap& gap) {
    const auto differ = std::mismatch(gap.low.begin(), gap.low.end(), gap.high.begin(), gap.high.end());
    const auto start = static_cast<std::size_t>(differ.first - gap.low.begin());
    const auto fraction = [start](const std::string& key) {
        std::uint64_t number = 0;
        for (std::size_t i = start; i < start + 6; ++i)
            number = number << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
        return number;
    };
    const std::uint64_t half = fraction(gap.low) + (fraction(gap.high) - fraction(gap.low)) / 2;
    if (half == fraction(gap.low)) return std::nullopt;
    std::string key = gap.low.substr(0, start);
    for (int shift = 40; shift >= 0; shift -= 8)
        key += static_cast<char>(half >> shift);
    return key;
}

class Salvager {
public:
    explicit Salvager(const fs::path& copy) : database_{copy, Sqlite::Mode::existing} {}

    // Reads from both ends towards the damage, then looks for sound pages in the middle of what remains.
    Salvage run() {
        std::deque<Gap> gaps{{"", "0"}};    // every path starts with '/', and '0' follows it
        std::vector<Gap> unreadable;
        for (int probes = 0; !gaps.empty(); ++probes) {
            Gap gap = std::move(gaps.front());
            gaps.pop_front();
            if (read(gap, forward, gap.low) || read(gap, backward, gap.high)) continue;
            const auto half = probes < most_probes ? middle(gap) : std::nullopt;
            if (half) {
                gaps.push_back({gap.low, *half});
                gaps.push_back({*half, gap.high});
            } else {
                unreadable.push_back(std::move(gap));
            }
        }
        describe(std::move(unreadable));
        return std::move(result_);
    }

private:
    // True if the end was reached; else `edge` is the last key that could be read.
    // By value: `edge` may be one of the caller's bounds.
    bool read(Gap gap, const char* sql, std::string& edge) try {
        Statement rows{database_, sql};
        rows.bind(1, gap.low).bind(2, gap.high);
        while (rows.step()) {
            edge = rows.bytes(0);
            keep(rows);
        }
        return true;
    } catch (const Failure&) {    // the outcome "damaged here" is what this class is for
        return false;
    }

    void keep(const Statement& statement) {
        std::optional<Row> row = read_row(statement);
        const std::string path{statement.bytes(0)};
        if (row) {
            result_.rows.insert_or_assign(path, std::move(*row));
        } else {
            result_.lost.push_back(text::escaped(path) + ": its checksum is wrong");
        }
    }

    // Neighbouring gaps are told as one.
    void describe(std::vector<Gap> gaps) {
        std::sort(gaps.begin(), gaps.end(), [](const Gap& a, const Gap& b) { return a.low < b.low; });
        for (std::size_t i = 0; i < gaps.size();) {
            const std::string low = gaps[i].low;
            std::string high = gaps[i].high;
            for (++i; i < gaps.size() && gaps[i].low == high; ++i)
                high = gaps[i].high;
            result_.lost.push_back("everything between " + shown(low, "the beginning") + " and " +
                                   shown(high, "the end"));
        }
    }

    static std::string shown(const std::string& key, const char* if_outside) {
        return key.starts_with('/') ? text::escaped(key) : if_outside;
    }

    Sqlite database_;
    Salvage result_;
};

bool is_readable(const fs::path& copy) try {
    Sqlite database{copy, Sqlite::Mode::existing};
    [[maybe_unused]] const Statement probe{database, "SELECT path FROM node LIMIT 1"};
    return true;
} catch (const Failure&) {
    return false;
}

// The first page holds the header and the schema, which are the same in every database of ours: taken from a fresh one,
// with the number of pages of this file and no list of free pages.
void graft_first_page(const fs::path& copy) {
    const fs::path model = copy.string() + ".model";
    fs::remove(model);
    Store::create(model);
    std::string first = files::read(model).substr(0, page);
    fs::remove(model);
    const std::uintmax_t pages = std::max<std::uintmax_t>(fs::file_size(copy) / page, 2);
    fs::resize_file(copy, pages * page);
    for (std::size_t i = 0; i < 4; ++i) {
        first[28 + i] = static_cast<char>(pages >> (24 - 8 * i));
        first[32 + i] = first[36 + i] = 0;
    }
    std::fstream file{copy, std::ios::binary | std::ios::in | std::ios::out};
    file.write(first.data(), static_cast<std::streamsize>(first.size()));
}

}    // namespace

Salvage salvage(const fs::path& copy) {
    if (!is_readable(copy)) graft_first_page(copy);
    return Salvager{copy}.run();
}

}    // namespace xm::dbd
