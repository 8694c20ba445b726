// What is done to the flat buffers of parameters and gradients: updates, constraints and penalties.
#pragma once

#include "arrays.hpp"

namespace fastlstm {

// One update of the parameters in a range of the flat buffers: gradients are scaled and clipped, parameters decay, and
// updated. Rates are a step's learning rate with what depends on its number, such as bias corrections.
template <class T>
struct UpdateArgs {
    Optimizer kind;
    T* parameters;                            // in: before the step; out: after it
    T* gradients;                             // out: what is left to do, where updates need whole parameters
    T* slots[most_slots];                     // as parameters, in the optimizer's order; null for none
    double scale, clip_value, decay;          // clip_value 0: none; decay: of a parameter, as a share of it
    double rate, gradient_rate, second_rate;  // Nadam: of the average gradient, of this one, of the average square
    double momentum, beta_1, beta_2, rho, epsilon;
    bool nesterov, amsgrad, centered;
    double power, l1, l2, shrinkage;  // of FTRL
    bool first;                       // whether this is the first update
    bool factored;                    // Adafactor: whether the parameter is a matrix, of which only means are kept
};

// What Adafactor keeps of matrices [matrices][rows][columns]: the average of each row and of each column of the squares
// of their gradients, plus epsilon.
template <class T>
struct FactorArgs {
    Index matrices, rows, columns;
    double beta, epsilon;  // the share that averages keep
    T* gradients;          // in; out: divided by the roots of the squares
    T *row, *column;       // averages, [matrices][rows] and [matrices][columns]
    T* squares;            // out: what the averages say they are
};

// result = by * a b + add_by * add, with a of so many columns (`inner`) and b of `columns`, all stored row by row.
template <class T>
struct MatrixProductArgs {
    Index inner, columns;
    const T *a, *b, *add;  // add: null for none
    double by, add_by;
    T* result;
};

// Whether an update needs whole parameters: it is begun element by element, and then finished.
static constexpr bool needs_whole(Optimizer kind) {
    return kind == Optimizer::lamb || kind == Optimizer::adafactor || kind == Optimizer::muon;
}

// The norm of each group of weights, [outer][reduced][inner] over the reduced axis, brought to where it should be.
template <class T>
struct ConstraintArgs {
    Constraint kind;
    double minimum, maximum, rate;
    Index outer, reduced, inner;
    T* weights;
};

// What is done to the flat buffers of parameters and gradients.
template <class T>
struct ParameterKernels {
    void (*update)(const UpdateArgs<T>&, Range parameters);
    // Adds gradients to the sums of those before them; where `mean_of` is not 0, gradients become the mean of so many
    // and sums zero.
    void (*accumulate)(T* gradients, T* sums, double mean_of, Range parameters);
    // Moves averages to momentum * average + (1 - momentum) * parameter, which may take the parameter's place.
    void (*average)(T* averages, T* parameters, double momentum, bool overwrite, Range range);
    double (*sum_squares)(const T* values, Index count);
    void (*constrain)(const ConstraintArgs<T>&, Range groups);
    // Adds copies of the gradients, `step` elements apart, to the first of them, in order.
    void (*sum_copies)(T* gradients, Index copies, Index step, Range parameters);
    void (*add_scaled)(T* to, const T* from, double by, Range range);  // to += by * from
    void (*row_averages)(const FactorArgs<T>&, Range rows);            // of all matrices
    void (*column_averages)(const FactorArgs<T>&, Range columns);
    void (*factored_steps)(const FactorArgs<T>&, Range rows);  // of all matrices
    void (*matrix_product)(const MatrixProductArgs<T>&, Range rows);
    // Writes columns of from [rows][columns] times `by` as rows of to.
    void (*transpose)(const T* from, Index rows, Index columns, double by, T* to, Range range);
    // Adds the gradient of l1 |w| + l2 w^2 and returns the penalty.
    double (*regularize)(const T* weights, T* gradients, double l1, double l2, Index count);
};

}  // namespace fastlstm
