// The names under which Python knows what the core offers.
#pragma once

#include <pybind11/pybind11.h>

#include <iterator>
#include <string>
#include <utility>

#include "../network/bidirectional_layer.hpp"

namespace fastlstm {

template <class E>
struct Named {
    const char* name;
    E value;
};

constexpr Named<Cell> cell_names[] = {{"simple_rnn", Cell::simple_rnn},
                                      {"lstm", Cell::lstm},
                                      {"peephole_lstm", Cell::peephole_lstm},
                                      {"coupled_lstm", Cell::coupled_lstm},
                                      {"coupled_peephole_lstm", Cell::coupled_peephole_lstm},
                                      {"gru", Cell::gru},
                                      {"gru_reset_before", Cell::gru_reset_before},
                                      {"min_gru", Cell::min_gru},
                                      {"min_lstm", Cell::min_lstm}};
static_assert(std::size(cell_names) == cell_count, "enum Cell and its names differ");

constexpr Named<Activation> activation_names[] = {{"linear", Activation::linear},
                                                  {"tanh", Activation::tanh},
                                                  {"sigmoid", Activation::sigmoid},
                                                  {"relu", Activation::relu},
                                                  {"hard_sigmoid", Activation::hard_sigmoid},
                                                  {"celu", Activation::celu},
                                                  {"elu", Activation::elu},
                                                  {"exponential", Activation::exponential},
                                                  {"gelu", Activation::gelu},
                                                  {"hard_shrink", Activation::hard_shrink},
                                                  {"hard_silu", Activation::hard_silu},
                                                  {"hard_tanh", Activation::hard_tanh},
                                                  {"leaky_relu", Activation::leaky_relu},
                                                  {"log_sigmoid", Activation::log_sigmoid},
                                                  {"mish", Activation::mish},
                                                  {"relu6", Activation::relu6},
                                                  {"selu", Activation::selu},
                                                  {"silu", Activation::silu},
                                                  {"soft_shrink", Activation::soft_shrink},
                                                  {"softplus", Activation::softplus},
                                                  {"softsign", Activation::softsign},
                                                  {"sparse_plus", Activation::sparse_plus},
                                                  {"sparse_sigmoid", Activation::sparse_sigmoid},
                                                  {"squareplus", Activation::squareplus},
                                                  {"tanh_shrink", Activation::tanh_shrink},
                                                  {"softmax", Activation::softmax},
                                                  {"log_softmax", Activation::log_softmax},
                                                  {"sparsemax", Activation::sparsemax},
                                                  {"glu", Activation::glu}};
static_assert(std::size(activation_names) == activation_count, "enum Activation and its names differ");

constexpr Named<Constraint> constraint_names[] = {{"non_neg", Constraint::non_neg},
                                                  {"max_norm", Constraint::max_norm},
                                                  {"unit_norm", Constraint::unit_norm},
                                                  {"min_max_norm", Constraint::min_max_norm}};

constexpr Named<Merge> merge_names[] = {
    {"sum", Merge::sum}, {"mul", Merge::mul}, {"ave", Merge::ave}, {"concat", Merge::concat}};

constexpr Named<Loss> loss_names[] = {{"mean_squared_error", Loss::mean_squared_error},
                                      {"mean_absolute_error", Loss::mean_absolute_error},
                                      {"binary_crossentropy", Loss::binary_crossentropy},
                                      {"categorical_crossentropy", Loss::categorical_crossentropy},
                                      {"sparse_categorical_crossentropy", Loss::sparse_categorical_crossentropy}};

constexpr Named<Update> update_names[] = {{"sgd", Update::sgd}, {"adam", Update::adam}, {"rmsprop", Update::rmsprop}};

template <class E, std::size_t Count>
E value_of(const Named<E> (&names)[Count], const std::string& name, const char* argument) {
    std::string known;
    for (const Named<E>& each : names) {
        if (name == each.name) return each.value;
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    }
    throw pybind11::value_error(std::string(argument) + ": expected one of " + known + ", got '" + name + "'");
}

template <class E, std::size_t Count>
pybind11::list list_of(const Named<E> (&names)[Count]) {
    pybind11::list list;
    for (const Named<E>& each : names) list.append(each.name);
    return list;
}

}  // namespace fastlstm
