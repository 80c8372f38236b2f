#include "dbd/row_io.hpp"

namespace xm::dbd {
namespace {

// FNV-1a with 64 bits, folded to 32: enough to notice accidents, not made against attackers.
class Checksum {
public:
    Checksum& add(std::string_view bytes) {
        add_number(static_cast<std::int64_t>(bytes.size()));
        for (const char c : bytes)
            add_byte(static_cast<unsigned char>(c));
        return *this;
    }

    Checksum& add_number(std::int64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            add_byte(static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> shift));
        return *this;
    }

    std::int64_t folded() const { return static_cast<std::int64_t>((state_ >> 32) ^ (state_ & 0xffffffffU)); }

private:
    void add_byte(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3U; }
    std::uint64_t state_ = 0xcbf29ce484222325U;
};

std::int64_t checksum(const Row& row) {
    return Checksum{}
        .add(row.path)
        .add_number(row.position)
        .add_number(static_cast<std::int64_t>(row.kind))
        .add(row.text)
        .add(row.content)
        .folded();
}

}    // namespace

void bind_row(Statement& statement, const Row& row) {
    statement.bind(1, row.path).bind(2, row.position).bind(3, static_cast<std::int64_t>(row.kind)).bind(4, row.text);
    if (row.content.empty()) {
        statement.bind_null(5);
    } else {
        statement.bind_blob(5, row.content);
    }
    statement.bind(6, checksum(row));
}

std::optional<Row> read_row(const Statement& statement) {
    Row row{.path = std::string{statement.bytes(0)},
            .position = statement.number(1),
            .kind = static_cast<Kind>(statement.number(2)),
            .text = std::string{statement.bytes(3)},
            .content = std::string{statement.bytes(4)}};
    if (statement.number(5) != checksum(row)) return std::nullopt;
    return row;
}

}    // namespace xm::dbd
