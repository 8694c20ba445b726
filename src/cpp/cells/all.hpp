// Every cell of lists/cells.hpp.
#pragma once

#include "gru.hpp"
#include "lstm.hpp"
#include "min_gru.hpp"
#include "min_lstm.hpp"
#include "simple_rnn.hpp"
