"""The whole service on one machine: a local API Gateway over the real Lambda handlers. Never shipped to Lambda."""
