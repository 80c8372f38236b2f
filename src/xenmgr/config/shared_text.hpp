#pragma once
// Text that is stored once per process and counted. A thousand VMs say "true", "hvm" and "config/memory" tens of
// thousands of times; each mention costs four bytes. For one thread only, like all domain code.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xm::xenmgr {

class SharedText {
public:
    SharedText() = default;    // the empty text
    explicit SharedText(std::string_view text);
    SharedText(const SharedText& other);
    SharedText(SharedText&& other) noexcept;
    SharedText& operator=(SharedText other) noexcept;
    ~SharedText();

    std::string_view view() const;    // valid while any SharedText with this text lives
    bool operator==(const SharedText& other) const { return id_ == other.id_; }

    static std::size_t distinct();    // texts alive now, for tests

private:
    std::uint32_t id_ = 0;
};

}    // namespace xm::xenmgr
