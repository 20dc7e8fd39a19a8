"""The kill suite: four services under load while their parts are killed and stopped; then everything must be true."""
