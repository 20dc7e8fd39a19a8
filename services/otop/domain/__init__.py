"""The aggregates of `otop`, one file each; pure."""
