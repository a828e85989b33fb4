"""The statistics of purchase histories. Pure: arrays in, arrays out; no database, clock or request."""
