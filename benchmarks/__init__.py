"""The benchmark suite: fastlstm and its peers on the same workloads, in one run.

`workloads` lists what is measured, `contenders` holds the libraries, `task` the data and the expected results.
`measure` starts a process for each contender, checks it on every workload against float64, and times it in interleaved
rounds. `cell_costs` is a separate benchmark of all cells and options of fastlstm.
"""
