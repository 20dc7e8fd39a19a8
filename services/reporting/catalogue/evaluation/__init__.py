"""From formulas and measure values to KPI values. Pure."""
