"""Review of a change before it is committed: what is reviewed, what checks and the model find, how it is told."""
