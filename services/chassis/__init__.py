"""The chassis: all the I/O of a service, once. A service brings pure functions and a route table."""
