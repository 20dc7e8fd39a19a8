"""The aggregates of `members`, one file each; pure."""
