// A recurrent layer of any cell.
#pragma once

#include <algorithm>
#include <cmath>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct RecurrentOptions {
    Cell cell = Cell::count;
    Index units = 0;
    Activation activation = Activation::tanh, recurrent_activation = Activation::sigmoid;
    bool use_bias = true, return_sequences = false, return_state = false, go_backwards = false, stateful = false,
         zero_output_for_mask = false;
    double dropout = 0, recurrent_dropout = 0;
    double zoneout[most_states] = {0, 0};  // of h, and of c
    double clip = 0;                       // 0: none
    Index segments = 1;                    // of the steps, in training; 0: about the square root of their number
    std::uint64_t seed = 0;

    void read(OptionReader& reader) {
        reader.choice("cell", cell, cell_names);
        reader.size("units", units);
        read_elementwise(reader, "activation", activation);
        read_elementwise(reader, "recurrent_activation", recurrent_activation);
        reader.flag("use_bias", use_bias);
        reader.flag("return_sequences", return_sequences);
        reader.flag("return_state", return_state);
        reader.flag("go_backwards", go_backwards);
        reader.flag("stateful", stateful);
        reader.flag("zero_output_for_mask", zero_output_for_mask);
        reader.number("dropout", dropout, 0, 1);
        reader.number("recurrent_dropout", recurrent_dropout, 0, 1);
        reader.number("zoneout", zoneout[0], 0, 1);
        reader.number("zoneout_cell", zoneout[1], 0, 1);
        reader.number("clip", clip, std::numeric_limits<float>::min(), infinity);
        reader.size("segments", segments, 0);
        reader.seed("seed", seed);
    }

private:
    static void read_elementwise(OptionReader& reader, const char* name, Activation& activation) {
        reader.choice(name, activation, activation_names);
        if (!is_elementwise(activation))
            throw std::invalid_argument(std::string(name) + ": expected an elementwise activation, got '" +
                                        name_of(activation_names, activation) + "'");
    }
};

// Its inputs are a sequence and, optionally, the initial states; its outputs are h and, if wanted, the final states.
template <class T>
class RecurrentLayer final : public Layer<T> {
public:
    using Options = RecurrentOptions;

    RecurrentLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {options.units, options.return_sequences}),
          options_(options),
          shape_(cell_in(context.kernels).shape),
          takes_initial_states_(context.inputs.size() > 1) {
        const CellShape& shape = shape_;
        if (options.zoneout[1] > 0 && shape.states < 2)
            throw std::invalid_argument("zoneout_cell: expected a cell with a cell state");
        if (options.recurrent_dropout > 0 && shape.recurrent_gates == 0)
            throw std::invalid_argument("recurrent_dropout: expected a cell whose gates see h");
        const Index features = this->features, units = options.units;
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

    Index states() const { return shape_.states; }
    std::vector<StepRecordShape> step_record_shapes() const override {
        return {{options_.units, shape_.states, shape_.visible_gates}};
    }
    std::size_t input_count() const override {
        return 1 + static_cast<std::size_t>(takes_initial_states_ ? shape_.states : 0);
    }
    StepShape input_shape(std::size_t input) const override {
        return input == 0 ? StepShape{this->features, true} : StepShape{options_.units, false};
    }
    bool takes_equal_steps() const override { return false; }
    std::size_t output_count() const override {
        return 1 + static_cast<std::size_t>(options_.return_state ? shape_.states : 0);
    }
    StepShape output_shape(std::size_t output) const override {
        return {options_.units, output == 0 && options_.return_sequences};
    }
    Index output_steps_of(std::size_t output, const std::vector<Index>& input_steps) const override {
        return output == 0 ? this->output_steps(input_steps.front()) : 1;
    }
    bool stateful() const override { return options_.stateful; }
    bool works_step_by_step() const override { return !options_.go_backwards && !takes_initial_states_; }
    bool couples_rows_of_group() const override { return options_.segments != 1; }

    double work(Index steps) const override {
        const double units = static_cast<double>(options_.units);
        const double kernel = static_cast<double>(shape_.kernel_gates * this->features);
        const double recurrent = static_cast<double>(shape_.recurrent_gates) * units;
        return static_cast<double>(steps) * units *
               (2 * (kernel + recurrent) +
                tuning::operations_per_activation * static_cast<double>(shape_.kernel_gates));
    }

    UnitParallelism unit_parallelism(const Kernels<T>& kernels) const override {
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

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override;

private:
    struct RecurrentWorkspace;

    // Steps of each segment in training; 0 where all are kept.
    Index steps_of_segments(Index steps) const {
        Index segments = std::min(options_.segments, steps);
        if (options_.segments == 0) segments = static_cast<Index>(std::sqrt(static_cast<double>(steps)));
        return segments > 1 ? (steps + segments - 1) / segments : 0;
    }

    const CellWeights<T>& cell_in(const Kernels<T>& kernels) const {
        return kernels.cell_weights[static_cast<int>(options_.cell)];
    }

    void add(const char* name, std::vector<Index> shape, Index& index) {
        index = static_cast<Index>(this->weights.size());
        this->weights.push_back({name, std::move(shape), true});
    }

    RecurrentWeights<T> weights_in(T* buffer) const {
        const auto at = [&](Index index) {
            return index < 0 || !buffer ? nullptr : buffer + this->weights[static_cast<std::size_t>(index)].offset;
        };
        return {this->features, options_.units, at(kernel_), at(recurrent_), at(bias_), at(unit_weights_)};
    }

    RecurrentOptions options_;
    const CellShape shape_;
    const bool takes_initial_states_;
    Index kernel_ = -1, recurrent_ = -1, bias_ = -1, unit_weights_ = -1;  // indices into the weights
};

template <class T>
struct RecurrentLayer<T>::RecurrentWorkspace final : LayerWorkspace<T>, StepRecord<T> {
    const RecurrentLayer& layer;
    const RecurrentOptions& options;
    const Kernels<T>& kernels;
    const CellWeights<T>& cell;
    const CellPass<T> cell_forward, cell_backward;
    const CellShape& shape;
    RecurrentArgs<T> args{};
    // Where other layers give the initial states or take the final ones, and their gradients.
    Sequence<const T> initial_states[most_states] = {}, d_final_states[most_states] = {};
    Sequence<T> d_initial_states[most_states] = {};
    Sequence<T> dropped_x{};  // x under dropout
    T *dropped_h = nullptr, *recurrent_mask = nullptr, *zoneout_mask[most_states] = {};
    // With a mask, the output may differ from h: zeros before the first valid step, or at every masked step.
    Sequence<T> masked_output{};
    Arena<unsigned char> flags;
    Sequence<unsigned char> output_valid{};
    Buffer<T> state_gradients;  // of every step, once somebody wants to see them
    // Training in segments of so many steps, 0 for all at once. Buffers hold one segment; `boundaries` has the states
    // before each segment and after the last one, [segments + 1][N][states][B][V], from which the backward pass
    // computes a segment again (Chen et al. 2016).
    Index segment_steps = 0;
    T* boundaries = nullptr;

    RecurrentWorkspace(const RecurrentLayer& layer, const Kernels<T>& kernels)
        : layer(layer),
          options(layer.options_),
          kernels(kernels),
          cell(layer.cell_in(kernels)),
          cell_forward(kernels.cell_forward[static_cast<int>(options.cell)]),
          cell_backward(kernels.cell_backward[static_cast<int>(options.cell)]),
          shape(layer.shape_) {}

    void connect(const Output<T>* inputs, const Call<T>& shared) override {
        LayerWorkspace<T>::connect(inputs, shared);
        for (std::size_t i = 1; i < layer.input_count(); ++i) initial_states[i - 1] = inputs[i].values;
    }
    void set_dx(std::size_t input, Sequence<T> to) override {
        (input == 0 ? this->dx : d_initial_states[input - 1]) = to;
    }
    void set_dy(std::size_t output, Sequence<const T> from) override {
        (output == 0 ? this->dy : d_final_states[output - 1]) = from;
    }
    Sequence<const T> output() const override {
        if (masks_output())
            return {masked_output.data, masked_output.row, options.return_sequences ? masked_output.step : 0};
        return h_of_outputs();
    }
    Sequence<const T> further_output(std::size_t output) const override {
        const auto s = static_cast<Index>(output) - 1;
        return {state(args.steps, 0, s), state(args.steps, 1, s) - state(args.steps, 0, s), 0};
    }

    Mask output_mask() const override {
        if (!options.return_sequences) return {};
        return options.go_backwards && this->mask.data ? reversed(this->mask, args.steps) : this->mask;
    }

    void forward(Range all, const Team& unit_team) override {
        begin_forward(unit_team.share(all));
        unit_team.barrier();
        if (segment_steps == 0) cell_forward(args_of_call(), all, {0, args.steps}, unit_team_of(unit_team));
        for (Index segment = 0; segment < segment_count(); ++segment) {
            run_segment(segment, all, unit_team);
            keep_boundary(segment + 1, unit_team.share(all));
            unit_team.barrier();
        }
        unit_team.barrier();
        end_forward(unit_team.share(all));
    }
    void backward(Range all, const Team& unit_team) override {
        begin_backward(unit_team.share(all));
        unit_team.barrier();
        if (segment_steps == 0) cell_backward(args_of_call(), all, {0, args.steps}, unit_team_of(unit_team));
        for (Index segment = segment_count() - 1; segment >= 0; --segment) {
            run_segment(segment, all, unit_team);
            const RecurrentArgs<T> call_args = args_of_segment(segment);
            cell_backward(call_args, all, steps_of_segment(segment), unit_team_of(unit_team));
            unit_team.barrier();
            if (!args.gradients.kernel) continue;
            cell.gradients(call_args, unit_team.share(cell.gradient_tiles(call_args)), steps_of_segment(segment));
            unit_team.barrier();
        }
        unit_team.barrier();
        end_backward(unit_team.share(all));
    }

    Index chunks() const override {
        return segment_steps > 0 || masks_output() || drops_x() || options.go_backwards
                   ? 0
                   : (args.steps + tuning::steps_per_chunk - 1) / tuning::steps_per_chunk;
    }
    void begin_forward(Range rows) override {
        const RecurrentArgs<T> call_args = args_of_call();
        put_states(begins_with_states() ? this->call->initial_state : nullptr, rows,
                   [this](Index n, Index s) { return state(0, n, s); });
        for (Index s = 0; s < shape.states && initial_states[s].data; ++s)
            for (Index n = rows.begin; n < rows.end; ++n)
                std::copy_n(row_at(initial_states[s], 0, n), options.units, state(0, n, s));
        if (drops_x()) kernels.dropout(dropout_of_x(this->x, dropped_x), rows);
        if (call_args.dropped_h) {
            DropoutArgs<T> mask = random_mask(options.recurrent_dropout, 1, 1, {recurrent_mask, args.h.row, 0});
            kernels.dropout(mask, rows);
        }
        for (int s = 0; s < most_states; ++s)
            if (call_args.zoneout_mask[s]) {
                DropoutArgs<T> zoneout = random_mask(options.zoneout[s], args.steps, 2 + s,
                                                     {zoneout_mask[s], args.h.row, args.rows * args.h.row});
                zoneout.drawn_value = 1;  // of the previous state, with this probability
                zoneout.other_value = 0;
                kernels.dropout(zoneout, rows);
            }
    }
    void forward_chunk(Range rows, Index chunk) override { cell_forward(args_of_call(), rows, steps_of(chunk), alone); }
    void end_forward(Range rows) override {
        if (masks_output()) kernels.mask_output(output_mask_args(), rows);
        if (takes_states() && this->call->final_state)
            get_states(this->call->final_state, rows, [this](Index n, Index s) { return state(args.steps, n, s); });
    }

    void begin_backward(Range rows) override {
        put_states(takes_states() ? this->call->d_final_state : nullptr, rows,
                   [this](Index n, Index s) { return d_state(n, s); });
        for (Index s = 0; s < shape.states && d_final_states[s].data; ++s)
            kernels.add(d_final_states[s], 1, options.units, d_states_of(s), rows);
        if (drops_h())
            for (Index n = rows.begin; n < rows.end; ++n)
                std::fill_n(args.d_dropped_h + n * args.h.row, args.h.row, T(0));
        // Without steps, the output is the initial state.
        if (args.steps == 0 && !options.return_sequences)
            kernels.add(this->dy, 1, options.units, {args.dh, args.h.row, 0}, rows);
    }
    void backward_chunk(Range rows, Index chunk) override {
        cell_backward(args_of_call(), rows, steps_of(chunk), alone);
    }
    void end_backward(Range rows) override {
        if (drops_x() && this->dx.data) kernels.dropout(dropout_of_x(read_only(this->dx), this->dx), rows);
        if (takes_states() && this->call->d_initial_state)
            get_states(this->call->d_initial_state, rows, [this](Index n, Index s) { return d_state(n, s); });
        for (Index s = 0; s < shape.states; ++s)
            for (Index n = rows.begin; d_initial_states[s].data && n < rows.end; ++n)
                std::copy_n(d_state(n, s), options.units, row_at(d_initial_states[s], 0, n));
    }

    Index segment_count() const { return segment_steps > 0 ? (args.steps + segment_steps - 1) / segment_steps : 0; }
    // Those of segments are computed in the backward pass.
    Index gradient_tiles() const override {
        return args.gradients.kernel && segment_steps == 0 ? cell.gradient_tiles(args_of_call()) : 0;
    }
    void gradients(Range tiles) override { cell.gradients(args_of_call(), tiles, {0, args.steps}); }

    std::vector<StepRecord<T>*> step_records() override { return {this}; }
    StepRecordShape record_shape() const override { return layer.step_record_shapes().front(); }
    Index record_rows() const override { return args.rows; }
    Index record_steps() const override { return args.steps; }
    void copy_states(T* to) const override {
        visit_steps([&](const RecurrentArgs<T>& kept, Range steps) {
            copy_steps(
                shape.states, steps,
                [&](Index t, Index n, Index s) {
                    if (s == 0) return kept.h.data + (t + 1) * kept.h.step + n * kept.h.row;
                    return kept.states + (((t + 1) * kept.rows + n) * (shape.states - 1) + s - 1) * kept.h.row;
                },
                to);
        });
    }
    void copy_gates(T* to) const override {
        visit_steps([&](const RecurrentArgs<T>& kept, Range steps) {
            const Index vectors = (steps.end - steps.begin) * kept.rows * shape.visible_gates;
            const Buffer<T> values = make_buffer<T>(vectors * kept.h.row);
            kernels.cell_gates[static_cast<int>(options.cell)](kept, steps, values.get());
            copy_steps(shape.visible_gates, steps, in_steps(values.get(), shape.visible_gates, steps.begin), to);
        });
    }
    void copy_valid(bool* to) const override { copy_mask(this->mask, args.rows, args.steps, to); }
    void keep_state_gradients(bool keep) override {
        state_gradients = keep ? make_buffer<T>(args.steps * args.rows * shape.states * args.h.row) : nullptr;
    }
    void copy_state_gradients(T* to) const override {
        copy_steps(shape.states, {0, args.steps}, in_steps(state_gradients.get(), shape.states, 0), to);
    }

private:
    static constexpr UnitTeam alone{0, 1, nullptr, nullptr};
    static UnitTeam unit_team_of(const Team& team) {
        return {team.rank(), team.size(), [](const void* threads) { static_cast<const Team*>(threads)->barrier(); },
                &team};
    }
    bool drops_x() const { return this->call->training && options.dropout > 0; }
    bool takes_states() const { return options.stateful || !this->call->only_stateful; }
    bool begins_with_states() const {
        return takes_states() && this->call->initial_state && !layer.takes_initial_states_;
    }
    bool masks_output() const { return output_valid.data != nullptr; }
    bool drops_h() const { return this->call->training && options.recurrent_dropout > 0; }
    Range steps_of(Index chunk) const {
        return {chunk * tuning::steps_per_chunk, std::min((chunk + 1) * tuning::steps_per_chunk, args.steps)};
    }
    Range steps_of_segment(Index segment) const {
        return {segment * segment_steps, std::min((segment + 1) * segment_steps, args.steps)};
    }
    T* boundary(Index number, Index n, Index s) const {
        return boundaries + ((number * args.rows + n) * shape.states + s) * args.h.row;
    }
    // The state in a segment's buffers after so many of its steps.
    T* state_in(Index segment, Index steps, Index n, Index s) const {
        const Index slot = options.return_sequences && s == 0 ? segment * segment_steps + steps : steps;
        if (s == 0) return args.h.data + slot * args.h.step + n * args.h.row;
        return args.states + ((slot * args.rows + n) * (shape.states - 1) + s - 1) * args.h.row;
    }
    // As for all steps at once, with buffers that begin with the segment's first step.
    RecurrentArgs<T> args_of_segment(Index segment) const {
        RecurrentArgs<T> call_args = args_of_call();
        const Index first = segment * segment_steps, vectors = first * args.rows * args.h.row;
        if (!options.return_sequences) call_args.h.data -= vectors;
        call_args.states -= vectors * (shape.states - 1);
        call_args.gates -= vectors * shape.columns;
        call_args.second_phase_input -= vectors * shape.second_phase_inputs;
        call_args.saved -= vectors * shape.saved;
        if (call_args.dropped_h) call_args.dropped_h -= vectors;
        return call_args;
    }
    // The forward pass of a segment, from the states at its boundary.
    void run_segment(Index segment, Range all, const Team& unit_team) const {
        const Range rows = unit_team.share(all);
        for (Index n = rows.begin; n < rows.end; ++n) {
            for (Index s = 0; s < shape.states; ++s)
                std::copy_n(boundary(segment, n, s), args.h.row, state_in(segment, 0, n, s));
            for (Index i = n * args.h.row; drops_h() && i < (n + 1) * args.h.row; ++i)
                dropped_h[i] = boundary(segment, 0, 0)[n * (shape.states - 1) * args.h.row + i] * recurrent_mask[i];
        }
        unit_team.barrier();
        cell_forward(args_of_segment(segment), all, steps_of_segment(segment), unit_team_of(unit_team));
        unit_team.barrier();
    }
    void keep_boundary(Index number, Range rows) const {
        const Range steps = steps_of_segment(number - 1);
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index s = 0; s < shape.states; ++s)
                std::copy_n(state_in(number - 1, steps.end - steps.begin, n, s), args.h.row, boundary(number, n, s));
    }
    // Calls visit(arguments, steps) with what a forward pass keeps of some steps, until all have been visited.
    template <class Visit>
    void visit_steps(const Visit& visit) const {
        if (segment_steps == 0) visit(args_of_call(), Range{0, args.steps});
        const Team alone{0, 1, nullptr};
        for (Index segment = 0; segment < segment_count(); ++segment) {
            run_segment(segment, {0, args.rows}, alone);
            visit(args_of_segment(segment), steps_of_segment(segment));
        }
    }
    // Multipliers for every unit of each of the steps, for one of the layer's purposes.
    DropoutArgs<T> random_mask(double rate, Index steps, int purpose, Sequence<T> to) const {
        DropoutArgs<T> args = dropout_args<T>(*this->call, rate, {}, to);
        args.steps = steps;
        args.features = options.units;
        args.key = rng_key(options.seed, this->call->rng_step, layer.number, static_cast<std::uint64_t>(purpose));
        return args;
    }
    DropoutArgs<T> dropout_of_x(Sequence<const T> from, Sequence<T> to) const {
        DropoutArgs<T> args = random_mask(options.dropout, this->args.steps, 0, to);
        args.features = layer.features;
        args.per_step = false;
        args.x = from;
        return args;
    }

    RecurrentArgs<T> args_of_call() const {
        RecurrentArgs<T> call_args = args;
        call_args.initial = begins_with_states() || initial_states[0].data;
        call_args.wants_d_initial = takes_states() && this->call->d_initial_state;
        for (const Sequence<T>& d_initial : d_initial_states)
            call_args.wants_d_initial = call_args.wants_d_initial || d_initial.data;
        call_args.x = drops_x() ? read_only(dropped_x) : this->x;
        call_args.dx = this->dx;
        call_args.dy = this->dy;
        call_args.state_gradients = state_gradients.get();
        call_args.mask = this->mask;
        if (options.go_backwards) {
            call_args.x = reversed(call_args.x, args.steps);
            call_args.dx = reversed(call_args.dx, args.steps);
            if (call_args.mask.data) call_args.mask = reversed(call_args.mask, args.steps);
        }
        if (!options.return_sequences) call_args.dy.step = 0;
        if (masks_output())
            call_args.dy_mask = {output_valid.data, output_valid.row, options.return_sequences ? output_valid.step : 0};
        call_args.dropped_h = drops_h() ? dropped_h : nullptr;
        call_args.recurrent_mask = recurrent_mask;
        for (int s = 0; s < most_states; ++s) {
            call_args.zoneout = call_args.zoneout || options.zoneout[s] > 0;
            call_args.zoneout_rate[s] = options.zoneout[s];
            call_args.zoneout_mask[s] = this->call->training ? zoneout_mask[s] : nullptr;
        }
        return call_args;
    }

    // Rows of states, or of their gradients, from the call's array into buffers of padded rows; zeros without an array.
    template <class StatePointer>
    void put_states(const T* given, Range rows, const StatePointer& to) const {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index s = 0; s < shape.states; ++s) {
                std::fill_n(to(n, s), args.h.row, T(0));
                if (given) std::copy_n(given + call_offset(n, s), options.units, to(n, s));
            }
    }
    // And back.
    template <class StatePointer>
    void get_states(T* to, Range rows, const StatePointer& from) const {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index s = 0; s < shape.states; ++s) std::copy_n(from(n, s), options.units, to + call_offset(n, s));
    }
    Index call_offset(Index n, Index s) const {
        return n * this->call->state_size + layer.state_offset + s * options.units;
    }

    Sequence<T> d_states_of(Index s) const {
        if (s == 0) return {args.dh, args.h.row, 0};
        return {args.d_states + (s - 1) * args.h.row, (shape.states - 1) * args.h.row, 0};
    }
    T* d_state(Index n, Index s) const { return row_at(d_states_of(s), 0, n); }
    T* state(Index slot, Index n, Index s) const {
        if (segment_steps > 0) return boundary(slot == 0 ? 0 : segment_count(), n, s);
        if (s == 0) return args.h.data + slot % args.h_slots * args.h.step + n * args.h.row;
        return args.states + ((slot % args.state_slots * args.rows + n) * (shape.states - 1) + s - 1) * args.h.row;
    }

    // Vectors of a buffer [T][N][vectors][B][V] that begins with a certain step.
    auto in_steps(const T* buffer, Index vectors, Index first) const {
        return [=](Index t, Index n, Index v) {
            return buffer + (((t - first) * args.rows + n) * vectors + v) * args.h.row;
        };
    }
    // Some steps to their place in (rows, steps, vectors, units), with the steps in the order of time.
    template <class At>
    void copy_steps(Index vectors, Range steps, const At& at, T* to) const {
        for (Index n = 0; n < args.rows; ++n)
            for (Index t = steps.begin; t < steps.end; ++t) {
                const Index time = options.go_backwards ? args.steps - 1 - t : t;
                for (Index v = 0; v < vectors; ++v)
                    std::copy_n(at(t, n, v), options.units,
                                to + ((n * args.steps + time) * vectors + v) * options.units);
            }
    }

    // h of the steps with an output.
    Sequence<const T> h_of_outputs() const {
        if (options.return_sequences) return {args.h.data + args.h.step, args.h.row, args.h.step};
        if (segment_steps > 0) return {boundary(segment_count(), 0, 0), shape.states * args.h.row, 0};
        return {args.h.data + args.steps % args.h_slots * args.h.step, args.h.row, 0};
    }
    OutputMaskArgs<T> output_mask_args() const {
        return {args.steps,
                options.units,
                options.return_sequences,
                options.zero_output_for_mask,
                args.steps == 0 || this->call->continues,
                args_of_call().mask,
                h_of_outputs(),
                output_valid,
                masked_output};
    }
};

template <class T>
std::unique_ptr<LayerWorkspace<T>> RecurrentLayer<T>::make_workspace(const Memory<T>& memory, Arena<T>& arena,
                                                                     const Extent& extent, Mode mode) const {
    auto workspace = std::make_unique<RecurrentWorkspace>(*this, *memory.kernels);
    RecurrentArgs<T>& args = workspace->args;
    const CellShape& shape = shape_;
    const Index lanes = memory.kernels->lanes, rows = extent.rows, steps = extent.steps;
    const bool training = mode == Mode::training, sequences = options_.return_sequences;
    args.rows = rows;
    args.steps = steps;
    args.features = this->features;
    args.units = options_.units;
    args.activation = options_.activation;
    args.recurrent_activation = options_.recurrent_activation;
    args.clip = options_.clip;
    args.training = training;
    args.packed = this->packed(memory);

    const Index segment_steps = training ? steps_of_segments(steps) : 0;
    workspace->segment_steps = segment_steps;
    const Index kept_steps = segment_steps > 0 ? segment_steps : steps;
    args.h_slots = training || sequences ? steps + 1 : std::min<Index>(steps + 1, 2);
    args.h = make_sequence(arena, rows, sequences || segment_steps == 0 ? args.h_slots : kept_steps + 1, options_.units,
                           lanes);
    const Index row = args.h.row;
    args.state_slots = training ? steps + 1 : 1;
    args.states = arena.take((training ? kept_steps + 1 : 1) * rows * (shape.states - 1) * row);
    if (segment_steps > 0)
        workspace->boundaries = arena.take((workspace->segment_count() + 1) * rows * shape.states * row);
    // The products with x of several steps at once make tiles of their own height, and go through the kernel once: for
    // cells whose gates do not see h, and where rows are too few for a tile and the kernel is not small beside it.
    const bool hoists_x =
        shape.recurrent_gates == 0 || (rows <= tuning::few_rows && this->features >= tuning::large_input);
    args.x_chunk = hoists_x ? std::min<Index>(steps, tuning::steps_per_chunk) : 0;
    args.gate_slots = std::max<Index>(training ? steps : args.x_chunk, 1);
    if (training || hoists_x || shape.second_phase_inputs > 0) {
        const Index slots = training ? std::max<Index>(kept_steps, 1) : args.gate_slots;
        args.gates = arena.take(slots * rows * shape.columns * row);
        args.second_phase_input = arena.take(slots * rows * shape.second_phase_inputs * row);
    }
    if (options_.dropout > 0) workspace->dropped_x = make_sequence(arena, rows, steps, this->features, lanes);
    if (options_.recurrent_dropout > 0) {
        workspace->dropped_h = arena.take((segment_steps > 0 ? kept_steps + 1 : args.h_slots) * rows * row);
        workspace->recurrent_mask = arena.take(rows * row);
    }
    for (int s = 0; s < most_states; ++s)
        if (options_.zoneout[s] > 0) workspace->zoneout_mask[s] = arena.take(steps * rows * row);
    if (extent.masked) {
        const Index masked_steps = sequences ? steps : 1;
        workspace->masked_output = make_sequence(arena, rows, masked_steps, options_.units, lanes);
        workspace->output_valid = {workspace->flags.take(masked_steps * rows), 1, rows};
    }
    if (training) {
        args.saved = arena.take(kept_steps * rows * shape.saved * row);
        args.dh = arena.take(rows * row);
        args.d_states = arena.take(rows * (shape.states - 1) * row);
        if (options_.recurrent_dropout > 0) args.d_dropped_h = arena.take(rows * row);
        args.d_second_phase_input = arena.take(rows * shape.second_phase_inputs * row);
        args.dy_begin = sequences ? 0 : steps - 1;
        args.gradients = weights_in(this->weights.front().trainable ? memory.gradients : nullptr);
    }
    return workspace;
}

}  // namespace fastlstm
