// Runs a network one step at a time and keeps its states between steps.
#pragma once

#include <mutex>

#include "network.hpp"

namespace fastlstm {

template <class T>
class Stream {
public:
    // Throws std::invalid_argument if a layer needs the whole sequence. The network must outlive the stream.
    explicit Stream(Network<T>& network);

    // The next step of `rows` sequences: x (rows, features), out (rows, outputs). Throws std::invalid_argument if
    // others have begun. The result is the same bits as the last step of all steps so far in one call.
    void step(const T* x, Index rows, T* out);

    // The states that the next step begins with, (rows, state_size); no rows before the first step.
    std::pair<Index, std::vector<T>> state();
    void set_state(Index rows, const T* values);
    void reset();

private:
    void begin(Index rows);

    Network<T>& network_;
    SharedLengths lengths_;  // of one step
    std::mutex busy_;
    Index rows_ = 0;
    std::unique_ptr<Workspace<T>> workspace_;
    std::vector<T> state_;
};

}  // namespace fastlstm
