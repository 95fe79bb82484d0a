#!/usr/bin/env bash
# The demo's verification: is it really the previous version that answers?
set -euo pipefail
answer=$(curl --silent --fail --max-time 2 "http://127.0.0.1:$DEMO_PORT/version")
echo "/version says $answer"
[[ $answer == "$RIPCORD_PREVIOUS_VERSION" ]]
