#!/usr/bin/env bash
# The whole process on a docker-compose host of its own: `./dev demo --docker`.
set -euo pipefail
export LC_ALL=C  # "0.8", wherever we are
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

plays=(gate good process canary migration crash rot database)

usage() {
  cat <<'END'
Usage: ./dev demo --docker [--play NAME]… [--keep]

Starts a Docker engine of its own with PostgreSQL, nginx and an application in two slots, users who
ask for a page up to ten times a second, and ripcordd, which has the whole process in its
configuration (tests/demo/financehub/ripcord.toml). Then it plays, one after the other, in about
nine minutes:

  gate       a deployment on a day on which nothing may be deployed is refused
  good       1.1 goes through 5, 25 and 100 percent of the traffic
  process    every command of docs/process.md is run
  canary     1.2 fails for two users of five, and is stopped at 5 percent
  migration  1.4 comes with a migration after which no account can be read
  crash      1.3 ends as soon as it starts
  rot        1.5 takes longer with every second of its life
  database   PostgreSQL is killed while a version bakes

  --play NAME   only this one; may be repeated (process plays good first when 1.1 does not run)
  --keep        leave the directory with the configuration, the logs and the journal

Exits 0 when each ended as it should, 1 when not, 64 when it was called wrongly.
END
}

called='./dev demo --docker'
wrong_call() {
  printf '%s: %s; see %s --help\n' "$called" "$1" "$called" >&2
  exit 64
}

wanted=() keep=
while (($#)); do
  case $1 in
    --play)
      if (($# < 2)) || [[ " ${plays[*]} " != *" $2 "* ]]; then
        wrong_call "--play is one of ${plays[*]}"
      fi
      wanted+=("$2") && shift 2
      ;;
    --keep) keep=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) wrong_call "there is no option $1" ;;
  esac
done
if ((${#wanted[@]} == 0)); then wanted=("${plays[@]}"); fi

# shellcheck source-path=SCRIPTDIR source=host.sh
source "$here/host.sh"

# ── users ─────────────────────────────────────────────────────────────────────────────────────────
# Each answer is a line: when it came, the page, its status and how long it took.
start_users() {
  # shellcheck disable=SC2016 # the inner shell expands it
  setsid bash -c '
    stdbuf -oL curl -s --max-time 10 --rate 10/s -w "\t%{http_code}\t%{time_total}\n" "$1" |
      while IFS= read -r line; do printf "%s\t%s\n" "$EPOCHREALTIME" "$line"; done' users \
    "http://127.0.0.1:$(setting FRONT_PORT)/#[1-1000000]" >"$dir/users" 2>/dev/null </dev/null &
  users=$!
  within 20 test -s "$dir/users" || fail "no user gets an answer"
}
answers() { wc -l <"$dir/users"; }

# told FIRST [FAULT WHAT]: of the answers from the line FIRST on, how many were bad (errors, or
# later than two seconds), and how long after the FAULT, or else after the first bad one, the last
# was.
told() {
  tail -n "+$1" "$dir/users" | awk -F '\t' -v fault="${2:-0}" -v what="${3:-the first bad answer}" '
    { all++ }
    $3 != 200 || $4 > 2 { bad++; last = $1; if (!fault) fault = $1 }
    END {
      printf "users: %d answers, %d of them bad", all, bad
      if (bad) printf "; the last %.1f s after %s", last - fault, what
      printf "\n"
    }'
}
# in_seconds TIME: of an answer of ripcord, since 1970.
in_seconds() { date -d "$1" +%s.%N; }
# run_time STEP MEMBER: of the newest deployment.
run_time() {
  in_seconds "$(story "$(last id)" ".runs[] | select(.step == \"$1\") | .result.$2")"
}
bad_since() { tail -n "+$1" "$dir/users" | awk -F '\t' '$3 != 200 || $4 > 2' | wc -l; }
errors_since() { tail -n "+$1" "$dir/users" | awk -F '\t' '$3 != 200' | wc -l; }
# One in twenty, and what a moment of a busy machine adds.
few_are_bad() { (($(bad_since "$1") <= ($(answers) - $1 + 1) / 20 + 2)); }
# users_fail FIRST REASON: with the first bad answers from the line FIRST on.
users_fail() {
  tail -n "+$1" "$dir/users" | awk -F '\t' '$3 != 200 || $4 > 2' | head -n 10 |
    while IFS=$'\t' read -r at page code seconds; do
      printf '  %(%FT%TZ)T  "%s" with status %s after %ss\n' "${at%.*}" "$page" "$code" "$seconds"
    done
  fail "$2"
}
is_served_well() { (($(errors_since "$1") == 0)) && few_are_bad "$1"; }

# ── what a rollback must leave behind ─────────────────────────────────────────────────────────────
# Of a container of the application, what it was like, and nothing of its environment.
evidence_is_good() { # DEPLOYMENT
  local evidence=$host/ripcord/evidence/$1 key
  ripcord show "$1" --evidence >"$dir/shown" || return
  grep -q "^$evidence " "$dir/shown" || return
  grep -q 'containers/financehub-backend-' "$dir/shown" || return
  jq -e '.image != null and .state.status != null and (keys | map(ascii_downcase) |
    index("env", "environment") | not)' "$evidence"/containers/financehub-backend-*.json \
    >/dev/null || return
  for key in DB_PORT SECRET_KEY "$(setting SECRET_KEY)"; do
    if grep -rqF "$key" "$evidence"; then return 1; fi
  done
}

# goes_back: the version of before is there again, the team knows it, and it can be looked into.
goes_back() {
  ends rolled_back "$steady"
  local id event
  id=$(last id)
  for event in rollback.started rollback.succeeded; do
    within 30 was_told "$id" "$event" || fail "the team was not told: $event of $id"
  done
  evidence_is_good "$id" || fail "the evidence of $id is not good"
  printf '  the team was told by %d messages, and %s is evidence\n' \
    "$(jq -n --arg id "$id" '[inputs.data | select(.deployment == $id)] | length' "$dir/told")" \
    "$host/ripcord/evidence/$id"
}

# ── the plays ─────────────────────────────────────────────────────────────────────────────────────
# Each begins with the version `steady`, and may say since when there was a fault, and which.
# Today and tomorrow in Madrid, so that midnight changes nothing.
denied_now() { TZ=Europe/Madrid date -d "${1:-now}" +%a; }
deny() { # RANGE
  sed -i "s/^deny *=.*/deny = [\"$1\"]/" "$host/ripcord.toml"
  kill -HUP "$daemon"
}
gate_is_open() { ripcord gate backend --version "${1:-1.1}" "${confirmed[@]}" >"$dir/gate" 2>&1; }
gate_is_closed() { ! gate_is_open; }

play_gate() {
  say "Friday afternoon: nothing may be deployed today"
  within 30 gate_is_open || fail "the gate is not open"
  if gate_is_open 9.9 || ! grep -q '^staging *refused' "$dir/gate"; then
    fail "9.9, which staging has not seen, is not refused by the gate of that name"
  fi
  deny "$(denied_now)-$(denied_now tomorrow) 00:00-24:00"
  within 10 gate_is_closed || fail "the new window is not heeded"
  deploy 1.1
  ends refused "$steady"
  deny 2020-02-29
  within 10 gate_is_open || fail "the gate stays closed"
}

play_good() {
  say "1.1, a good version, through 5, 25 and 100 percent"
  deploy 1.1
  ends succeeded 1.1
  is_served_well "$first" || users_fail "$first" "users got bad answers"
}

# In the tables of the document.
# shellcheck disable=SC2016 # the backticks are the document's
commands_of_process() {
  grep '^|' "$here/../../docs/process.md" | grep -o '`[^`]*`' | tr -d '`' |
    grep -E '^(ripcord |scripts/[a-z])'
}

# run_command COMMAND: on the host, as it stands there; again while it is not the time for it (75).
run_command() {
  local until=$((SECONDS + 60)) status
  while true; do
    status=0
    (cd "$host" && PATH=$bin:$PATH timeout 180 bash -c "$1") >"$dir/said" 2>&1 </dev/null ||
      status=$?
    if ((status != 75 || SECONDS >= until)); then break; fi
    sleep 0.2
  done
  printf '  %3d  %s\n' "$status" "$1"
  if ((status)); then
    sed 's/^/       /' "$dir/said"
    fail "it exited with $status"
  fi
}

nothing_is_open() { [[ $(last open) == false ]]; }
users_have_it() { [[ $(last phase) == @(baking|shifting|succeeded) ]]; }

# wait_for COMMAND: until it is the time for what it does.
wait_for() {
  case $1 in
    'ripcord gate '*) within 60 is_calm || fail "the service is not well" ;;
    'ripcord deploy finish '*) ;;
    'ripcord deploy '* | 'scripts/safe_migrate.sh --deployment '*)
      within 120 nothing_is_open || fail "the deployment before does not end"
      within 60 is_calm || fail "the service is not well"
      ;;
    # A complaint at the gate would have it refused; and then the bake is not over soon.
    'ripcord signal '* | 'ripcord rollback '*)
      within 120 users_have_it || fail "no user has anything to complain of"
      ;;
  esac
}

# The migration that the document tries, makes and undoes: there from the first `safe_migrate.sh`
# in earnest on. One that cannot be undone is one without its way back, and only tried.
lay_migration() { # COMMAND
  case $1 in
    *safe_migrate.sh*) cp "$here/financehub/slow-migration/"* "$host/migrations/" ;;
  esac
  case $1 in *safe_migrate.sh*--irreversible*) rm "$host/migrations/"0003*.down.sql ;; esac
}
take_migration() { # COMMAND
  case $1 in *safe_migrate.sh*--dry-run*) rm "$host/migrations/"0003* ;; esac
}

play_process() {
  if [[ $(version) != 1.1 ]]; then play_good; fi
  say "Every command of docs/process.md, in its order"
  local command commands before
  before=$(schema_and_rows)
  mapfile -t commands < <(commands_of_process)
  ((${#commands[@]} > 30)) || fail "docs/process.md has only ${#commands[@]} commands"
  for command in "${commands[@]}"; do
    if [[ $command == *…* || $command == *SERVICE* ]]; then fail "'$command' cannot be run"; fi
    wait_for "$command"
    lay_migration "$command"
    run_command "${command//DEPLOYMENT/$(last id)}"
    take_migration "$command"
  done
  rm "$host/migrations/"0003*
  phase=$(last phase) steady=1.0
  goes_back
  [[ $(schema_and_rows) == "$before" ]] || fail "the database is not as it was"
}

stages_of() {
  story "$1" '.history[] | select(.kind == "deployment.stage") | .text' | sed 's/:.*//'
}

play_canary() {
  say "1.2 fails for two users of five: a bad canary"
  deploy 1.2
  goes_back
  [[ $(last cause.trigger) == *_@(errors|ratio) ]] || fail "it was not its errors that tripped"
  [[ $(stages_of "$(last id)") == 'stage 1 of 3' ]] || fail "it was not stopped in stage 1 of 3"
  fault=$(run_time shift.1 ended_at) what="the first users were led to it"
  # One answer in twenty is the canary's; whether a user or the probe gets it is a matter of chance.
  few_are_bad "$first" ||
    users_fail "$first" "$(bad_since "$first") users got bad answers"
}

# Sorted: an UPDATE and its way back leave the rows in another order.
schema_and_rows() { pg_dump --schema=public | grep -v '^\\\(un\)\?restrict' | sort | sha256sum; }

# When, since 1970; the record goes with the migration, so somebody looks meanwhile.
migration_is_applied() {
  sleep 0.2
  psql -X -A -t -q -o "$dir/applied" -c \
    'SELECT extract(epoch FROM applied_at) FROM ripcord.migrations WHERE version = 3' &&
    [[ -s $dir/applied ]]
}

play_migration() {
  say "1.4 comes with a migration after which no account can be read"
  local before watcher
  before=$(schema_and_rows)
  cp "$here/financehub/bad-migration/"* "$host/migrations/"
  within 180 migration_is_applied 2>/dev/null &
  watcher=$!
  deploy 1.4
  rm "$host/migrations/"0003*
  wait "$watcher" || fail "the migration was never applied"
  fault=$(<"$dir/applied") what="the migration was applied"
  goes_back
  [[ $(last cause.reason) == *deploy.3* ]] || fail "it was not the validation that failed"
  [[ $(schema_and_rows) == "$before" ]] || fail "the database is not as it was"
  echo "  the schema and every row are as before: ${before%% *}"
}

play_crash() {
  say "1.3 ends as soon as it starts"
  deploy 1.3
  fault=$(run_time deploy.2 started_at) what="it was started"
  goes_back
  is_served_well "$first" || users_fail "$first" "users got bad answers"
}

play_rot() {
  say "1.5 takes longer with every second of its life"
  deploy 1.5
  goes_back
  [[ $(last cause.trigger) == rot ]] || fail "it was not the regression that tripped"
  # It is slow by its nature, and slower on a busy machine; but everybody was served.
  (($(errors_since "$first") == 0)) || users_fail "$first" "users got errors"
}

# All of the traffic is on the new version, and its triggers are armed.
is_at_the_last_stage() {
  [[ $(status '.deployment | .phase == "baking" and .phase_detail.stage == 3 and
    (.phase_detail.settled_at | sub("\\.[0-9]+Z$"; "Z") | fromdate) + 1 < now') == true ]]
}

play_database() {
  local killer other=1.0
  if [[ $steady == 1.0 ]]; then other=1.1; fi
  say "PostgreSQL is killed while $other bakes"
  (
    within 120 is_at_the_last_stage || exit 1
    printf '%s' "$EPOCHREALTIME" >"$dir/killed"
    kill -KILL "$(docker inspect -f '{{.State.Pid}}' financehub-postgres)"
  ) &
  killer=$!
  deploy "$other"
  wait "$killer" || fail "the last stage never came"
  fault=$(<"$dir/killed") what="PostgreSQL was killed"
  goes_back
}

# ── all of it ─────────────────────────────────────────────────────────────────────────────────────
say "Starting a Docker engine, PostgreSQL, nginx and 1.0 of the application"
start_engine
set_up_host
start_users
say "Starting ripcordd, and watching 1.0 for a while"
start_daemon
within 60 has_baseline || fail "the page is not probed"

for play in "${wanted[@]}"; do
  steady=$(version) first=$(($(answers) + 1)) fault='' what=''
  "play_$play"
  printf '  %s\n' "$(told "$first" "$fault" "$what")"
done

say "What ripcord remembers"
ripcord history backend
rolled_back=$(ripcord --json history backend |
  jq -r '[.. | objects | select(.phase? == "rolled_back") | .id] | first // empty')
if [[ -n $rolled_back ]]; then
  ripcord show "$rolled_back" --evidence --html >"$dir/evidence.html" || fail "there is no evidence"
  printf '\nThe evidence before the last rollback is a page of %s bytes\n' \
    "$(wc -c <"$dir/evidence.html")"
fi
printf '\n%sPASSED%s: %d plays in %d s: %s\n' "$green" "$plain" "${#wanted[@]}" "$SECONDS" \
  "${wanted[*]}"
if [[ -n $keep ]]; then printf '  kept %s\n' "$dir"; fi
