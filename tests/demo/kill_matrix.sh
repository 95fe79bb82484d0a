#!/usr/bin/env bash
# Kills one part of the example host at one step of a deployment, for every part and every step.
set -euo pipefail
export LC_ALL=C
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

victims=(daemon shim script engine database)
steps=(deploy.1 deploy.2 shift.1 shift.2 shift.3 rollback.1 rollback.2 verify)

usage() {
  cat <<'END'
Usage: kill_matrix.sh [--cells VICTIM@STEP,…] [--sample N] [--seed S] [--keep]

Deploys again and again on a host of its own (as ./dev demo --docker), and each time kills (SIGKILL)
one of daemon, shim, script, engine, database, somewhere in one of the steps deploy.1, deploy.2,
shift.1, shift.2, shift.3, rollback.1, rollback.2, verify. What was killed is started again, as a
service manager would. Afterwards no step may have run twice, every row must be there, and the end
must be right: the new version answers and the deployment has succeeded, the old one answers and it
was rolled back, or a person was called.

  --cells …    only these; unless told all of them, in about half an hour
  --sample N   only N of them, chosen by the seed
  --seed S     also of the instants; printed

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

cells=() sample='' seed=$$ keep=
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
# run_of STEP: its directory, in this deployment.
run_of() { echo "$host/ripcord/runs/$id/$1"; }
pid_in() { sed -n 's/^pid=//p' "$1"; }
has_started() { [[ -s $(run_of "$1")/started && -s $(run_of "$1")/shim ]]; }
has_ended_deployment() { [[ $(last open) == false ]]; }
# A step that is never reached is as good as one that was: what comes of it is judged all the same.
has_started_or_is_over() { has_started "$1" || has_ended_deployment; }

kill_part() { # VICTIM STEP
  case $1 in
    daemon) kill -KILL "$daemon" ;;
    shim) kill -KILL "$(pid_in "$(run_of "$2")/shim")" ;;
    script) kill -KILL -- "-$(pid_in "$(run_of "$2")/started")" ;;
    engine) kill -KILL "$engine" "$(<"$dir/docker/exec/containerd/containerd.pid")" ;; # both parts
    database) kill -KILL "$(docker inspect -f '{{.State.Pid}}' financehub-postgres)" ;;
  esac 2>/dev/null || echo "    (it was over already)"
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

# ── what must hold afterwards ─────────────────────────────────────────────────────────────────────
rows() { psql -X -A -t -c 'SELECT * FROM accounts ORDER BY id' | sha256sum; }

# A step that has a result has run; it must not have been begun again.
ran_twice() {
  local run
  for run in "$host"/ripcord/runs/"$id"/*+1; do
    if [[ -e $run && -s ${run%+1}/result ]] && ! grep -q '^outcome=lost' "${run%+1}/result"; then
      echo "${run##*/}"
    fi
  done
}

was_called() { # Whether a person was: a critical record of the end.
  ripcord --json show "$id" |
    jq -e '[.. | objects | select(.severity? == "critical")] | length > 0' >/dev/null
}

judge() { # CELL OLD NEW
  local phase answer twice
  phase=$(last phase)
  within 30 database_answers || fail "$1: the database is gone"
  answer=$(version) || answer=nothing
  twice=$(ran_twice)
  printf '  %-20s %-16s %s answers\n' "$1" "$phase" "$answer"
  [[ -z $twice ]] || fail "$1: $twice has run although the first try had ended"
  [[ $(rows) == "$rows_before" ]] || fail "$1: the rows are not as before"
  case $phase in
    succeeded) [[ $answer == "$3" ]] || fail "$1: succeeded, but $answer answers" ;;
    rolled_back) [[ $answer == "$2" ]] || fail "$1: rolled back, but $answer answers" ;;
    failed | rollback_failed) was_called || fail "$1: $phase, and nobody was called" ;;
    *) fail "$1: it ended as $phase" ;;
  esac
}

# What the person would do who was called.
mend() { # VERSION
  {
    "$host/scripts/deploy.sh" --version "$1" || true
    "$host/scripts/shift_traffic.sh" --version "$1" --percent 100 || true
  } >>"$dir/mended.log" 2>&1
}

be_well() { # CELL
  if ! within 40 is_calm; then mend "$(version)"; fi
  within 60 is_calm || fail "the service does not become well before $1"
}

# Deploys, and waits for the step; a rollback is asked for where the step belongs to one.
begin() { # VERSION VICTIM STEP
  ripcord deploy backend --version "$1" "${confirmed[@]}" >/dev/null 2>>"$dir/said" ||
    fail "$1 could not be deployed"
  id=$(last id)
  case $3 in
    rollback.* | verify)
      within 120 has_started_or_is_over shift.1 || fail "$2@$3: shift.1 never came"
      within 60 ripcord rollback backend --reason "a test" >/dev/null 2>>"$dir/said" || true
      ;;
  esac
  within 180 has_started_or_is_over "$3" || fail "$2@$3: the step never came"
}
was_refused() { [[ $(last phase) == refused ]]; }

play() { # VICTIM STEP
  local old new instant tries
  be_well "$1@$2"
  old=$(version)
  if [[ $old == 1.0 ]]; then new=1.1; else new=1.0; fi
  # What is killed here makes the service unwell at times, and then the gate is right to refuse.
  for ((tries = 0; tries < 5; ++tries)); do
    begin "$new" "$1" "$2"
    if ! was_refused; then break; fi
    printf '  %-20s %s\n' "$1@$2" "refused at the gate; once more"
    be_well "$1@$2"
  done
  if was_refused; then fail "$1@$2: the gate refuses again and again"; fi
  instant=$((RANDOM % 1500))
  sleep "$(printf '%d.%03d' $((instant / 1000)) $((instant % 1000)))" # an instant by chance
  kill_part "$1" "$2"
  start_again "$1"
  within 240 has_ended_deployment || fail "$1@$2: the deployment does not end"
  judge "$1@$2+${instant}ms" "$old" "$new"
}

say "Starting a Docker engine, PostgreSQL, nginx and 1.0 of the application (seed $seed)"
start_engine
set_up_host
# Shorter than for people, and what waits for a person ends soon.
sed -i -e 's/^\(bake  *\)= .*/\1= "4s"/' -e '/^settle = /a deadline = "3m"' "$host/ripcord.toml"
sed -i 's/^START_SECONDS=.*/START_SECONDS=10/' "$host/scripts/deployment.conf"
start_daemon
within 60 is_calm || fail "the service is not well"
rows_before=$(rows)

say "${#cells[@]} kills"
for cell in "${cells[@]}"; do play "${cell%@*}" "${cell#*@}"; done
printf '\n%sPASSED%s: %d kills in %d s, seed %d\n' "$green" "$plain" "${#cells[@]}" "$SECONDS" \
  "$seed"
