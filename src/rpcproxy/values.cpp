#include "rpcproxy/values.hpp"

#include "rpcproxy/names.hpp"
#include "rpcproxy/signature.hpp"
#include "rpcproxy/signature_walk.hpp"

#include <boost/container/static_vector.hpp>

namespace xm::rpcproxy {
namespace {

// Bytes of a value, which are its alignment as well; 0: has no fixed size.
constexpr std::size_t size_of(char type) {
    switch (type) {
        case 'y':
            return 1;
        case 'n':
        case 'q':
            return 2;
        case 'b':
        case 'i':
        case 'u':
            return 4;
        case 'x':
        case 't':
        case 'd':
            return 8;
        default:
            return 0;
    }
}

// A container whose end has not come yet.
struct Open {
    char kind;              // `a`, `v`, or `(` for structs and dict entries
    std::size_t resume;     // array: where its element's type begins; variant: where the outer signature goes on
    std::size_t end = 0;    // array: where its elements end
};

class Walk {
public:
    Walk(Cursor& cursor, const Place& place) : cursor_{cursor}, place_{place} {}

    void values(std::string_view signature) {
        follow(signature);
        run();
    }

    void variant() {
        follow(cursor_.signature());
        if (cursor_.fault() == nullptr && signatures_.back().types() != 1) cursor_.fail("a variant has not one type");
        run();
    }

private:
    void run() {
        while (cursor_.fault() == nullptr && (!open_.empty() || at_ < types().size()))
            value();
    }

    std::string_view types() const { return signatures_.back().text(); }

    void follow(std::string_view signature) {
        signatures_.resize(signatures_.size() + 1, boost::container::default_init);    // no zeros into its table
        at_ = 0;
        if (cursor_.fault() != nullptr) return;
        if (const Fault fault = signatures_.back().read(signature)) cursor_.fail(fault);
        if (signatures_.back().descriptors()) cursor_.fail("file descriptors do not pass");
    }

    void value() {
        const char type = types()[at_++];
        switch (type) {
            case 'a':
                return array();
            case 'v':
                return inner_variant();
            case '(':
            case '{':
                cursor_.align(8);
                return open({.kind = '(', .resume = 0});
            case ')':
            case '}':
                open_.pop_back();
                return complete();
            default:
                basic(type);
                return complete();
        }
    }

    void open(const Open& container) {
        if (place_.depth + open_.size() >= deepest) return cursor_.fail("values are nested too deeply");
        open_.push_back(container);
    }

    void array() {
        const std::size_t begin = at_, size = cursor_.number();
        at_ = signatures_.back().after_element(begin - 1);
        const char element = types()[begin];
        cursor_.align(alignment_of(element));
        if (size > place_.longest_array) return cursor_.fail("an array is too long");
        if (size > cursor_.left()) return cursor_.fail("an array ends outside of its message");
        if (place_.depth + open_.size() >= deepest) return cursor_.fail("values are nested too deeply");
        if (size_of(element) > 0) {
            fixed_elements(element, size);
            return complete();
        }
        if (size == 0) return complete();
        open({.kind = 'a', .resume = begin, .end = cursor_.at() + size});
        at_ = begin;
    }

    void fixed_elements(char type, std::size_t size) {
        if (size % size_of(type) != 0) return cursor_.fail("an array ends within an element");
        if (type != 'b') {
            cursor_.take(size);
            return;
        }
        for (std::size_t count = size / size_of(type); count > 0 && cursor_.fault() == nullptr; --count)
            basic(type);
    }

    void inner_variant() {
        const std::string_view signature = cursor_.signature();
        open({.kind = 'v', .resume = at_});
        if (cursor_.fault() != nullptr) return;
        follow(signature);
        if (cursor_.fault() == nullptr && signatures_.back().types() != 1) cursor_.fail("a variant has not one type");
    }

    void basic(char type) {
        switch (type) {
            case 'b':
                if (cursor_.number() > 1) cursor_.fail("a boolean is neither 0 nor 1");
                return;
            case 's':
                if (!is_plain_text(cursor_.string())) cursor_.fail("a string is not UTF-8");
                return;
            case 'o':
                return object_path();
            case 'g':
                return signature();
            default:
                cursor_.align(size_of(type));
                cursor_.take(size_of(type));
        }
    }

    void object_path() {
        if (!is_object_path(cursor_.string())) cursor_.fail("an object path is not one");
    }

    void signature() {
        if (const Fault fault = Signature{}.read(cursor_.signature())) cursor_.fail(fault);
    }

    // A value has ended, and with it perhaps the arrays and variants that it is the last part of.
    void complete() {
        while (!open_.empty() && open_.back().kind != '(' && cursor_.fault() == nullptr) {
            const Open& container = open_.back();
            if (container.kind == 'v') {
                signatures_.pop_back();
                at_ = container.resume;
            } else if (cursor_.at() < container.end) {
                at_ = container.resume;
                return;
            } else if (cursor_.at() > container.end) {
                return cursor_.fail("an array ends within an element");
            }
            open_.pop_back();
        }
    }

    Cursor& cursor_;
    const Place place_;
    boost::container::static_vector<Open, deepest> open_;
    boost::container::static_vector<Signature, deepest + 1> signatures_;
    std::size_t at_ = 0;    // in the innermost signature
};

}    // namespace

void check_values(Cursor& cursor, std::string_view signature, const Place& place) {
    Walk{cursor, place}.values(signature);
}

void check_variant(Cursor& cursor, const Place& place) { Walk{cursor, place}.variant(); }

}    // namespace xm::rpcproxy
