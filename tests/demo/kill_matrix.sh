#!/usr/bin/env bash
# Kills one part of the example host at one step of a deployment, for every part and every step.
set -euo pipefail
export LC_ALL=C
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

victims=(daemon shim script engine database)
steps=(deploy.1 deploy.2 deploy.3 shift.1 shift.2 shift.3 rollback.1 rollback.2 verify)

usage() {
  cat <<'END'
Usage: kill_matrix.sh [--cells VICTIM@STEP,…] [--sample N] [--seed S] [--keep]

Deploys again and again on a host of its own (as ./dev demo --docker), each time with a migration,
while somebody writes rows, and each time kills (SIGKILL) one of daemon, shim, script, engine,
database, somewhere in one of the steps deploy.1 (migrate), deploy.2 (start), deploy.3 (validate),
shift.1, shift.2, shift.3, rollback.1 (the migration is undone), rollback.2, verify. What was killed
is started again, as a service manager would. Afterwards no step may have run twice, every row that
was acknowledged must be there, and the end must be right: the new version answers, the schema is
migrated and the deployment has succeeded; the old one answers, schema and rows are as before and it
was rolled back; or a person was called, and told which step or what for.

A kill that comes when its step is over already does not count: the cell is played again with an
earlier instant, and fails when it is never hit.

  --cells …    only these; unless told all of them, in about an hour
  --sample N   only N of them, chosen by the seed
  --seed S     of the instants, each a share of how long its step takes; 1 unless told, and printed.
               A cell has the same share whichever others are played
  --keep       leave the directory with the configuration, the logs and the journal

Exits 0 when all of this held, 1 when not, 64 when it was called wrongly.
END
}

called=kill_matrix.sh
wrong_call() {
  printf '%s: %s; see %s --help\n' "$called" "$1" "$called" >&2
  exit 64
}

all_cells() {
  local victim step
  for victim in "${victims[@]}"; do
    for step in "${steps[@]}"; do printf '%s@%s\n' "$victim" "$step"; done
  done
}

cells=() sample='' seed=1 keep=
while (($#)); do
  case $1 in
    --cells)
      IFS=, read -ra cells <<<"${2-}"
      if ((${#cells[@]} == 0)); then wrong_call "$1 needs VICTIM@STEP,…"; fi
      shift 2
      ;;
    --sample | --seed)
      if [[ ! ${2-} =~ ^[0-9]+$ ]]; then wrong_call "$1 needs a number"; fi
      if [[ $1 == --sample ]]; then sample=$2; else seed=$2; fi
      shift 2
      ;;
    --keep) keep=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) wrong_call "there is no option $1" ;;
  esac
done
mapfile -t all < <(all_cells)
if ((${#cells[@]} == 0)); then cells=("${all[@]}"); fi
for cell in "${cells[@]}"; do
  [[ " ${all[*]} " == *" $cell "* ]] || wrong_call "'$cell' is no VICTIM@STEP"
done
RANDOM=$seed
if [[ -n $sample ]]; then
  mapfile -t cells < <(for cell in "${cells[@]}"; do echo "$RANDOM $cell"; done | sort -n |
    head -n "$sample" | cut -d ' ' -f 2)
fi

# shellcheck source-path=SCRIPTDIR source=host.sh
source "$here/host.sh"

# ── what is killed ────────────────────────────────────────────────────────────────────────────────
declare -A took=() # how long a step takes at least that nothing happens to, in ms
tries_max=4

# share CELL TRY: how far into the step, in thousandths of its length.
share() {
  RANDOM=$(($(cksum <<<"$seed $1 $2" | cut -d ' ' -f 1) % 32768))
  echo $((RANDOM % 1000))
}

# run_of STEP: its directory, in this deployment.
run_of() { echo "$host/ripcord/runs/$id/$1"; }
noted() { sed -n "s/^$2=//p" "$1" 2>/dev/null; } # FILE KEY
has_ended_deployment() { [[ $(last open) == false ]]; }

# comes STEP: whether it begins before the deployment ends.
comes() {
  local run until=$((SECONDS + 240)) looks=0 is_over=
  run=$(run_of "$1")
  while [[ ! -s $run/started || ! -s $run/shim ]]; do
    if [[ -n $is_over ]] || ((SECONDS >= until)); then return 1; fi
    if ((++looks % 100 == 0)) && has_ended_deployment; then is_over=1; fi
    sleep 0.02
  done
}

# victims_of VICTIM STEP: what `kill` takes for it; nothing when it is not there.
victims_of() {
  local pid
  case $1 in
    daemon) echo "$daemon" ;;
    shim) noted "$(run_of "$2")/shim" pid ;;
    script) echo "-$(noted "$(run_of "$2")/started" pid)" ;;
    engine) echo "$engine $(<"$dir/docker/exec/containerd/containerd.pid")" ;; # both parts
    database)
      pid=$(docker inspect -f '{{.State.Pid}}' financehub-postgres 2>/dev/null) || pid=0
      if ((pid > 1)); then echo "$pid"; fi
      ;;
  esac
}

start_again() { # VICTIM
  case $1 in
    daemon) start_daemon ;;
    engine)
      within 20 is_gone "$engine"
      rm -f "$dir/docker/exec/containerd/containerd.pid" # whose process may not be reaped yet
      start_engine
      ;;
  esac
}

# strike VICTIM STEP MILLISECONDS: so long after it was seen to run, if it still does.
strike() {
  local pids
  pids=$(victims_of "$1" "$2")
  sleep "$(printf '%d.%03d' $(($3 / 1000)) $(($3 % 1000)))"
  if [[ -z $pids || -s $(run_of "$2")/result ]]; then return; fi
  struck_at=${EPOCHREALTIME/./}
  # shellcheck disable=SC2086 # several processes
  kill -KILL -- $pids 2>/dev/null || struck_at=''
  start_again "$1"
}

# was_hit VICTIM STEP: whether the step ran when it was struck, and by its own record.
was_hit() {
  local result outcome
  if [[ -z $struck_at ]]; then return 1; fi
  result=$(run_of "$2")/result
  outcome=$(noted "$result" outcome)
  case $1 in
    shim) [[ -z $outcome || $outcome == lost ]] ;;
    script) [[ $outcome == signalled ]] ;;
    *) [[ -z $outcome || $outcome == lost ]] || (($(noted "$result" ended_at) > struck_at)) ;;
  esac
}

# From which later instants are reckoned: the shortest, for the machine may be less busy then.
learn() {
  local step result length
  for step in "${steps[@]}"; do
    result=$(run_of "$step")/result
    if [[ $(noted "$result" outcome) == exited && $(noted "$result" code) == 0 ]]; then
      length=$((($(noted "$result" ended_at) - $(noted "$result" started_at)) / 1000))
      if ((length < ${took[$step]:-60000})); then took[$step]=$length; fi
    fi
  done
}

# ── what must hold afterwards ─────────────────────────────────────────────────────────────────────
ask() { psql -X -A -t -q -c "$1"; }
schema() { ask 'SELECT max(version) FROM ripcord.migrations'; }
# The schema, and the rows that nobody but the migrations changes.
facts() {
  {
    pg_dump --schema-only --schema=public | grep -v '^\\\(un\)\?restrict' | sort
    ask 'SELECT * FROM accounts WHERE id <= 1000 ORDER BY id'
  } | sha256sum
}

# Somebody writes rows all the time, and notes those that the database has acknowledged.
start_writer() {
  # shellcheck disable=SC2016 # the inner shell expands it
  PGCONNECT_TIMEOUT=3 setsid bash -c '
    for ((n = 1000001;; n++)); do
      psql -X -q -c "INSERT INTO accounts (id, owner, cents) VALUES ($n, '\''writer'\'', $n)" &&
        echo "$n" >>"$1"
      sleep 0.2
    done' writer "$dir/acknowledged" >/dev/null 2>&1 </dev/null &
  users=$! # what clean_up ends
  within 20 test -s "$dir/acknowledged" || fail "no row can be written"
}
acknowledged() { wc -l <"$dir/acknowledged"; }
lost_rows() {
  sort "$dir/acknowledged" >"$dir/acknowledged.sorted"
  ask "SELECT id FROM accounts WHERE id > 1000000 AND owner = 'writer' AND cents = id" | sort |
    comm -23 "$dir/acknowledged.sorted" -
}

# A step that has a result has run; it must not have been begun again.
ran_twice() {
  local run
  for run in "$host"/ripcord/runs/"$id"/*+1; do
    if [[ -e $run && -s ${run%+1}/result ]] && ! grep -q '^outcome=lost' "${run%+1}/result"; then
      echo "${run##*/}"
    fi
  done
}

# person_was_called PHASE: by what the one critical record of this end says, which must name
# the step or the reason, and has been told.
person_was_called() {
  local kind=rollback.failed text
  if [[ $1 == failed ]]; then kind=deployment.failed; fi
  text=$(story "$id" \
    ".history[] | select(.kind == \"$kind\" and .severity == \"critical\") | .text")
  printf '  %-20s %s: %s\n' '' "$kind" "${text:-nothing}"
  [[ $text =~ (deploy|shift|rollback)\.[0-9]|verify|verification|deadline|'did not help' ]] &&
    within 60 was_told "$id" "$kind"
}

is_migrated() { # VERSION
  [[ $(schema) == "$1" && $(ask "SELECT count(*), sum(cents) FROM accounts
      WHERE id <= 1000 AND note_$1 = 'of ' || owner") == "1000|$((cents_before + 1000))" ]]
}

judge() { # CELL OLD NEW
  local phase answer twice lost
  phase=$(last phase)
  within 30 database_answers || fail "$1: the database is gone"
  answer=$(version) || answer=nothing
  twice=$(ran_twice)
  printf '  %-20s %-16s %s answers, schema %s\n' "$1" "$phase" "$answer" "$(schema)"
  [[ -z $twice ]] || fail "$1: $twice has run although the first try had ended"
  case $phase in
    succeeded)
      [[ $answer == "$3" ]] || fail "$1: succeeded, but $answer answers"
      is_migrated "$migration" || fail "$1: succeeded, but the migration is not there, once"
      ;;
    rolled_back)
      [[ $answer == "$2" ]] || fail "$1: rolled back, but $answer answers"
      [[ $(facts) == "$facts_before" ]] || fail "$1: schema and rows are not as before"
      ;;
    failed | rollback_failed)
      person_was_called "$phase" || fail "$1: $phase, and nobody was called and told why"
      mend "$2"
      [[ $(facts) == "$facts_before" ]] || fail "$1: schema and rows cannot be mended"
      ;;
    *) fail "$1: it ended as $phase" ;;
  esac
  lost=$(lost_rows)
  [[ -z $lost ]] || fail "$1: rows that were acknowledged are lost: ${lost//$'\n'/ }"
  (($(acknowledged) > acknowledged_before)) || fail "$1: no row could be written"
}

# What the person would do who was called.
mend() { # VERSION
  {
    within 60 engine_answers
    "$host/scripts/rollback_migration.sh" --deployment "$id" || true
    "$host/scripts/deploy.sh" --version "$1" || true
    "$host/scripts/shift_traffic.sh" --version "$1" --percent 100 || true
  } >>"$dir/mended.log" 2>&1
}

be_well() { # CELL
  if within 60 is_calm; then return; fi
  mend "$(version)"
  within 60 is_calm || fail "the service does not become well before $1"
}

# ── a cell ────────────────────────────────────────────────────────────────────────────────────────
# The migration that the deployment brings: the next number, with its way back.
lay_migration() {
  local way file
  migration=$(($(schema) + 1))
  rm -f "$host/migrations/$(printf %04d "$migration")"_*
  for way in up down; do
    file=$host/migrations/$(printf '%04d_note.%s.sql' "$migration" "$way")
    sed "s/\\bnote\\b/note_$migration/" \
      "$here/financehub/slow-migration/0003_note.$way.sql" >"$file"
  done
}

# clear_slot VERSION: what it has said in earlier cells, when the database was gone, is none of this
# one's errors; and a slot that runs the version already would not be started anew.
clear_slot() {
  docker ps -a --format '{{.Names}} {{.Image}}' | sed -n "s/ financehub-backend:$1\$//p" |
    xargs -r docker rm -f >/dev/null
}

was_refused() { [[ $(last phase) == refused ]]; }

# begin CELL VERSION: deploys it, and waits until the cell's step runs; a rollback is asked for
# where the step belongs to one. What is killed here makes the service unwell at times, and then the
# gate is right to refuse.
begin() {
  local tries=0
  while true; do
    id=$(ripcord deploy backend --version "$2" "${confirmed[@]}" 2>>"$dir/said") ||
      fail "$2 could not be deployed"
    if comes deploy.1; then break; fi
    was_refused || fail "$1: $2 was not begun"
    ((++tries < 5)) || fail "$1: the gate refuses again and again"
    printf '  %-20s %s\n' "$1" "refused at the gate; once more"
    be_well "$1"
  done
  case ${1#*@} in
    rollback.* | verify)
      if comes shift.1; then
        within 60 ripcord rollback backend --reason "a test" >/dev/null 2>>"$dir/said" || true
      fi
      ;;
  esac
  comes "${1#*@}"
}

# once VICTIM STEP TRY: whether it was hit.
once() {
  local old new=1.0 instant=0
  be_well "$1@$2"
  old=$(version) struck_at=''
  if [[ $old == 1.0 ]]; then new=1.1; fi
  clear_slot "$new"
  lay_migration
  facts_before=$(facts) acknowledged_before=$(acknowledged)
  cents_before=$(ask 'SELECT sum(cents) FROM accounts WHERE id <= 1000')
  if begin "$1@$2" "$new"; then
    # The later tries earlier and earlier, and never at its very end.
    instant=$(($(share "$1@$2" "$3") * ${took[$2]:-1000} * 4 / 5 / $3 / 1000))
    strike "$1" "$2" "$instant"
  fi
  within 360 has_ended_deployment || fail "$1@$2: the deployment does not end"
  judge "$1@$2+${instant}ms" "$old" "$new"
  learn
  was_hit "$1" "$2"
}

play() { # VICTIM STEP
  local try
  for ((try = 1; try <= tries_max; try++)); do
    if once "$1" "$2" "$try"; then return; fi
    printf '  %-20s %s\n' "$1@$2" "was over already; once more, and earlier"
  done
  fail "$1@$2: it was never hit"
}

say "Starting a Docker engine, PostgreSQL, nginx and 1.0 of the application (seed $seed)"
start_engine
set_up_host
# Shorter than for people, and what waits for a person ends soon.
sed -i -e 's/^\(bake  *\)= .*/\1= "4s"/' -e '/^settle = /a deadline = "4m"' "$host/ripcord.toml"
sed -i 's/^START_SECONDS=.*/START_SECONDS=10/' "$host/scripts/deployment.conf"
start_writer
start_daemon
within 60 is_calm || fail "the service is not well"

say "${#cells[@]} kills"
for cell in "${cells[@]}"; do play "${cell%@*}" "${cell#*@}"; done
printf '\n%sPASSED%s: %d kills in %d s, seed %d, %d rows written meanwhile\n' "$green" "$plain" \
  "${#cells[@]}" "$SECONDS" "$seed" "$(acknowledged)"
