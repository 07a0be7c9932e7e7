"""A changed policy over stored snapshots: which verdicts are new, gone, changed."""
