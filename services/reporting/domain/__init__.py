"""The aggregates of `reporting`, one file each, and the reports that are owed; pure."""
