# Generated from protos/ by `make generate`; do not edit.
"""Generated messages and stubs, a package for each module."""
