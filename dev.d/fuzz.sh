# shellcheck shell=bash
# ./dev fuzz: every fuzz target for a while, one a core, one verdict. Sourced by ../dev, from the
# top folder.

# What it learns is kept in build/; the corpus of the repository is only read.
fuzz_one() { # PROGRAM SECONDS
  local program=$1 seconds=$2 name log status=0
  name=$(basename "$program" _fuzz)
  log=build/fuzz/findings/$name.log
  mkdir -p "build/fuzz/corpus/$name"
  local corpus=("build/fuzz/corpus/$name")
  if [[ -d tests/fuzz/corpus/$name ]]; then corpus+=("tests/fuzz/corpus/$name"); fi
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -verbosity=0 -artifact_prefix="build/fuzz/findings/$name-" "${corpus[@]}" \
    >"$log" 2>&1 || status=$?
  local runs
  runs=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")
  if ((status == 0 && ${runs:-0} > 0)); then
    printf '  %-12s %12d runs, nothing found\n' "$name" "$runs"
  else
    printf '  %-12s FAILED\n' "$name"
    tail -n 60 "$log"
    touch "build/fuzz/findings/$name.bad"
  fi
}
export -f fuzz_one

fuzz() { # SECONDS
  local seconds=$1 programs=() program bad=()
  mkdir -p build/fuzz/findings
  rm -f build/fuzz/findings/*.bad
  for program in build/fuzz/bin/*_fuzz; do
    if [[ -x $program ]]; then programs+=("$program"); fi
  done
  if ((${#programs[@]} == 0)); then fail "there is no fuzz target"; fi

  say "${#programs[@]} fuzz targets for ${seconds}s each, $(nproc) at a time"
  # shellcheck disable=SC2016  # the inner shell expands these
  printf '%s\0' "${programs[@]}" |
    xargs -0 -n 1 -P "$(nproc)" bash -euo pipefail -c 'fuzz_one "$2" "$1"' fuzz "$seconds"
  for program in build/fuzz/findings/*.bad; do
    if [[ -e $program ]]; then bad+=("$(basename "$program" .bad)"); fi
  done
  if ((${#bad[@]})); then
    fail "${bad[*]} of ${#programs[@]} fuzz targets" \
      "again with: build/fuzz/bin/NAME_fuzz build/fuzz/findings/NAME-…"
  fi
  passed "${#programs[@]} fuzz targets for ${seconds}s each, in ${SECONDS}s"
}
