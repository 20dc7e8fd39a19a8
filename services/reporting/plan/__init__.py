"""What the service takes from the catalogue: a unit's year as reports, their names, national targets, a calendar file."""
