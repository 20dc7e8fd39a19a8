"""Suites that more than one side must pass: the published contract, and the ports with several stores."""
