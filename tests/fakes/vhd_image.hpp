#pragma once
// Bytes of small VHD images, made field by field after the format's specification; damage them as you like, then seal.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace xm::test {

class VhdImage {
public:
    static constexpr std::size_t sector = 512, header_bytes = 1024, table_at = sector + header_bytes;
    enum Type : std::uint32_t { fixed = 2, dynamic = 3, differencing = 4 };

    // A growing image has a copy of the footer, a header, an empty block table and a batmap header before its footer.
    explicit VhdImage(Type type, std::uint64_t virtual_bytes) {
        footer_ = std::string(sector, '\0');
        text(footer_, 0, "conectix");
        number(footer_, 12, 0x00010000, 4);
        number(footer_, 16, type == fixed ? UINT64_MAX : sector, 8);
        text(footer_, 28, "tap");
        number(footer_, 40, virtual_bytes, 8);
        number(footer_, 48, virtual_bytes, 8);
        number(footer_, 60, type, 4);
        seal(footer_, 64);
        if (type != fixed) make_growing(virtual_bytes);
    }

    VhdImage& with_key() {
        batmap_[29] = 1;
        batmap_.replace(30, 64, 64, 'k');    // nonce and hash
        return *this;
    }
    VhdImage& with_data(std::string bytes) {
        data_ = std::move(bytes);
        return *this;
    }

    std::string bytes() const {
        return header_.empty() ? data_ + footer_ : footer_ + header_ + table_ + batmap_ + data_ + footer_;
    }

    static void number(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
        for (std::size_t i = size; i-- > 0; value >>= 8)
            bytes[at + i] = static_cast<char>(value & 0xff);
    }
    // The checksum that holds for what the bytes are now.
    static void seal(std::string& bytes, std::size_t checksum_at) {
        number(bytes, checksum_at, 0, 4);
        std::uint32_t sum = 0;
        for (const char c : bytes)
            sum += static_cast<unsigned char>(c);
        number(bytes, checksum_at, ~sum, 4);
    }

    std::string& footer() { return footer_; }
    std::string& header() { return header_; }

private:
    static void text(std::string& bytes, std::size_t at, std::string_view what) {
        bytes.replace(at, what.size(), what);
    }

    void make_growing(std::uint64_t virtual_bytes) {
        constexpr std::uint64_t block = 2 << 20;
        const std::uint64_t blocks = (virtual_bytes + block - 1) / block;
        header_ = std::string(header_bytes, '\0');
        text(header_, 0, "cxsparse");
        number(header_, 8, UINT64_MAX, 8);
        number(header_, 16, table_at, 8);
        number(header_, 24, 0x00010000, 4);
        number(header_, 28, blocks, 4);
        number(header_, 32, block, 4);
        seal(header_, 36);
        table_ = std::string((blocks * 4 + sector - 1) / sector * sector, '\xff');
        batmap_ = std::string(sector, '\0');
        text(batmap_, 0, "tdbatmap");
    }

    std::string footer_, header_, table_, batmap_, data_;
};

}    // namespace xm::test
