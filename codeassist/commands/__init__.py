"""One file per verb: plain arguments in, exit code out."""
