// Random multipliers by a counter-based generator: each is a hash of the key, row, step and feature, so it
// depends neither on batches or threads nor on earlier numbers.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
FASTLSTM_INLINE std::uint64_t mixed(std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// A 32-bit mixer with little bias (Wellons 2018), which all instruction sets can run in vectors.
FASTLSTM_INLINE std::uint32_t mixed(std::uint32_t x) {
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ (x >> 16);
}

// The random bits of one row and step, for each feature; shared along the axes that the arguments say.
class RandomBits {
public:
    template <class Args>
    FASTLSTM_INLINE RandomBits(const Args& args, Index t, Index n) : per_feature_(args.per_feature) {
        const std::uint64_t row = args.per_row ? static_cast<std::uint64_t>(args.first_row + n) + 1 : 0;
        const std::uint64_t step = args.per_step ? static_cast<std::uint64_t>(t) + 1 : 0;
        const std::uint64_t key = mixed(mixed(args.key + row * 0x9e3779b97f4a7c15u) + step * 0xd1342543de82ef95u);
        first_ = static_cast<std::uint32_t>(key);
        second_ = static_cast<std::uint32_t>(key >> 32);
    }
    FASTLSTM_INLINE std::uint32_t operator[](Index i) const {
        const std::uint32_t feature = per_feature_ ? static_cast<std::uint32_t>(i) : 0;
        return mixed(mixed(feature ^ first_) + second_);
    }

private:
    std::uint32_t first_, second_;
    bool per_feature_;
};

template <class T>
void dropout(const DropoutArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    constexpr Index L = Simd<T>::lanes;
    const std::uint64_t threshold = static_cast<std::uint64_t>(args.rate * 4294967296.0);
    const T drawn_value = static_cast<T>(args.drawn_value), other_value = static_cast<T>(args.other_value);
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const RandomBits bits(args, t, n);
            for (Index i = 0; i < args.features; i += L) {
                T multiplier[L];
                for (Index lane = 0; lane < L; ++lane)
                    multiplier[lane] = bits[i + lane] < threshold ? drawn_value : other_value;
                V m = load(multiplier);
                if (args.x.data) m *= load(element(args.x, t, n, i), args.features - i);
                store(element(args.y, t, n, i), m);
            }
        }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
