#!/bin/sh
# Behind the Lambda Web Adapter, which speaks HTTP to this port: the same app that the handler serves. The adapter first
# asks for the function's health, which loads the model before anyone waits for it.
export PYTHONPATH="$LAMBDA_TASK_ROOT:/opt/python:$LAMBDA_RUNTIME_DIR${PYTHONPATH:+:$PYTHONPATH}"
exec python3 -m uvicorn --host 127.0.0.1 --port "${AWS_LWA_PORT:-8080}" --lifespan off --log-level warning \
	--no-access-log --no-server-header --timeout-keep-alive 75 app:door.app
