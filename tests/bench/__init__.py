"""The benchmarks: each figure beside a bare client or a peer, in one run on one machine. Measured, never asserted."""
