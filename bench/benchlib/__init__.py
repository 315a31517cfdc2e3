"""What the three benchmarks share: the machine, measured processes, goals and the report.

Standard library only: the harness must stay small, because Linux counts the parent's peak memory
at the moment of fork into a child's ru_maxrss.
"""
