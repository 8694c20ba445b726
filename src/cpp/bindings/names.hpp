// The names under which Python knows what the core offers.
#pragma once

#include <pybind11/pybind11.h>

#include <iterator>
#include <string>
#include <utility>

#include "../kernels.hpp"

namespace fastlstm {

template <class E>
struct Named {
    const char* name;
    E value;
};

constexpr Named<Cell> cell_names[] = {{"lstm", Cell::lstm}};
static_assert(std::size(cell_names) == cell_count, "enum Cell and its names differ");

constexpr Named<Activation> activation_names[] = {{"linear", Activation::linear},
                                                  {"tanh", Activation::tanh},
                                                  {"sigmoid", Activation::sigmoid},
                                                  {"relu", Activation::relu},
                                                  {"hard_sigmoid", Activation::hard_sigmoid},
                                                  {"softmax", Activation::softmax}};

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
