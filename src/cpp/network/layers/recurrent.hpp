// A recurrent layer of any cell.
#pragma once

#include <algorithm>

#include "layer.hpp"

namespace fastlstm {

struct RecurrentOptions {
    Cell cell = Cell::lstm;
    Index units = 1;
    Activation activation = Activation::tanh, recurrent_activation = Activation::sigmoid;
    bool use_bias = true, return_sequences = false, go_backwards = false, stateful = false,
         zero_output_for_mask = false;
    double dropout = 0, recurrent_dropout = 0;
    double zoneout[most_states] = {0, 0};  // of h, and of c
    double clip = 0;                       // not positive: none
    std::uint64_t seed = 0;
};

template <class T>
class RecurrentLayer final : public Layer<T> {
public:
    RecurrentLayer(const RecurrentOptions& options, const CellShape& shape, Index features)
        : Layer<T>(features, options.units, true, options.return_sequences), options_(options), shape_(shape) {
        const Index units = options.units;
        add("kernel", {features, shape.kernel_gates * units}, kernel_);
        if (shape.recurrent_gates > 0) add("recurrent_kernel", {units, shape.recurrent_gates * units}, recurrent_);
        const Index columns = shape.kernel_gates * units;
        if (options.use_bias)
            add("bias",
                shape.bias_rows > 1 ? std::vector<Index>{shape.bias_rows, columns} : std::vector<Index>{columns},
                bias_);
        if (shape.unit_weights > 0) add("peephole", {shape.unit_weights, units}, unit_weights_);
        this->state_size = shape.states * units;
    }

    bool stateful() const override { return options_.stateful; }
    bool works_step_by_step() const override { return !options_.go_backwards; }

    double work(Index steps) const override {
        // An activation costs about as much as 30 operations of a product.
        const double units = static_cast<double>(options_.units);
        const double kernel = static_cast<double>(shape_.kernel_gates * this->features);
        const double recurrent = static_cast<double>(shape_.recurrent_gates) * units;
        return static_cast<double>(steps) * units *
               (2 * (kernel + recurrent) + 30 * static_cast<double>(shape_.kernel_gates));
    }

    CrewTerms crew_terms(const Kernels<T>& kernels) const override {
        const double weights = static_cast<double>(
            options_.units * (shape_.kernel_gates * this->features + shape_.recurrent_gates * options_.units));
        return {blocks_of(options_.units, kernels.lanes), 2 * weights, weights * sizeof(T)};
    }

    Index packed_size(const Kernels<T>& kernels) const override {
        return cell_in(kernels).packed_size(this->features, options_.units);
    }

    void pack(const Memory<T>& memory, const Team& team) const override {
        cell_in(*memory.kernels)
            .pack(weights_in(memory.parameters), this->packed(memory), this->gives_dx, team.rank(), team.size());
    }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                 Mode mode) const override;

private:
    struct RecurrentRun;

    const CellKernels<T>& cell_in(const Kernels<T>& kernels) const {
        return kernels.cells[static_cast<int>(options_.cell)];
    }

    void add(const char* name, std::vector<Index> shape, Index& place) {
        place = static_cast<Index>(this->weights.size());
        this->weights.push_back({name, std::move(shape), true});
    }

    RecurrentWeights<T> weights_in(T* buffer) const {
        const auto at = [&](Index place) {
            return place < 0 || !buffer ? nullptr : buffer + this->weights[static_cast<std::size_t>(place)].offset;
        };
        return {this->features, options_.units, at(kernel_), at(recurrent_), at(bias_), at(unit_weights_)};
    }

    RecurrentOptions options_;
    const CellShape shape_;
    Index kernel_ = -1, recurrent_ = -1, bias_ = -1, unit_weights_ = -1;  // places among the weights
};

template <class T>
struct RecurrentLayer<T>::RecurrentRun final : Run<T> {
    const RecurrentLayer& layer;
    const RecurrentOptions& options;
    const Kernels<T>& kernels;
    const CellKernels<T>& cell;
    const CellShape& shape;
    RecurrentPass<T> pass{};
    Sequence<T> dropped{};  // x under dropout
    T *fed = nullptr, *fed_mask = nullptr, *zoneout_drawn[most_states] = {};
    // With a mask, what is given out may differ from h: zeros where there was no valid step yet, or for every step that
    // does not count.
    Sequence<T> shown{};
    Arena<unsigned char> flags;
    Sequence<unsigned char> is_shown{};

    RecurrentRun(const RecurrentLayer& layer, const Kernels<T>& kernels)
        : layer(layer), options(layer.options_), kernels(kernels), cell(layer.cell_in(kernels)), shape(layer.shape_) {}

    Sequence<const T> output() const override {
        if (shows()) return {shown.data, shown.row, options.return_sequences ? shown.step : 0};
        if (options.return_sequences) return {pass.h.data + pass.h.step, pass.h.row, pass.h.step};
        return {pass.h.data + pass.steps % pass.h_slots * pass.h.step, pass.h.row, 0};
    }

    Mask output_mask() const override {
        if (!options.return_sequences) return {};
        return options.go_backwards && this->mask.data ? reversed(this->mask, pass.steps) : this->mask;
    }

    void forward(Range all, const Team& crew) override {
        begin_forward(crew.share(all));
        crew.barrier();
        cell.forward(bound(), all, {0, pass.steps}, crew_of(crew));
        crew.barrier();
        end_forward(crew.share(all));
    }
    void backward(Range all, const Team& crew) override {
        begin_backward(crew.share(all));
        crew.barrier();
        cell.backward(bound(), all, {0, pass.steps}, crew_of(crew));
        crew.barrier();
        end_backward(crew.share(all));
    }

    Index pieces() const override {
        return shows() || dropping() || options.go_backwards ? 0 : (pass.steps + steps_of_piece - 1) / steps_of_piece;
    }
    void begin_forward(Range rows) override {
        const RecurrentPass<T> now = bound();
        put_states(now.initial ? this->call->initial_state : nullptr, rows,
                   [this](Index n, Index s) { return state(0, n, s); });
        if (dropping()) kernels.dropout(dropout_of_x(this->x, dropped), rows);
        if (now.fed) {
            DropoutPass<T> mask = drawn(options.recurrent_dropout, 1, 1, {fed_mask, pass.h.row, 0});
            kernels.dropout(mask, rows);
        }
        for (int s = 0; s < most_states; ++s)
            if (now.zoneout_drawn[s]) {
                DropoutPass<T> kept = drawn(options.zoneout[s], pass.steps, 2 + s,
                                            {zoneout_drawn[s], pass.h.row, pass.rows * pass.h.row});
                kept.drawn = 1;  // of the previous state, with this probability
                kept.other = 0;
                kernels.dropout(kept, rows);
            }
    }
    void forward_piece(Range rows, Index piece) override { cell.forward(bound(), rows, steps_of(piece), alone); }
    void end_forward(Range rows) override {
        if (shows()) show(bound(), rows);
        if (takes_states() && this->call->final_state)
            get_states(this->call->final_state, rows, [this](Index n, Index s) { return state(pass.steps, n, s); });
    }

    void begin_backward(Range rows) override {
        put_states(takes_states() ? this->call->d_final_state : nullptr, rows,
                   [this](Index n, Index s) { return d_state(n, s); });
        for (Index n = rows.begin; n < rows.end; ++n) {
            if (drops_h()) std::fill_n(pass.dfed + n * pass.h.row, pass.h.row, T(0));
            if (pass.steps == 0 && !options.return_sequences)
                for (Index i = 0; i < options.units; ++i) d_state(n, 0)[i] += place(this->dy, 0, n)[i];
        }
    }
    void backward_piece(Range rows, Index piece) override { cell.backward(bound(), rows, steps_of(piece), alone); }
    void end_backward(Range rows) override {
        if (dropping() && this->dx.data) kernels.dropout(dropout_of_x(read_only(this->dx), this->dx), rows);
        if (bound().wants_d_initial)
            get_states(this->call->d_initial_state, rows, [this](Index n, Index s) { return d_state(n, s); });
    }

    Index gradient_tiles() const override { return pass.gradients.kernel ? cell.gradient_tiles(bound()) : 0; }
    void gradients(Range tiles) override { cell.gradients(bound(), tiles); }

private:
    static constexpr Crew alone{0, 1, nullptr, nullptr};
    static Crew crew_of(const Team& team) {
        return {team.rank(), team.size(), [](const void* members) { static_cast<const Team*>(members)->barrier(); },
                &team};
    }
    bool dropping() const { return this->call->draws && options.dropout > 0; }
    bool takes_states() const { return options.stateful || !this->call->only_stateful; }
    bool begins_with_states() const { return takes_states() && this->call->initial_state; }
    bool shows() const { return is_shown.data != nullptr; }
    bool drops_h() const { return this->call->draws && options.recurrent_dropout > 0; }
    Range steps_of(Index piece) const {
        return {piece * steps_of_piece, std::min((piece + 1) * steps_of_piece, pass.steps)};
    }
    // Multipliers for every unit of each of the steps, drawn for one of the layer's purposes.
    DropoutPass<T> drawn(double rate, Index steps, int purpose, Sequence<T> to) const {
        DropoutPass<T> pass = dropout_pass<T>(*this->call, rate, {}, to);
        pass.steps = steps;
        pass.features = options.units;
        pass.key = draw_key(options.seed, this->call->draw, layer.number, static_cast<std::uint64_t>(purpose));
        return pass;
    }
    DropoutPass<T> dropout_of_x(Sequence<const T> from, Sequence<T> to) const {
        DropoutPass<T> pass = drawn(options.dropout, this->pass.steps, 0, to);
        pass.features = layer.features;
        pass.per_step = false;
        pass.x = from;
        return pass;
    }

    RecurrentPass<T> bound() const {
        RecurrentPass<T> now = pass;
        now.initial = begins_with_states();
        now.wants_d_initial = takes_states() && this->call->d_initial_state;
        now.x = dropping() ? read_only(dropped) : this->x;
        now.dx = this->dx;
        now.dy = this->dy;
        now.mask = this->mask;
        if (options.go_backwards) {
            now.x = reversed(now.x, pass.steps);
            now.dx = reversed(now.dx, pass.steps);
            if (now.mask.data) now.mask = reversed(now.mask, pass.steps);
        }
        if (!options.return_sequences) now.dy.step = 0;
        if (shows()) now.dy_mask = {is_shown.data, is_shown.row, options.return_sequences ? is_shown.step : 0};
        now.fed = drops_h() ? fed : nullptr;
        now.fed_mask = fed_mask;
        for (int s = 0; s < most_states; ++s) {
            now.zoneout = now.zoneout || options.zoneout[s] > 0;
            now.zoneout_rate[s] = options.zoneout[s];
            now.zoneout_drawn[s] = this->call->draws ? zoneout_drawn[s] : nullptr;
        }
        return now;
    }

    // Rows of states, or of their gradients, from the call's array into buffers of padded rows; zeros without an array.
    template <class Place>
    void put_states(const T* given, Range rows, const Place& to) const {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index s = 0; s < shape.states; ++s) {
                std::fill_n(to(n, s), pass.h.row, T(0));
                if (given) std::copy_n(given + place_in_call(n, s), options.units, to(n, s));
            }
    }
    // And back.
    template <class Place>
    void get_states(T* to, Range rows, const Place& from) const {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index s = 0; s < shape.states; ++s) std::copy_n(from(n, s), options.units, to + place_in_call(n, s));
    }
    Index place_in_call(Index n, Index s) const {
        return n * this->call->state_size + layer.state_offset + s * options.units;
    }

    T* d_state(Index n, Index s) const {
        return s == 0 ? pass.dh + n * pass.h.row : pass.dstates + (n * (shape.states - 1) + s - 1) * pass.h.row;
    }
    T* state(Index slot, Index n, Index s) const {
        if (s == 0) return pass.h.data + slot % pass.h_slots * pass.h.step + n * pass.h.row;
        return pass.states + ((slot % pass.state_slots * pass.rows + n) * (shape.states - 1) + s - 1) * pass.h.row;
    }

    void show(const RecurrentPass<T>& now, Range rows) const {
        for (Index n = rows.begin; n < rows.end; ++n) {
            bool seen = pass.steps == 0 || this->call->continues;
            for (Index t = 0; t < pass.steps; ++t) {
                const bool valid = *place(now.mask, t, n);
                seen = seen || valid;
                if (!options.return_sequences) continue;
                *place(is_shown, t, n) = options.zero_output_for_mask ? valid : seen;
                show_row(t, n, t);
            }
            if (options.return_sequences) continue;
            *place(is_shown, 0, n) = seen;
            show_row(pass.steps - 1, n, 0);
        }
    }

    void show_row(Index t, Index n, Index to_step) const {
        T* to = place(shown, to_step, n);
        const T* from = state(t + 1, n, 0);
        if (*place(is_shown, to_step, n))
            std::copy(from, from + pass.h.row, to);
        else
            std::fill(to, to + pass.h.row, T(0));
    }
};

template <class T>
std::unique_ptr<Run<T>> RecurrentLayer<T>::bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                Mode mode) const {
    auto run = std::make_unique<RecurrentRun>(*this, *memory.kernels);
    RecurrentPass<T>& pass = run->pass;
    const CellShape& shape = shape_;
    const Index lanes = memory.kernels->lanes, rows = extent.rows, steps = extent.steps;
    const bool training = mode == Mode::training, sequences = options_.return_sequences;
    pass.rows = rows;
    pass.steps = steps;
    pass.features = this->features;
    pass.units = options_.units;
    pass.activation = options_.activation;
    pass.recurrent_activation = options_.recurrent_activation;
    pass.clip = options_.clip;
    pass.training = training;
    pass.packed = this->packed(memory);

    pass.h_slots = training || sequences ? steps + 1 : std::min<Index>(steps + 1, 2);
    pass.h = make_sequence(arena, rows, pass.h_slots, options_.units, lanes);
    const Index row = pass.h.row;
    pass.state_slots = training ? steps + 1 : 1;
    pass.states = arena.take(pass.state_slots * rows * (shape.states - 1) * row);
    // The products with x of several steps at once make tiles of their own height, and go through the kernel once: for
    // cells whose gates do not see h, and where rows are too few for a tile and the kernel is not small beside it.
    constexpr Index few_rows = 3, large_input = 16;
    const bool feeds = shape.recurrent_gates == 0 || (rows <= few_rows && this->features >= large_input);
    pass.x_chunk = feeds ? std::min(steps, steps_of_piece) : 0;
    pass.gate_slots = std::max<Index>(training ? steps : pass.x_chunk, 1);
    if (training || feeds || shape.operands > 0) {
        pass.gates = arena.take(pass.gate_slots * rows * shape.columns * row);
        pass.operand = arena.take(pass.gate_slots * rows * shape.operands * row);
    }
    if (options_.dropout > 0) run->dropped = make_sequence(arena, rows, steps, this->features, lanes);
    if (options_.recurrent_dropout > 0) {
        run->fed = arena.take(pass.h_slots * rows * row);
        run->fed_mask = arena.take(rows * row);
    }
    for (int s = 0; s < most_states; ++s)
        if (options_.zoneout[s] > 0) run->zoneout_drawn[s] = arena.take(steps * rows * row);
    if (extent.masked) {
        const Index shown_steps = sequences ? steps : 1;
        run->shown = make_sequence(arena, rows, shown_steps, options_.units, lanes);
        run->is_shown = {run->flags.take(shown_steps * rows), 1, rows};
    }
    if (training) {
        pass.kept = arena.take(steps * rows * shape.kept * row);
        pass.dh = arena.take(rows * row);
        pass.dstates = arena.take(rows * (shape.states - 1) * row);
        if (options_.recurrent_dropout > 0) pass.dfed = arena.take(rows * row);
        pass.doperand = arena.take(rows * shape.operands * row);
        pass.dy_begin = sequences ? 0 : steps - 1;
        pass.gradients = weights_in(this->weights.front().trainable ? memory.gradients : nullptr);
    }
    return run;
}

}  // namespace fastlstm
