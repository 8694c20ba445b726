// Activations as the cells see them: a(z) gives the value and leaves in z what the derivative needs ("saved");
// value(saved) and slope(saved) are all that BPTT needs. Each function gives the value of z, and the slope from what it
// saves: its output, or its input where the output is not enough.
//
// Definitions and default parameters are Keras's. Where a comparison decides, NaN takes the branch that returns it.
#pragma once

#include "../simd/math.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class S, Activation>
struct ActivationFunction;

template <class S>
struct SavesOutput {
    using T = typename S::T;
    using V = typename S::V;
    static constexpr bool saves_input = false;
    static FASTLSTM_INLINE V constant(double value) { return broadcast(T(value)); }
    // 1 where the condition holds, and 0 elsewhere.
    static FASTLSTM_INLINE V one_where(typename S::I condition) { return (V)((typename S::I)constant(1) & condition); }
};

template <class S>
struct SavesInput : SavesOutput<S> {
    static constexpr bool saves_input = true;
};

#define FASTLSTM_FUNCTION(name, Base)                          \
    template <class S>                                         \
    struct ActivationFunction<S, Activation::name> : Base<S> { \
        using V = typename S::V;                               \
        using Base<S>::constant;                               \
        using Base<S>::one_where;                              \
        static FASTLSTM_INLINE V value(V z);                   \
        static FASTLSTM_INLINE V slope(V saved);               \
    };

#define FASTLSTM_VALUE(name) \
    template <class S>       \
    FASTLSTM_INLINE typename S::V ActivationFunction<S, Activation::name>::value(typename S::V z)

#define FASTLSTM_SLOPE(name) \
    template <class S>       \
    FASTLSTM_INLINE typename S::V ActivationFunction<S, Activation::name>::slope

FASTLSTM_FUNCTION(linear, SavesOutput)
FASTLSTM_VALUE(linear) { return z; }
FASTLSTM_SLOPE(linear)(V) { return constant(1); }

FASTLSTM_FUNCTION(tanh, SavesOutput)
FASTLSTM_VALUE(tanh) { return fastlstm::FASTLSTM_ISA::tanh<S>(z); }
FASTLSTM_SLOPE(tanh)(V y) { return fma(-y, y, constant(1)); }

FASTLSTM_FUNCTION(sigmoid, SavesOutput)
FASTLSTM_VALUE(sigmoid) { return fastlstm::FASTLSTM_ISA::sigmoid<S>(z); }
FASTLSTM_SLOPE(sigmoid)(V y) { return fma(-y, y, y); }

FASTLSTM_FUNCTION(relu, SavesOutput)
FASTLSTM_VALUE(relu) { return z < V{} ? V{} : z; }
FASTLSTM_SLOPE(relu)(V y) { return one_where(y > V{}); }

// clip(z / 6 + 1/2, 0, 1), as in Keras 3.
FASTLSTM_FUNCTION(hard_sigmoid, SavesOutput)
FASTLSTM_VALUE(hard_sigmoid) { return smaller(constant(1), larger(V{}, fma(z, constant(1.0 / 6), constant(0.5)))); }
FASTLSTM_SLOPE(hard_sigmoid)(V y) { return one_where((y > V{}) & (y < constant(1))) * constant(1.0 / 6); }

FASTLSTM_FUNCTION(elu, SavesOutput)
FASTLSTM_VALUE(elu) { return z > V{} ? z : expm1_nonpositive<S>(z); }
FASTLSTM_SLOPE(elu)(V y) { return y > V{} ? constant(1) : y + constant(1); }

// With alpha = 1 the same function as elu.
FASTLSTM_FUNCTION(celu, SavesOutput)
FASTLSTM_VALUE(celu) { return ActivationFunction<S, Activation::elu>::value(z); }
FASTLSTM_SLOPE(celu)(V y) { return ActivationFunction<S, Activation::elu>::slope(y); }

// Klambauer et al. (2017).
constexpr double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;
FASTLSTM_FUNCTION(selu, SavesOutput)
FASTLSTM_VALUE(selu) { return (z > V{} ? z : expm1_nonpositive<S>(z) * constant(selu_alpha)) * constant(selu_scale); }
FASTLSTM_SLOPE(selu)(V y) { return y > V{} ? constant(selu_scale) : y + constant(selu_scale * selu_alpha); }

FASTLSTM_FUNCTION(exponential, SavesOutput)
FASTLSTM_VALUE(exponential) { return fastlstm::FASTLSTM_ISA::exp<S>(z); }
FASTLSTM_SLOPE(exponential)(V y) { return y; }

FASTLSTM_FUNCTION(gelu, SavesInput)
FASTLSTM_VALUE(gelu) { return z * normal<S>(z).below; }
FASTLSTM_SLOPE(gelu)(V z) {
    const auto at = normal<S>(z);
    return fma(z, at.density, at.below);
}

FASTLSTM_FUNCTION(hard_shrink, SavesOutput)
FASTLSTM_VALUE(hard_shrink) { return magnitude<S>(z) <= constant(0.5) ? V{} : z; }
FASTLSTM_SLOPE(hard_shrink)(V y) { return one_where(y != V{}); }

FASTLSTM_FUNCTION(soft_shrink, SavesOutput)
FASTLSTM_VALUE(soft_shrink) {
    const V half = constant(0.5);
    return magnitude<S>(z) <= half ? V{} : z > V{} ? z - half : z + half;
}
FASTLSTM_SLOPE(soft_shrink)(V y) { return one_where(y != V{}); }

FASTLSTM_FUNCTION(tanh_shrink, SavesInput)
FASTLSTM_VALUE(tanh_shrink) { return z - fastlstm::FASTLSTM_ISA::tanh<S>(z); }
FASTLSTM_SLOPE(tanh_shrink)(V z) {
    const V y = fastlstm::FASTLSTM_ISA::tanh<S>(z);
    return y * y;
}

FASTLSTM_FUNCTION(hard_tanh, SavesOutput)
FASTLSTM_VALUE(hard_tanh) { return smaller(constant(1), larger(constant(-1), z)); }
FASTLSTM_SLOPE(hard_tanh)(V y) { return one_where(magnitude<S>(y) < constant(1)); }

FASTLSTM_FUNCTION(hard_silu, SavesInput)
FASTLSTM_VALUE(hard_silu) { return z * ActivationFunction<S, Activation::hard_sigmoid>::value(z); }
FASTLSTM_SLOPE(hard_silu)(V z) {
    const V inside = fma(z, constant(1.0 / 3), constant(0.5));
    return z < constant(-3) ? V{} : z > constant(3) ? constant(1) : inside;
}

FASTLSTM_FUNCTION(leaky_relu, SavesOutput)
FASTLSTM_VALUE(leaky_relu) { return z < V{} ? z * constant(0.2) : z; }
FASTLSTM_SLOPE(leaky_relu)(V y) { return y < V{} ? constant(0.2) : constant(1); }

FASTLSTM_FUNCTION(relu6, SavesOutput)
FASTLSTM_VALUE(relu6) { return smaller(constant(6), larger(V{}, z)); }
FASTLSTM_SLOPE(relu6)(V y) { return one_where((y > V{}) & (y < constant(6))); }

FASTLSTM_FUNCTION(silu, SavesInput)
FASTLSTM_VALUE(silu) { return z * fastlstm::FASTLSTM_ISA::sigmoid<S>(z); }
FASTLSTM_SLOPE(silu)(V z) {
    const V y = fastlstm::FASTLSTM_ISA::sigmoid<S>(z);
    return fma(z, fma(-y, y, y), y);
}

FASTLSTM_FUNCTION(softplus, SavesOutput)
FASTLSTM_VALUE(softplus) { return larger(V{}, z) + log1p_of_fraction<S>(exp_nonpositive<S>(-magnitude<S>(z))); }
FASTLSTM_SLOPE(softplus)(V y) { return -expm1_nonpositive<S>(-y); }

FASTLSTM_FUNCTION(log_sigmoid, SavesOutput)
FASTLSTM_VALUE(log_sigmoid) { return -ActivationFunction<S, Activation::softplus>::value(-z); }
FASTLSTM_SLOPE(log_sigmoid)(V y) { return -expm1_nonpositive<S>(y); }

// z tanh(softplus(z)), where tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2); Misra (2019).
FASTLSTM_FUNCTION(mish, SavesInput)
FASTLSTM_VALUE(mish) {
    const V e = fastlstm::FASTLSTM_ISA::exp<S>(smaller(constant(20), z)), p = e * (e + constant(2));
    return z * (p / (p + constant(2)));
}
FASTLSTM_SLOPE(mish)(V z) {
    const V e = fastlstm::FASTLSTM_ISA::exp<S>(smaller(constant(20), z)), p = e * (e + constant(2));
    const V y = p / (p + constant(2));
    return fma(z * fma(-y, y, constant(1)), fastlstm::FASTLSTM_ISA::sigmoid<S>(z), y);
}

FASTLSTM_FUNCTION(softsign, SavesOutput)
FASTLSTM_VALUE(softsign) { return z / (magnitude<S>(z) + constant(1)); }
FASTLSTM_SLOPE(softsign)(V y) {
    const V rest = constant(1) - magnitude<S>(y);
    return rest * rest;
}

FASTLSTM_FUNCTION(sparse_plus, SavesOutput)
FASTLSTM_VALUE(sparse_plus) {
    const V sum = z + constant(1);
    return z <= constant(-1) ? V{} : z < constant(1) ? sum * sum * constant(0.25) : z;
}
FASTLSTM_SLOPE(sparse_plus)(V y) { return smaller(constant(1), sqrt(y)); }

FASTLSTM_FUNCTION(sparse_sigmoid, SavesOutput)
FASTLSTM_VALUE(sparse_sigmoid) { return smaller(constant(1), larger(V{}, fma(z, constant(0.5), constant(0.5)))); }
FASTLSTM_SLOPE(sparse_sigmoid)(V y) { return one_where((y > V{}) & (y < constant(1))) * constant(0.5); }

// (z + sqrt(z^2 + 4)) / 2, whose product with its mirror image is 1: no cancellation on the left. From 1e9 on the 4 is
// lost in rounding, and z^2 may overflow.
FASTLSTM_FUNCTION(squareplus, SavesOutput)
FASTLSTM_VALUE(squareplus) {
    const V size = magnitude<S>(z);
    const V right = size > constant(1e9) ? size : (size + sqrt(fma(z, z, constant(4)))) * constant(0.5);
    return z < V{} ? constant(1) / right : right;
}
FASTLSTM_SLOPE(squareplus)(V y) {
    const V inverse = constant(1) / y;
    return y / (y + inverse);
}

// An activation fixed at compile time: the default pair of each cell goes this way.
template <Activation name>
struct FixedActivation {
    static constexpr bool compiled_in = true;

    template <class V>
    using R = ActivationFunction<typename TraitsOf<V>::S, name>;

    template <class V>
    FASTLSTM_INLINE V operator()(V& z) const {
        const V y = R<V>::value(z);
        if (!R<V>::saves_input) z = y;
        return y;
    }
    template <class V>
    FASTLSTM_INLINE V value(V saved) const {
        return R<V>::saves_input ? R<V>::value(saved) : saved;
    }
    template <class V>
    FASTLSTM_INLINE V slope(V saved) const {
        return R<V>::slope(saved);
    }
};

template <class S>
struct ActivationPointers {
    using V = typename S::V;
    V (*value)(V z);
    V (*slope)(V saved);
    bool saves_input;
};

template <class S, Activation name>
constexpr ActivationPointers<S> pointers_to() {
    return {ActivationFunction<S, name>::value, ActivationFunction<S, name>::slope,
            ActivationFunction<S, name>::saves_input};
}

// In the order of enum Activation.
template <class S>
constexpr ActivationPointers<S> activation_pointers[] = {
#define FASTLSTM_POINTERS(name) pointers_to<S, Activation::name>(),
    FASTLSTM_ELEMENTWISE_ACTIVATIONS(FASTLSTM_POINTERS)
#undef FASTLSTM_POINTERS
};

// An activation chosen at run time, of z clipped to [-clip, clip] if that is positive. Clipping saves the input:
// the slope depends on whether it was in bounds. Clipping is rare, so its functions are not inlined.
template <class S>
struct ChosenActivation {
    static constexpr bool compiled_in = false;
    using V = typename S::V;
    using T = typename S::T;
    ActivationPointers<S> function;
    T clip;

    ChosenActivation(Activation name, double clip)
        : function(activation_pointers<S>[static_cast<int>(name)]), clip(static_cast<T>(clip)) {}

    FASTLSTM_INLINE V operator()(V& z) const {
        if (clip > 0) return clipped_value(function, z, clip);
        const V y = function.value(z);
        if (!function.saves_input) z = y;
        return y;
    }
    FASTLSTM_INLINE V value(V saved) const {
        if (clip > 0) return clipped_value(function, saved, clip);
        return function.saves_input ? function.value(saved) : saved;
    }
    FASTLSTM_INLINE V slope(V saved) const {
        if (clip > 0) return clipped_slope(function, saved, clip);
        return function.slope(saved);
    }

private:
    static FASTLSTM_INLINE V clipped(V z, T clip) { return smaller(broadcast(clip), larger(broadcast(-clip), z)); }
    static FASTLSTM_OUTLINE V clipped_value(ActivationPointers<S> function, V z, T clip) {
        return function.value(clipped(z, clip));
    }
    static FASTLSTM_OUTLINE V clipped_slope(ActivationPointers<S> function, V saved, T clip) {
        const V z = clipped(saved, clip), inside = function.slope(function.saves_input ? z : function.value(z));
        return magnitude<S>(saved) > broadcast(clip) ? V{} : inside;
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
