// Every constant that was chosen by measuring. Plain constants only: this file is compiled with every instruction set's
// flags. None of them changes results, except those marked "order", which fix the order of a sum.
//
// "Zen 4" below is the machine of docs/performance.md: two cores of an AMD EPYC with AVX-512, 32 KB of first and 1 MB
// of second cache each. (H, N, T) are units, rows and steps. Constants without a figure have no recorded measurement.
#pragma once

namespace fastlstm::tuning {

// --- Product tiles (engine/products.hpp)

// Rows of a tile at most. More rows reuse each weight more often; more than six need more accumulators than there are
// registers (four gates take 24 of the 32 of AVX-512) and more code.
constexpr int most_tile_rows = 6;
// Vectors of columns of a tile: many where there are only a row or two, so that enough sums are in flight to hide the
// latency of a multiply-add, fewer where rows do that. For N 1 other shapes changed nothing or were slower (Zen 4).
constexpr int tile_columns = 4, tile_columns_of_few_rows = 8;
// Independent sums of the benchmark of the machine's multiply-add rate: enough to hide the latency.
constexpr int benchmark_sums = 12;

// --- Recurrent layers

// Steps whose products with x are computed together, and steps of a layer between two barriers of layer pipelining.
// Longer chunks reuse the kernel more and need fewer barriers; shorter ones need less memory, and let the layers of a
// pipeline start earlier. Two LSTM layers (32, 1, 200) are 1.3 to 1.5 times as fast on two threads as on one.
constexpr int steps_per_chunk = 16;
// Products with x are computed a chunk at a time where a step has too few rows for a tile of its own height, and the
// kernel is not small beside the recurrent kernel. Otherwise they are part of each step's tile.
constexpr int few_rows = 3, large_input = 16;
// Samples (rows times steps) of a chunk of the weight gradients, whose gate gradients of one unit block should stay in
// the second cache while all tiles of that block read them. Introduced together with the layout of gates by unit block:
// a train step at H 512 took half the time.
constexpr int gradient_chunk_samples = 768;

// --- Attention

// Scores of a tile of query steps, which go through softmax and the product with the values while they are in the
// first cache.
constexpr int attention_tile = 1 << 12;

// --- Elementwise kernels and optimizers

// Order: independent sums of a sum of squares, which the compiler keeps in vectors.
constexpr int square_sums = 8;
// Order: elements of a chunk of the parameters, of which one thread sums the squares or the penalty. Small enough to
// share, large enough that a sum costs little.
constexpr int parameter_chunk = 4096;
// Rows of a product of an optimizer's matrices that are computed together, their sums in registers.
constexpr int product_rows = 8;
// Order: rows of a chunk of a batch that is normalized, which has sums of its own. Enough chunks for all threads, few
// enough that adding their sums costs little.
constexpr int rows_per_chunk = 8;
// Side of the blocks in which strided weights are copied: few cache lines at a time whichever stride is large.
constexpr int copy_block = 16;

// --- Cost model, in floating-point operations

// An activation takes as long as this many operations of a product. Zen 4: 10 to 13 cycles for 16 numbers.
constexpr double operations_per_activation = 30;
// One element of an elementwise layer, and how many times that an activation layer and a layer normalization take.
constexpr double operations_per_element = 4, activation_layer_factor = 8, layer_normalization_factor = 4;
// The same for a batch normalization, and for normal random numbers.
constexpr double batch_normalization_factor = 3, normal_numbers_factor = 12;
// One output of a dense layer, in addition to its product.
constexpr double operations_per_dense_output = 4;
// One parameter in an optimizer's update.
constexpr double operations_per_update = 16;
// A train step takes about three forward passes, one for each section between two of its barriers.
constexpr double forward_passes_per_step = 3;

// --- How threads share work (network/planner.cpp, threads/teams.cpp)

// A thread is worth waking for this much work of a call.
constexpr double work_per_thread = 2e6;
// Work between two barriers that is worth two threads. Below it a thread waits longer than it helps: after each train
// step the weights that the optimizer has changed move between the cores' caches.
constexpr double work_for_two_threads = 4e5;
// The same for each thread of a unit-parallel team: of a forward pass, and between two barriers. A team's threads find
// their share of the weights in their own caches, so less work is enough. Two cores: GRU (64, 1, 500) 705 to 531 us.
constexpr double unit_team_work = 3e5, unit_team_step = 1.5e4;
// Bytes of weights of one step of a layer. Beyond the first cache, loads bound a step and not arithmetic; beyond the
// second, each thread had better keep a part of the weights.
constexpr double first_cache = 1 << 15, second_cache = 1 << 20;
// Weights up to here come out of a core's second cache as fast as they are needed, so that each core may go through all
// of them: layers may be pipelined, and a few rows make two groups.
constexpr double light_weights = 1 << 17;

// --- Groups of rows of a training batch, each with its own buffers and gradients

// More groups let each core sum the gradients of what it has itself written; fewer make higher tiles and fewer copies
// of the gradients. Two cores, LSTM (32, 32, 20): a train step took 107 us with groups, 135 without.
constexpr int rows_per_group = 16;  // about three product tiles
// Rows from which on there are two groups, and the same where weights are light and a forward pass is worth two
// threads. Two cores: (64, 7, 50) 289 to 247 us, (64, 4, 50) 213 to 152 us.
constexpr int rows_of_two_groups = 8, rows_of_two_light_groups = 4;
// Groups at most, and elements of all their copies of the gradients: networks of more than half a million weights have
// one group, since the copies would cost more than they save.
constexpr int most_groups = 8, most_gradient_elements = 1 << 20;

// --- Workspaces

// Rows of a block of a prediction, whose buffers should stay in the second cache.
constexpr int rows_per_block = 48;
// Idle workspaces: for two calls at once by all threads, and some. Idle training batches: an epoch has one size of
// batch, and perhaps another for its last one.
constexpr int idle_workspaces = 6, idle_workspaces_per_thread = 2, idle_batches = 3;

// --- Waiting threads (threads/teams.cpp)

// Spinning pauses, then yields, then naps. Spinning is the fastest but takes the core from others. Pauses: about two
// microseconds. Yields: some milliseconds, since naps are coarse and a step is short.
constexpr int spin_pauses = 64, yields = 5000, nap_microseconds = 50;
// How long a worker stays awake after a job. Waking a thread takes some 50 us.
constexpr int awake_microseconds = 200;
// A yield that takes this long gave the core to another program for a time slice.
constexpr int slice_microseconds = 500;
// After losing a slice, work goes on with one thread: at first for a short time, since most such moments are single
// ones (300 ms cost as much as a crowd), then for twice as long each time that a new attempt fails at once.
constexpr int shortest_retreat_milliseconds = 5, longest_retreat_milliseconds = 320;

}  // namespace fastlstm::tuning
