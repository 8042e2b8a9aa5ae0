"""The contract of the i'mport V1 REST API, as tests that run against either side of it."""
