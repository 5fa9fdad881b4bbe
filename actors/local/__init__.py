"""The one-machine platform: starts, watches and stops everything Atrium needs on this machine."""
