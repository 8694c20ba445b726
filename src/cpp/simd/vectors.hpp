// The vector type of one instruction set, and the few operations that the compiler's vector extension lacks.
// The only file that names intrinsics. Everything else is written with operators on V.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "../kernels.hpp"

#define FASTLSTM_INLINE inline __attribute__((always_inline))
#define FASTLSTM_OUTLINE __attribute__((noinline))

namespace fastlstm::FASTLSTM_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
constexpr int vector_registers = 32;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
constexpr int vector_registers = 16;
#elif defined(__aarch64__)
constexpr int vector_bytes = 16;
constexpr int vector_registers = 32;
#else
constexpr int vector_bytes = 16;
constexpr int vector_registers = 16;
#endif

template <class T>
struct Simd;

template <>
struct Simd<float> {
    using T = float;
    typedef float V __attribute__((vector_size(vector_bytes)));
    typedef float Unaligned __attribute__((vector_size(vector_bytes), aligned(sizeof(float))));
    typedef int I __attribute__((vector_size(vector_bytes)));
    static constexpr int lanes = vector_bytes / 4;
    static constexpr int mantissa_bits = 23;
    static constexpr int exponent_bias = 127;
};

template <>
struct Simd<double> {
    using T = double;
    typedef double V __attribute__((vector_size(vector_bytes)));
    typedef double Unaligned __attribute__((vector_size(vector_bytes), aligned(sizeof(double))));
    typedef long long I __attribute__((vector_size(vector_bytes)));
    static constexpr int lanes = vector_bytes / 8;
    static constexpr int mantissa_bits = 52;
    static constexpr int exponent_bias = 1023;
};

// `larger` and `smaller` let a NaN in their second argument through.
using VF = Simd<float>::V;
using VD = Simd<double>::V;

#if defined(__AVX512F__)
FASTLSTM_INLINE VF broadcast(float a) { return _mm512_set1_ps(a); }
FASTLSTM_INLINE VD broadcast(double a) { return _mm512_set1_pd(a); }
FASTLSTM_INLINE VF fma(VF a, VF b, VF c) { return _mm512_fmadd_ps(a, b, c); }
FASTLSTM_INLINE VD fma(VD a, VD b, VD c) { return _mm512_fmadd_pd(a, b, c); }
FASTLSTM_INLINE VF sqrt(VF a) { return _mm512_maskz_sqrt_ps(0xffff, a); }
FASTLSTM_INLINE VD sqrt(VD a) { return _mm512_maskz_sqrt_pd(0xff, a); }
FASTLSTM_INLINE VF larger(VF bound, VF a) { return _mm512_maskz_max_ps(0xffff, bound, a); }
FASTLSTM_INLINE VD larger(VD bound, VD a) { return _mm512_maskz_max_pd(0xff, bound, a); }
FASTLSTM_INLINE VF smaller(VF bound, VF a) { return _mm512_maskz_min_ps(0xffff, bound, a); }
FASTLSTM_INLINE VD smaller(VD bound, VD a) { return _mm512_maskz_min_pd(0xff, bound, a); }
#elif defined(__AVX2__)
FASTLSTM_INLINE VF broadcast(float a) { return _mm256_set1_ps(a); }
FASTLSTM_INLINE VD broadcast(double a) { return _mm256_set1_pd(a); }
FASTLSTM_INLINE VF fma(VF a, VF b, VF c) { return _mm256_fmadd_ps(a, b, c); }
FASTLSTM_INLINE VD fma(VD a, VD b, VD c) { return _mm256_fmadd_pd(a, b, c); }
FASTLSTM_INLINE VF sqrt(VF a) { return _mm256_sqrt_ps(a); }
FASTLSTM_INLINE VD sqrt(VD a) { return _mm256_sqrt_pd(a); }
FASTLSTM_INLINE VF larger(VF bound, VF a) { return _mm256_max_ps(bound, a); }
FASTLSTM_INLINE VD larger(VD bound, VD a) { return _mm256_max_pd(bound, a); }
FASTLSTM_INLINE VF smaller(VF bound, VF a) { return _mm256_min_ps(bound, a); }
FASTLSTM_INLINE VD smaller(VD bound, VD a) { return _mm256_min_pd(bound, a); }
#elif defined(__aarch64__)
FASTLSTM_INLINE VF broadcast(float a) { return vdupq_n_f32(a); }
FASTLSTM_INLINE VD broadcast(double a) { return vdupq_n_f64(a); }
FASTLSTM_INLINE VF fma(VF a, VF b, VF c) { return vfmaq_f32(c, a, b); }
FASTLSTM_INLINE VD fma(VD a, VD b, VD c) { return vfmaq_f64(c, a, b); }
FASTLSTM_INLINE VF sqrt(VF a) { return vsqrtq_f32(a); }
FASTLSTM_INLINE VD sqrt(VD a) { return vsqrtq_f64(a); }
FASTLSTM_INLINE VF larger(VF bound, VF a) { return vmaxq_f32(bound, a); }
FASTLSTM_INLINE VD larger(VD bound, VD a) { return vmaxq_f64(bound, a); }
FASTLSTM_INLINE VF smaller(VF bound, VF a) { return vminq_f32(bound, a); }
FASTLSTM_INLINE VD smaller(VD bound, VD a) { return vminq_f64(bound, a); }
#else
// The x86-64 baseline has no fused multiply-add: two roundings, always the same two.
FASTLSTM_INLINE VF broadcast(float a) { return _mm_set1_ps(a); }
FASTLSTM_INLINE VD broadcast(double a) { return _mm_set1_pd(a); }
FASTLSTM_INLINE VF fma(VF a, VF b, VF c) { return a * b + c; }
FASTLSTM_INLINE VD fma(VD a, VD b, VD c) { return a * b + c; }
FASTLSTM_INLINE VF sqrt(VF a) { return _mm_sqrt_ps(a); }
FASTLSTM_INLINE VD sqrt(VD a) { return _mm_sqrt_pd(a); }
FASTLSTM_INLINE VF larger(VF bound, VF a) { return _mm_max_ps(bound, a); }
FASTLSTM_INLINE VD larger(VD bound, VD a) { return _mm_max_pd(bound, a); }
FASTLSTM_INLINE VF smaller(VF bound, VF a) { return _mm_min_ps(bound, a); }
FASTLSTM_INLINE VD smaller(VD bound, VD a) { return _mm_min_pd(bound, a); }
#endif

template <class Mask, class V>
FASTLSTM_INLINE V choose(Mask which, V a, V b) {
    return which ? a : b;
}

// No buffer needs to be aligned. The types say that a store changes numbers only, so that the compiler need not read
// pointers and sizes again after it, as it must after a memcpy.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V load(const T* from) {
    return *reinterpret_cast<const typename Simd<T>::Unaligned*>(from);
}

template <class T>
FASTLSTM_INLINE void store(T* to, typename Simd<T>::V v) {
    *reinterpret_cast<typename Simd<T>::Unaligned*>(to) = v;
}

// The first `count` lanes, the others zero; nothing beyond them is touched.
#if defined(__AVX512F__)
FASTLSTM_INLINE __mmask16 first_lanes(Index count, Index lanes) {
    return static_cast<__mmask16>(count < lanes ? (1u << count) - 1 : 0xffff);
}
FASTLSTM_INLINE VF load(const float* from, Index count) { return _mm512_maskz_loadu_ps(first_lanes(count, 16), from); }
FASTLSTM_INLINE VD load(const double* from, Index count) {
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>(first_lanes(count, 8)), from);
}
FASTLSTM_INLINE void store(float* to, VF v, Index count) { _mm512_mask_storeu_ps(to, first_lanes(count, 16), v); }
FASTLSTM_INLINE void store(double* to, VD v, Index count) {
    _mm512_mask_storeu_pd(to, static_cast<__mmask8>(first_lanes(count, 8)), v);
}
#elif defined(__AVX2__)
// A masked store takes many times as long as a whole one on some processors, hence the branches.
FASTLSTM_INLINE Simd<float>::I first_lanes(const float*, Index count) {
    return Simd<float>::I{0, 1, 2, 3, 4, 5, 6, 7} < static_cast<int>(count);
}
FASTLSTM_INLINE Simd<double>::I first_lanes(const double*, Index count) {
    return Simd<double>::I{0, 1, 2, 3} < static_cast<long long>(count);
}
FASTLSTM_INLINE VF load(const float* from, Index count) {
    return count >= 8 ? load(from) : _mm256_maskload_ps(from, (__m256i)first_lanes(from, count));
}
FASTLSTM_INLINE VD load(const double* from, Index count) {
    return count >= 4 ? load(from) : _mm256_maskload_pd(from, (__m256i)first_lanes(from, count));
}
FASTLSTM_INLINE void store(float* to, VF v, Index count) {
    if (count >= 8) return store(to, v);
    _mm256_maskstore_ps(to, (__m256i)first_lanes(to, count), v);
}
FASTLSTM_INLINE void store(double* to, VD v, Index count) {
    if (count >= 4) return store(to, v);
    _mm256_maskstore_pd(to, (__m256i)first_lanes(to, count), v);
}
#else
template <class T>
FASTLSTM_INLINE typename Simd<T>::V load(const T* from, Index count) {
    if (count >= Simd<T>::lanes) return load(from);
    typename Simd<T>::V v = {};
    for (Index i = 0; i < count; ++i) v[i] = from[i];
    return v;
}

template <class T>
FASTLSTM_INLINE void store(T* to, typename Simd<T>::V v, Index count) {
    if (count >= Simd<T>::lanes) return store(to, v);
    for (Index i = 0; i < count; ++i) to[i] = v[i];
}
#endif

template <class T>
constexpr Index blocks_of(Index count) {
    return fastlstm::blocks_of(count, Simd<T>::lanes);
}

template <class T>
constexpr Index padded(Index count) {
    return fastlstm::padded(count, Simd<T>::lanes);
}

constexpr Index least(Index a, Index b) { return a < b ? a : b; }

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
