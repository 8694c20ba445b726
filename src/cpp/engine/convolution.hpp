// Convolution over steps, as products of windows of x with a kernel of taps by features. A sum's terms come in the
// order of the taps, and of the features of each.
#pragma once

#include "weight_gradients.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Steps of an output, by whether all of their taps lie in the input.
struct Interior {
    Index begin, end;  // of the steps that have all

    Interior(const Windows& windows, Index steps, Index output_steps) {
        const auto has_all = [&](Index t) {
            const Range taps = windows.taps_in(t, steps);
            return taps.begin == 0 && taps.end == windows.taps;
        };
        begin = 0;
        while (begin < output_steps && !has_all(begin)) ++begin;
        end = output_steps;
        while (end > begin && !has_all(end - 1)) --end;
    }
};

// Calls visit(step, row, count, along_steps) for tiles of outputs: `count` steps of a row, or rows of a step, whichever
// there are more of. Steps outside of the interior differ in their taps, so that only rows go together.
template <class Visit>
FASTLSTM_INLINE void for_each_line(const Interior& interior, Index output_steps, Range rows, const Visit& visit) {
    const Index count = rows.end - rows.begin;
    const bool along_steps = interior.end - interior.begin > count;
    for (Index t = 0; t < output_steps; ++t)
        if (!along_steps || t < interior.begin || t >= interior.end) visit(t, rows.begin, count, false);
    for (Index n = rows.begin; along_steps && n < rows.end; ++n)
        visit(interior.begin, n, interior.end - interior.begin, true);
}

// Where a window's features lie side by side, and no window leaves the input, its taps are as good as features of one.
template <class T>
ConvolutionArgs<T> with_joined_taps(const ConvolutionArgs<T>& args) {
    const Windows& windows = args.windows;
    const Index last = (args.output_steps - 1) * windows.stride + (windows.taps - 1) * windows.dilation;
    if (windows.dilation * args.x.step != args.features || windows.before != 0 || last >= args.steps) return args;
    ConvolutionArgs<T> joined = args;
    joined.features *= windows.taps;
    joined.windows.taps = 1;
    return joined;
}

template <class T>
void convolve(const ConvolutionArgs<T>& given, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const ConvolutionArgs<T> args = with_joined_taps(given);
    const Windows& windows = args.windows;
    const Index panel_step = windows.taps * args.features * L;
    const Interior interior(windows, args.steps, args.output_steps);
    for_each_line(interior, args.output_steps, rows, [&](Index t, Index n, Index count, bool along_steps) {
        const Range taps = windows.taps_in(t, args.steps);
        const T* first = element(args.x, windows.first(t) + taps.begin * windows.dilation, n, 0);
        const Operand<T> x{first,
                           along_steps ? windows.stride * args.x.step : args.x.row,
                           args.kernel + taps.begin * args.features * L,
                           panel_step,
                           args.features,
                           taps.end - taps.begin,
                           windows.dilation * args.x.step};
        T* y = element(args.y, t, n, 0);
        const Index y_row = along_steps ? args.y.step : args.y.row;
        for_each_tile<T, 1>({0, count}, {0, blocks_of<T>(args.units)}, false,
                            [&](Range tile, Index panel, Index panels) {
                                product_tile_of<T, 1>(static_cast<int>(tile.end - tile.begin), panels)(
                                    x.from(tile.begin, panel), no_operand<T>,
                                    {args.bias + panel * L, 0, L, y + tile.begin * y_row + panel * L, y_row, L});
                            });
    });
}

// A step of x is in windows whose taps have a step of dy each: with a stride of 1 these lie at equal distances, and
// make one product; otherwise each has one of its own.
template <class T>
void convolve_backward(const ConvolutionArgs<T>& args, Range rows) {
    if (!args.dx.data) return;
    constexpr Index L = Simd<T>::lanes;
    const Windows& windows = args.windows;
    const Index panel_step = windows.taps * args.units * L;
    const Range panels{0, blocks_of<T>(args.features)};
    const auto product = [&](Index t, Index n, Index count, bool along_steps, Range taps, bool add) {
        const Index step = (t + windows.before - taps.begin * windows.dilation) / windows.stride;
        const Operand<T> dy{element(args.dy, step, n, 0),
                            along_steps ? args.dy.step : args.dy.row,
                            args.kernel_transposed + taps.begin * args.units * L,
                            panel_step,
                            args.units,
                            taps.end - taps.begin,
                            -windows.dilation * args.dy.step};
        multiply<T>(dy, no_operand<T>, {0, count}, panels, false, element(args.dx, t, n, 0),
                    along_steps ? args.dx.step : args.dx.row, add);
    };
    if (windows.stride == 1) {
        // The taps in reversed order are windows of dy.
        const Windows reversed{windows.taps, 1, windows.dilation,
                               (windows.taps - 1) * windows.dilation - windows.before};
        const Interior interior(reversed, args.output_steps, args.steps);
        for_each_line(interior, args.steps, rows, [&](Index t, Index n, Index count, bool along_steps) {
            const Range taps = reversed.taps_in(t, args.output_steps);
            product(t, n, count, along_steps, {windows.taps - taps.end, windows.taps - taps.begin}, false);
        });
        return;
    }
    const Index count = rows.end - rows.begin;
    for (Index t = 0; t < args.steps; ++t) {
        bool any = false;
        for (Index tap = 0; tap < windows.taps; ++tap) {
            const Index at = t + windows.before - tap * windows.dilation;
            if (at < 0 || at % windows.stride != 0 || at / windows.stride >= args.output_steps) continue;
            product(t, rows.begin, count, false, {tap, tap + 1}, any);
            any = true;
        }
        if (!any) product(t, rows.begin, count, false, {0, 0}, false);  // zeros
    }
}

// The kernel is one matrix for each tap, of which tiles are groups of up to four unit blocks by rows; the blocks of the
// bias come last.
template <class T>
struct ConvolutionTiles {
    Index blocks, groups, row_tiles, of_kernel, of_bias;

    explicit ConvolutionTiles(const ConvolutionArgs<T>& args)
        : blocks(blocks_of<T>(args.units)),
          groups((blocks + gradient_columns - 1) / gradient_columns),
          row_tiles(GradientTiling<T, gradient_columns>(args.features, false).row_tiles),
          of_kernel(args.d_kernel ? args.windows.taps * groups * row_tiles : 0),
          of_bias(args.d_bias ? blocks : 0) {}
};

template <class T>
Index convolution_gradient_tiles(const ConvolutionArgs<T>& args) {
    const ConvolutionTiles<T> tiles(with_joined_taps(args));
    return tiles.of_kernel + tiles.of_bias;
}

// Steps of the output whose tap lies in the input.
template <class T>
Range steps_of_tap(const ConvolutionArgs<T>& args, Index tap) {
    const Windows& windows = args.windows;
    const Index offset = tap * windows.dilation - windows.before;  // of the tap from t * stride
    const Index begin = offset < 0 ? (-offset + windows.stride - 1) / windows.stride : 0;
    const Index end = args.steps > offset ? (args.steps - offset + windows.stride - 1) / windows.stride : 0;
    return {least(begin, least(end, args.output_steps)), least(end, args.output_steps)};
}

template <class T, int C>
void convolution_gradient_group(const ConvolutionArgs<T>& args, Index tap, Index first_block, Index i) {
    constexpr Index L = Simd<T>::lanes;
    const Windows& windows = args.windows;
    const Index unit = first_block * L;
    GradientTile<T> columns{nullptr, args.width, L, {}};
    for (int c = 0; c < C; ++c) columns.valid[c] = args.units - unit - c * L;
    const Sequence<const T> x{element(args.x, tap * windows.dilation - windows.before, 0, 0), args.x.row,
                              windows.stride * args.x.step};
    const Sequence<const T> dz{args.dy.data + unit, args.dy.row, args.dy.step};
    GradientTiling<T, C>(args.features, false)
        .run(i, {x, dz, args.rows, steps_of_tap(args, tap), false},
             args.d_kernel + tap * args.features * args.width + unit, columns, nullptr);
}

template <class T>
void convolution_gradients(const ConvolutionArgs<T>& given, Range tiles) {
    constexpr Index L = Simd<T>::lanes;
    const ConvolutionArgs<T> args = with_joined_taps(given);
    const ConvolutionTiles<T> of(args);
    for (Index tile = tiles.begin; tile < tiles.end; ++tile) {
        if (tile >= of.of_kernel) {
            const Index i = (tile - of.of_kernel) * L;
            typename Simd<T>::V sum = {};
            for (Index t = args.output_steps - 1; t >= 0; --t)
                for (Index n = 0; n < args.rows; ++n) sum += load(element(args.dy, t, n, i));
            store(args.d_bias + i, sum, args.units - i);
            continue;
        }
        const Index i = tile % of.row_tiles, group = tile / of.row_tiles % of.groups;
        const Index tap = tile / of.row_tiles / of.groups, block = group * gradient_columns;
        switch (least(gradient_columns, of.blocks - block)) {
            case 1: convolution_gradient_group<T, 1>(args, tap, block, i); break;
            case 2: convolution_gradient_group<T, 2>(args, tap, block, i); break;
            case 3: convolution_gradient_group<T, 3>(args, tap, block, i); break;
            default: convolution_gradient_group<T, 4>(args, tap, block, i); break;
        }
    }
}

// `weights`: where the columns of this group begin in Keras's kernel, (taps, features, width).
template <class T>
void pack_taps_transposed(const ConvolutionArgs<T>& args, const T* weights, T* packed, Range panels) {
    constexpr Index L = Simd<T>::lanes;
    const Index rows = args.windows.taps * args.units;
    for (Index panel = panels.begin; panel < panels.end; ++panel)
        for (Index row = 0; row < rows; ++row)
            for (Index column = 0; column < L; ++column) {
                const Index tap = row / args.units, unit = row % args.units, feature = panel * L + column;
                packed[(panel * rows + row) * L + column] =
                    feature < args.features ? weights[(tap * args.features + feature) * args.width + unit] : T(0);
            }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
