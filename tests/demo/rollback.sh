#!/usr/bin/env bash
# The demo's rollback step: ripcord runs it, and says in its environment what is to be done.
set -euo pipefail
echo "$RIPCORD_DEPLOYMENT $RIPCORD_STEP" >>"$DEMO_DIR/rollbacks"  # one line for each time it runs
echo "from $RIPCORD_VERSION to $RIPCORD_PREVIOUS_VERSION: $RIPCORD_TRIGGER, $RIPCORD_REASON"
exec "$(dirname "$0")/switch_version.sh" "$RIPCORD_PREVIOUS_VERSION"
