"""The aggregates of `funds`, one file each; pure."""
