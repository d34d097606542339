"""The HTTP edge that the four doors share: access, bodies, errors, the Lambda boundary."""
