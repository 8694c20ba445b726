// The list of cells: the name that everybody else knows, and the equations behind it.
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
