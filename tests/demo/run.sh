#!/usr/bin/env bash
# A real application goes bad after a deployment, and ripcord rolls it back: `./dev demo`.
set -euo pipefail
export LC_NUMERIC=C  # "0.8", wherever we are
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

usage() {
  cat <<'END'
Usage: ./dev demo [--break failing|slow|crashing] [--keep]

Deploys version v1 of a small shop, then v2, which goes bad after a few seconds. The daemon notices,
rolls back to v1 with a real script and verifies that it is back. Takes about half a minute.

  --break HOW   what becomes of v2: it answers 500 (failing, unless told), it answers too late
                (slow), or its process ends (crashing)
  --keep        leave the directory with the configuration, the logs and the journal

./dev demo --docker plays the whole process on a docker-compose host; see its --help.

Exits 0 when all of this has happened, 1 when not, 64 when it was called wrongly.
END
}

wrong_call() {
  printf './dev demo: %s; see ./dev demo --help\n' "$1" >&2
  exit 64
}

break=failing keep=
while (($#)); do
  case $1 in
    --break) break=${2-} && shift $(($# < 2 ? 1 : 2)) ;;
    --break=*) break=${1#*=} && shift ;;
    --keep) keep=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) wrong_call "there is no option $1" ;;
  esac
done
case $break in
  failing | slow | crashing) ;;
  *) wrong_call "--break is one of failing, slow, crashing" ;;
esac

# shellcheck source-path=SCRIPTDIR source=support.sh
source "$here/support.sh"

# ── what is started, and how it ends ──────────────────────────────────────────────────────────────
bin=${RIPCORD_BIN:-$here/../../build/dev/bin}
bin=$(readlink -m "$bin")
for program in ripcordd ripcord ripcord-shim demo_app; do
  if [[ ! -x $bin/$program ]]; then
    printf './dev demo: %s is not there; run ./dev build first\n' "$bin/$program" >&2
    exit 1
  fi
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/ripcord-demo.XXXXXX")
export DEMO_DIR=$dir DEMO_APP=$bin/demo_app DEMO_PORT=
export RIPCORD_SOCKET=$dir/control.sock
daemon=

# The daemon first, so that it starts nothing more; then the keepers of what it has started.
clean_up() {
  trap '' INT TERM
  local record pid
  end "$daemon" ripcordd 12
  for record in "$dir"/state/runs/*/*/shim "$dir"/run/runs/*/*/shim; do
    [[ -e $record ]] || continue
    pid=$(sed -n 's/^pid=//p' "$record")
    end "$pid" ripcord-shim 20
  done
  if [[ -s $dir/shop.pid ]]; then end "$(<"$dir/shop.pid")" demo_app 3; fi
  if [[ -z $keep ]]; then rm -rf "$dir"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# fail REASON: keeps what may explain it.
fail() {
  printf '\n%sFAILED%s: %s\n' "$red" "$plain" "$1"
  if [[ -e $dir/ripcordd.log ]]; then
    printf 'The end of the daemon'\''s log, %s:\n' "$dir/ripcordd.log"
    tail -n 15 "$dir/ripcordd.log" | sed 's/^/  /'
  fi
  keep=1
  exit 1
}

# ── the shop, its watcher, two deployments ────────────────────────────────────────────────────────
configure() {
  cat >"$dir/ripcord.toml" <<END
[daemon]
state_dir   = "$dir/state"
runtime_dir = "$dir/run"
[api]
listen = "127.0.0.1:0"
socket = "$RIPCORD_SOCKET"

[service.shop]
bake   = "10s"                 # in earnest 15 minutes; the numbers here are for the impatient
settle = "1s"

[service.shop.probe.ready]
type           = "http"
url            = "http://127.0.0.1:$DEMO_PORT/health/v2/ready"
interval       = "500ms"
retry_interval = "250ms"       # while it is bad: the streak is confirmed sooner
timeout        = "3s"
stale_after    = "5s"

[service.shop.trigger.unhealthy]
type     = "consecutive_failures"
probe    = "ready"
failures = 3
[service.shop.trigger.slow]
type     = "latency"
probe    = "ready"
quantile = 0.95
above    = "500ms"
window   = "5s"
for      = "2s"

[[service.shop.rollback.step]]
name    = "switch back"
run     = ["$here/rollback.sh"]
timeout = "20s"
env     = { DEMO_DIR = "$dir", DEMO_APP = "$DEMO_APP", DEMO_PORT = "$DEMO_PORT" }
[service.shop.verify]
run         = ["$here/verify.sh"]
timeout     = "20s"
healthy_for = "2s"
env         = { DEMO_PORT = "$DEMO_PORT" }
END
}

# Not a port that connections are made from: nobody takes it by chance while v2 replaces v1.
start_shop() {
  for _ in 1 2 3 4 5; do
    DEMO_PORT=$((20000 + RANDOM % 12000))
    if "$here/switch_version.sh" v1 >"$dir/deploy.log" 2>&1; then return; fi
  done
  sed 's/^/  /' "$dir/deploy.log"
  fail "v1 of the shop could not be started"
}

start_daemon() {
  "$bin/ripcordd" --config "$dir/ripcord.toml" >"$dir/ripcordd.log" 2>&1 &
  daemon=$!
  within 10 answers_or_has_ended || fail "the daemon does not answer"
  is_program "$daemon" ripcordd || fail "the daemon has ended"
}

answers_or_has_ended() {
  "$bin/ripcord" status >/dev/null 2>&1 || ! kill -0 "$daemon" 2>/dev/null
}

# deploy VERSION [OPTION OF demo_app…]: what a pipeline does. Returns what `--wait` exits with.
deploy() {
  "$bin/ripcord" deploy start shop --version "$1" || fail "$1 could not be announced"
  "$here/switch_version.sh" "$@" | sed 's/^/  /' || fail "$1 could not be started"
  local code=0
  "$bin/ripcord" deploy finish shop --wait || code=$?
  return "$code"
}

version_that_answers() { curl --silent --max-time 2 "http://127.0.0.1:$DEMO_PORT/version"; }

# last MEMBER: of the last deployment, as ripcord tells it to programs; nothing when there is none.
last() {
  local member="\"$1\": *\"?([^,\"}]*)"
  if [[ $story =~ $member ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# seconds MEMBER: rounded, for people.
seconds() { printf '%.1f s' "$(last "$1")" 2>/dev/null || printf 'unknown'; }

# ── the demo ──────────────────────────────────────────────────────────────────────────────────────
say "Starting a shop (v1) and ripcordd, which probes it twice a second"
start_shop
configure
start_daemon

say "Deploying v1, a good version: ripcord watches it for 10 s"
code=0
deploy v1 || code=$?
((code == 0)) || fail "the deployment of v1 ended with $code instead of 0"

say "Deploying v2, which will be $break 4 s after its start"
code=0
deploy v2 --turn "$break" --after 4s || code=$?
((code == 1)) || fail "the deployment of v2 ended with $code instead of 1"

# ── what has come of it ───────────────────────────────────────────────────────────────────────────
story=$("$bin/ripcord" --json history shop --limit 1) || fail "there is no history"
answer=$(version_that_answers) || answer=nothing
runs=$(wc -l <"$dir/rollbacks") || runs=0
phase=$(last phase)
[[ $phase == rolled_back ]] || fail "v2 ended as \"$phase\" instead of \"rolled_back\""
[[ $answer == v1 ]] || fail "/version says \"$answer\" instead of \"v1\""
((runs == 1)) || fail "the rollback script ran $runs times instead of once"

say "What ripcord remembers"
"$bin/ripcord" history shop
printf '\n%sPASSED%s: v2 went bad, and v1 is back\n' "$green" "$plain"
detection=$(seconds detection_seconds) recovery=$(seconds recovery_seconds)
printf '  %-11s %s, from the first bad sample to the trip\n' detection "$detection"
printf '  %-11s %s, from the trip until v1 was verified\n' recovery "$recovery"
printf '  %-11s %s, once\n' ran "$here/rollback.sh"
printf '  %-11s says %s\n' /version "$answer"
printf '  %-11s %d s\n' 'all of it' "$SECONDS"
if [[ -n $keep ]]; then
  printf '  %-11s %s\n' kept "$dir"
fi

printf '\nNext:\n'
for other in failing slow crashing; do
  if [[ $other != "$break" ]]; then printf '  ./dev demo --break %s\n' "$other"; fi
done
printf '  README.md for a configuration of your own, docs/ for how it works\n'
