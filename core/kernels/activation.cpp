// SPDX-License-Identifier: GPL-3.0-or-later
// GELU: the normal distribution from one exponential and one polynomial, shared by the value and its slope.
#include "core/kernels/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/activation.cpp"
#include <hwy/foreach_target.h>

#include "core/kernels/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace vit::kernels::HWY_NAMESPACE {

struct Activated {
    Floats value;
    Floats slope;
};

// For a = |x|: Phi(-a) = exp(-a²/2) R(a), where R (Mills' ratio over sqrt(2 pi)) is t times a polynomial in
// t = 1 / (1 + 0.305 a), fitted by minimax to 9.4e-8 of its value on [0, 13.5]. Unlike 1 + erf it loses nothing where
// Phi is small.
struct GeluOf {
    HWY_INLINE Activated operator()(Floats x) const {
        const FloatTag d;
        const Floats t = hn::Div(hn::Set(d, 1.0F), hn::MulAdd(hn::Abs(x), hn::Set(d, 0.305F), hn::Set(d, 1.0F)));
        Floats p = hn::Set(d, 0.03669920191168785F);
        p = hn::MulAdd(p, t, hn::Set(d, -0.15298835933208466F));
        p = hn::MulAdd(p, t, hn::Set(d, 0.18571697175502777F));
        p = hn::MulAdd(p, t, hn::Set(d, -0.037976887077093124F));
        p = hn::MulAdd(p, t, hn::Set(d, 0.12102171033620834F));
        p = hn::MulAdd(p, t, hn::Set(d, 0.10342086106538773F));
        p = hn::MulAdd(p, t, hn::Set(d, 0.12246681749820709F));
        p = hn::MulAdd(p, t, hn::Set(d, 0.12163973599672318F));
        // What rounding took from x² matters in its exponential: it is put back to first order.
        const Floats half = hn::Set(d, -0.5F);
        const Floats square = hn::Mul(x, x);
        const Floats lost = hn::Mul(hn::MulSub(x, x, square), half);
        Floats e = exponential(hn::Mul(square, half));
        e = hn::MulAdd(e, lost, e);
        const Floats tail = hn::Mul(hn::Mul(p, t), e);
        const Floats phi = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, 1.0F), tail));
        return {hn::Mul(x, phi), hn::MulAdd(hn::Mul(x, e), hn::Set(d, 0.3989422804F), phi)};
    }
};

struct IdentityOf {
    HWY_INLINE Activated operator()(Floats x) const { return {x, hn::Set(FloatTag(), 1.0F)}; }
};

struct AllKept {
    HWY_INLINE Floats operator()(Floats value, std::size_t) const { return value; }
};
struct SomeKept {
    KeepBits bits;
    float factor;
    HWY_INLINE Floats operator()(Floats value, std::size_t element) const {
        return hn::IfThenElseZero(keptLanes(bits, element), hn::Mul(value, hn::Set(FloatTag(), factor)));
    }
};
template <typename Body>
HWY_INLINE void withDropout(const KeepBits& bits, float factor, const Body& body) {
    if (bits.all()) body(AllKept{});
    else body(SomeKept{bits, factor});
}

template <typename Of, typename E>
void forward(const E* in, std::size_t count, const KeepBits& bits, float factor, E* out) {
    withDropout(bits, factor, [&](const auto& dropped) HWY_ATTR {
        forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
            store(dropped(Of()(load(in + i, part)).value, i), out + i, part);
        });
    });
}

template <typename Of, typename E>
void addForward(const E* in, const float* residual, std::size_t count, const KeepBits& bits, float factor, float* out) {
    withDropout(bits, factor, [&](const auto& dropped) HWY_ATTR {
        forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
            const Floats value = dropped(Of()(load(in + i, part)).value, i);
            store(hn::Add(load(residual + i, part), value), out + i, part);
        });
    });
}

template <typename Of, typename E>
void backward(const E* in, const float* dOut, std::size_t count, const KeepBits& bits, float factor, E* dIn, E* out) {
    withDropout(bits, factor, [&](const auto& dropped) HWY_ATTR {
        forEachVector(count, [&](std::size_t i, auto part) HWY_ATTR {
            const Activated a = Of()(load(in + i, part));
            store(dropped(hn::Mul(load(dOut + i, part), a.slope), i), dIn + i, part);
            if (out != nullptr) store(dropped(a.value, i), out + i, part);
        });
    });
}

template <typename Of, typename E>
ActivationKernels<E> kernelsOf() {
    return {forward<Of, E>, addForward<Of, E>, backward<Of, E>};
}
template <typename E>
ActivationKernels<E> choose(Activation activation) {
    return activation == Activation::Gelu ? kernelsOf<GeluOf, E>() : kernelsOf<IdentityOf, E>();
}

ActivationKernels<float> onFloats(Activation activation) { return choose<float>(activation); }
ActivationKernels<Bfloat16> onBfloat16s(Activation activation) { return choose<Bfloat16>(activation); }

}  // namespace vit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit::kernels {

HWY_EXPORT(onFloats);
HWY_EXPORT(onBfloat16s);

template <>
ActivationKernels<float> activationKernels(Activation activation) {
    return HWY_DYNAMIC_DISPATCH(onFloats)(activation);
}
template <>
ActivationKernels<Bfloat16> activationKernels(Activation activation) {
    return HWY_DYNAMIC_DISPATCH(onBfloat16s)(activation);
}

}  // namespace vit::kernels
#endif
