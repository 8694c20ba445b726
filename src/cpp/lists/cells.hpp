// One line for each cell: its name, and its equations in cells/.
#pragma once

// clang-format off
#define FASTLSTM_CELLS(cell)                         \
    cell(simple_rnn, SimpleRnn)                      \
    cell(lstm, PlainLstm)                            \
    cell(peephole_lstm, PeepholeLstm)                \
    cell(coupled_lstm, CoupledLstm)                  \
    cell(coupled_peephole_lstm, CoupledPeepholeLstm) \
    cell(gru, GruResetAfter)                         \
    cell(gru_reset_before, GruResetBefore)           \
    cell(min_gru, MinGru)                            \
    cell(min_lstm, MinLstm)
// clang-format on
