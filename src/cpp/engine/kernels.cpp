// All kernels of one dtype. The build compiles this file for each instruction set and dtype, with FASTLSTM_ISA and
// FASTLSTM_REAL set to their names and the compiler allowed to use the set.
#include "../cells/all.hpp"
#include "activation_kernels.hpp"
#include "attention.hpp"
#include "batch_normalization.hpp"
#include "constraints.hpp"
#include "convolution.hpp"
#include "dense.hpp"
#include "depthwise_convolution.hpp"
#include "dot.hpp"
#include "dropout.hpp"
#include "elementwise.hpp"
#include "embedding.hpp"
#include "group_normalization.hpp"
#include "layer_normalization.hpp"
#include "losses.hpp"
#include "masking.hpp"
#include "matrix_updates.hpp"
#include "merge.hpp"
#include "noise.hpp"
#include "pooling.hpp"
#include "rectifiers.hpp"
#include "recurrent_backward.hpp"
#include "recurrent_forward.hpp"
#include "recurrent_gates.hpp"
#include "recurrent_weight_gradients.hpp"
#include "regularizers.hpp"
#include "table.hpp"
#include "vector_normalization.hpp"
#include "weight_packing.hpp"

#if defined(__FAST_MATH__)
#error "build without -ffast-math: NaN and Inf must survive, and sums have a fixed order"
#endif

namespace fastlstm::FASTLSTM_ISA {
namespace {

using Real = FASTLSTM_REAL;

template <class Cell>
constexpr CellWeights<Real> weights_of() {
    return {{kernel_gates<Cell>(), recurrent_gates<Cell>(), Cell::bias_rows, Cell::unit_weights, Cell::gates,
             Cell::states, Cell::saved, phase_count<Cell> - 1, Cell::visible_gates},
            packed_size<Real, Cell>,
            pack_cell<Real, Cell>,
            recurrent_gradient_tiles<Real, Cell>,
            recurrent_gradients<Real, Cell>};
}

// One entry for each cell, in the order of enum Cell.
#define FASTLSTM_CELL(name, Equations) weights_of<Equations>(),
constexpr CellWeights<Real> weights_of_cells[] = {FASTLSTM_CELLS(FASTLSTM_CELL)};
#undef FASTLSTM_CELL
#define FASTLSTM_CELL(name, Equations) recurrent_forward<Real, Equations>,
constexpr CellPass<Real> forward_of_cells[] = {FASTLSTM_CELLS(FASTLSTM_CELL)};
#undef FASTLSTM_CELL
#define FASTLSTM_CELL(name, Equations) recurrent_backward<Real, Equations>,
constexpr CellPass<Real> backward_of_cells[] = {FASTLSTM_CELLS(FASTLSTM_CELL)};
#undef FASTLSTM_CELL
#define FASTLSTM_CELL(name, Equations) read_gates<Real, Equations>,
constexpr CellGates<Real> gates_of_cells[] = {FASTLSTM_CELLS(FASTLSTM_CELL)};
#undef FASTLSTM_CELL

}  // namespace

constexpr Kernels<Real> FASTLSTM_KERNELS = {
    {weights_of_cells, forward_of_cells, backward_of_cells, gates_of_cells, mask_output<Real>},
    {dense_forward<Real>,
     dense_backward<Real>,
     dense_gradient_tiles<Real>,
     dense_gradients<Real>,
     pack<Real>,
     pack_transposed<Real>,
     convolve<Real>,
     convolve_backward<Real>,
     convolution_gradient_tiles<Real>,
     convolution_gradients<Real>,
     pack_taps_transposed<Real>,
     convolve_depthwise<Real>,
     convolve_depthwise_backward<Real>,
     depthwise_gradients<Real>,
     pool<Real>,
     pool_backward<Real>,
     rectify<Real>,
     rectify_backward<Real>,
     rectifier_gradients<Real>,
     activate<Real>,
     activate_backward<Real>,
     dropout<Real>,
     add_noise<Real>,
     embed<Real>,
     embed_gradients<Real>,
     mask_steps<Real>,
     mask_steps_backward<Real>,
     penalize<Real>,
     merge<Real>,
     merge_backward<Real>,
     attend<Real>,
     attend_backward<Real>,
     attention_gradients<Real>,
     attention_scratch<Real>,
     attention_row_gradients<Real>,
     dot<Real>,
     dot_backward<Real>,
     dot_scratch<Real>,
     unite_masks,
     add<Real>,
     sum_steps<Real>},
    {sum_chunks<Real>, batch_moments<Real>, batch_normalize<Real>, sum_chunk_gradients<Real>, batch_gradients<Real>,
     batch_normalize_backward<Real>, normalize_vectors<Real>, normalize_vectors_backward<Real>,
     vector_normalization_gradients<Real>, normalize_groups<Real>, normalize_groups_backward<Real>,
     group_normalization_gradients<Real>, deviations<Real>, normalize<Real>, normalize_backward<Real>,
     layer_normalize<Real>, layer_normalize_backward<Real>, layer_normalize_gradients<Real>},
    Simd<Real>::lanes,
    loss<Real>,
    {update<Real>, accumulate<Real>, average<Real>, sum_squares<Real>, constrain<Real>, sum_copies<Real>,
     add_scaled<Real>, row_averages<Real>, column_averages<Real>, factored_steps<Real>, matrix_product<Real>,
     transpose<Real>, regularize<Real>},
    multiply_adds<Real>,
    2 * tuning::benchmark_sums* Simd<Real>::lanes};

}  // namespace fastlstm::FASTLSTM_ISA
