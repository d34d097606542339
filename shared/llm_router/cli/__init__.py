"""The command line, `router`: asks a running service over HTTP. Never shipped to Lambda."""
