"""A typed client for the i'mport V1 REST API, and a small merchant built on it."""
