// How a layer's options are read, whoever has them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../host_function.hpp"
#include "../names.hpp"

namespace fastlstm {

constexpr double infinity = std::numeric_limits<double>::infinity();

inline std::string text_of(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

// A size of a layer: small enough that no product of a few of them overflows.
inline Index checked_size(const char* name, Index value, Index lowest = 1) {
    constexpr Index most = Index{1} << 24;
    if (value < lowest || value > most)
        throw std::invalid_argument(std::string(name) + ": expected " + std::to_string(lowest) + " to " +
                                    std::to_string(most) + ", got " + std::to_string(value));
    return value;
}

inline double checked_number(const char* name, double value, double low, double high) {
    if (!(value >= low && value <= high))
        throw std::invalid_argument(std::string(name) + ": expected a number from " + text_of(low) + " to " +
                                    text_of(high) + ", got " + text_of(value));
    return value;
}

// Each option that is not given keeps its default. Sizes and choices without a default are invalid until they are
// given. What does not fit throws std::invalid_argument.
class OptionReader {
public:
    virtual ~OptionReader() = default;

    virtual void flag(const char* name, bool& value) = 0;
    virtual void seed(const char* name, std::uint64_t& value) = 0;  // the lowest 64 bits of any whole number
    virtual void numbers(const char* name, std::vector<double>& values) = 0;
    virtual void shapes(const char* name, std::vector<std::vector<Index>>& values) = 0;
    virtual void function(const char* name, HostFunction& value) = 0;
    virtual void require_all_read() const = 0;  // throws if something was given that no option is
    // Options of their own.
    virtual void nested(const char* name, const std::function<void(OptionReader&)>& read) = 0;

    void size(const char* name, Index& value, Index lowest = 1) {
        integer(name, value);
        checked_size(name, value, lowest);
    }
    void number(const char* name, double& value, double low, double high) {
        const double without = value;
        real(name, value);
        if (value != without) checked_number(name, value, low, high);
    }
    template <class E, std::size_t Count>
    void choice(const char* name, E& value, const Named<E> (&names)[Count]) {
        std::string chosen;
        text(name, chosen);
        if (!chosen.empty() || value == E::count) value = value_of(names, chosen, name);
    }

protected:
    virtual void integer(const char* name, Index& value) = 0;
    virtual void real(const char* name, double& value) = 0;  // None leaves it as it is
    virtual void text(const char* name, std::string& value) = 0;
};

}  // namespace fastlstm
