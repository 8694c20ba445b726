"""The benchmark suite: fastlstm and its peers on the same works, in one run.

`works` lists what is measured, `contenders` who does it, `task` the data and the right answers. `measure` starts a
process for each contender, has it checked on every work against float64, and times it in interleaved rounds.
`cell_costs` is a table of its own, of all cells and options of fastlstm.
"""
