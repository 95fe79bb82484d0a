# shellcheck shell=bash disable=SC2034,SC2154
# The example host (financehub/) on a Docker engine of its own, with ripcordd. Sourced by docker.sh
# and kill_matrix.sh, which have set `here`, `keep` and `called` (what they are called by).

# shellcheck source-path=SCRIPTDIR source=support.sh
source "$here/support.sh"
bin=${RIPCORD_BIN:-$here/../../build/dev/bin}
bin=$(readlink -m "$bin")
PATH=/usr/lib/postgresql/15/bin:$PATH:/usr/sbin:/sbin
for program in "$bin"/{ripcordd,ripcord,ripcord-shim} dockerd containerd docker docker-compose \
  busybox nginx socat jq curl pg_dump; do
  if ! command -v "$program" >/dev/null; then
    printf '%s: %s is not there\n' "$called" "$program" >&2
    exit 1
  fi
done
if ((EUID != 0)); then
  printf '%s: only root can start a Docker engine\n' "$called" >&2
  exit 1
fi

# ── what is started, and how it ends ──────────────────────────────────────────────────────────────
dir=$(mktemp -d "${TMPDIR:-/tmp}/ripcord-demo.XXXXXX")
chmod 711 "$dir"  # PostgreSQL's data lies below
host=$dir/host
export RIPCORD_SOCKET=$host/control.sock DOCKER_HOST=unix://$dir/docker.sock
export PGHOST=127.0.0.1 PGUSER=financehub PGDATABASE=finance_hub PGPORT=
daemon='' engine='' users='' team=''

clean_up() {
  trap '' INT TERM
  local record pid mount
  if [[ -n $users ]]; then kill -- "-$users" 2>/dev/null || true; fi
  end "$daemon" ripcordd 12
  if [[ -n $team ]]; then kill -- "-$team" 2>/dev/null || true; fi
  for record in "$host"/ripcord/runs/*/*/shim "$host"/run/runs/*/*/shim; do
    [[ -e $record ]] || continue
    pid=$(sed -n 's/^pid=//p' "$record")
    end "$pid" ripcord-shim 20
  done
  if [[ -n $engine ]]; then
    docker ps -aq | xargs -r docker rm -f -v >/dev/null || true
    kill "$engine" 2>/dev/null || true
    within 20 is_gone "$engine" || kill -KILL "$engine" 2>/dev/null || true
  fi
  while read -r mount; do umount -l "$mount"; done \
    < <(awk -v below="$dir/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r)
  if [[ -z $keep ]]; then rm -rf "$dir"; fi
}
is_gone() { [[ ! -e /proc/$1 ]]; }
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

start_engine() {
  mkdir -p "$dir/docker"
  echo '{}' >"$dir/docker/daemon.json"
  setsid dockerd "--host=$DOCKER_HOST" --data-root="$dir/docker/data" \
    --exec-root="$dir/docker/exec" --pidfile="$dir/docker/pid" \
    --config-file="$dir/docker/daemon.json" --containerd-namespace="demo-$$" \
    --containerd-plugins-namespace="demo-plugins-$$" --bridge=none --iptables=false \
    --ip-masq=false --ip-forward=false --userland-proxy=false --shutdown-timeout=1 \
    >>"$dir/dockerd.log" 2>&1 </dev/null &
  engine=$!
  disown
  within 60 engine_answers || fail "the Docker engine does not start; see $dir/dockerd.log"
}
engine_answers() { docker version >/dev/null 2>&1; }

setting() { sed -n "s/^$1=//p" "$host/project/.env"; }

# The first version is put in place by hand, with the scripts alone.
set_up_host() {
  "$here/financehub/images.sh" >"$dir/images.log" 2>&1 || fail "no images; see $dir/images.log"
  "$here/financehub/set_up.sh" "$host" >"$dir/set_up.log" 2>&1 || fail "see $dir/set_up.log"
  PGPORT=$(setting DB_PORT)
  within 60 database_answers || fail "PostgreSQL does not answer; see $dir/set_up.log"
  {
    RIPCORD_DEPLOYMENT=by-hand RIPCORD_VERSION=1.0 "$host/scripts/safe_migrate.sh"
    "$host/scripts/deploy.sh" --version 1.0
    "$host/scripts/shift_traffic.sh" --version 1.0 --percent 100
  } >"$dir/first.log" 2>&1 || fail "1.0 could not be deployed by hand; see $dir/first.log"
  start_team
}
# What people are told is written down in the file `told`, a message a line.
start_team() {
  : >"$dir/told"
  (cd "$here/financehub" && TOLD=$dir/told exec setsid socat \
    "UNIX-LISTEN:$host/team.sock,fork,mode=600" EXEC:./receive.sh) \
    >"$dir/team.log" 2>&1 </dev/null &
  team=$!
  disown
  within 20 test -S "$host/team.sock" || fail "the team does not listen; see $dir/team.log"
}

database_answers() { psql -X -q -c 'SELECT' >/dev/null 2>&1; }

start_daemon() {
  "$bin/ripcordd" --config "$host/ripcord.toml" >>"$dir/ripcordd.log" 2>&1 &
  daemon=$!
  within 10 daemon_answers_or_has_ended || fail "the daemon does not answer"
  is_program "$daemon" ripcordd || fail "the daemon has ended"
}
daemon_answers_or_has_ended() {
  "$bin/ripcord" status >/dev/null 2>&1 || ! kill -0 "$daemon" 2>/dev/null
}

# ── deployments ───────────────────────────────────────────────────────────────────────────────────
ripcord() { "$bin/ripcord" "$@"; }
confirmed=(--confirm 'release notes written')

status() {
  ripcord --json status backend |
    jq -r ".. | objects | select(.name? == \"backend\") | $1"
}
version() { curl -s --max-time 5 "http://127.0.0.1:$(setting FRONT_PORT)/"; }
is_calm() {
  [[ $(status '.healthy_since') != null &&
    $(status '[.triggers[] | select(.state != "pass" and .state != "no_data")] | length') == 0 ]]
}
# As many samples of the page as the regression wants before it compares.
has_baseline() { (($(status '.probes[] | select(.name == "page") | .samples') > 30)); }

# deploy VERSION: as a person does, and waits. What it came to is in `phase`.
deploy() {
  within 30 is_calm || fail "the service is not well before $1 is deployed"
  ripcord deploy backend --version "$1" "${confirmed[@]}" --wait 2>&1 | sed 's/^/  /' || true
  phase=$(last phase)
}
# last MEMBER: of the newest deployment.
last() {
  ripcord --json history backend --limit 1 |
    jq -r "first(.. | objects | select(.phase?) | .$1)"
}
# story DEPLOYMENT FILTER: of its facts, records and runs.
story() { ripcord --json show "$1" | jq -r "$2"; }
# was_told DEPLOYMENT EVENT: whether the team got such a message.
was_told() {
  jq -e -n --arg id "$1" --arg event "$2" \
    'any(inputs.data; .deployment == $id and .event == $event)' "$dir/told" >/dev/null
}

# ends PHASE VERSION: what the last deployment must have come to, and who answers now.
ends() {
  [[ $phase == "$1" ]] || fail "it ended as \"$phase\" instead of \"$1\""
  local answer
  answer=$(version) || answer=nothing
  [[ $answer == "$2" ]] || fail "users get \"$answer\" instead of \"$2\""
}
