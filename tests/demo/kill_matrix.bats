#!/usr/bin/env bats
# needs: root docker docker-compose postgres nginx socat setpriv curl jq ss stdbuf
# shellcheck disable=SC2154 # bats sets what it cannot see

# Some cells of the matrix, each victim but the daemon in one of them, always at the same shares of
# its step; all of them are kill_matrix.sh without options. Of the daemon tests/integration/ has
# every instant.

matrix=$BATS_TEST_DIRNAME/kill_matrix.sh
export RIPCORD_BIN=${DEMO_BIN-}

@test "a part of the host that is killed in a step: nothing runs twice, and the end is right" {
  mkdir "$BATS_TEST_TMPDIR/t"
  local cells=shim@deploy.2,engine@shift.2,database@rollback.1,script@rollback.2
  TMPDIR=$BATS_TEST_TMPDIR/t run "$matrix" --cells "$cells" --seed 1 3>&-
  printf '%s\n' "$output"
  ((status == 0))
  [[ $output == *'PASSED: 4 kills'* ]]
  [[ -z $(ls -A "$BATS_TEST_TMPDIR/t") ]]
  [[ -z $(pgrep -f "$BATS_TEST_TMPDIR/t") ]]
}

@test "it says how it is called, and refuses what it does not know" {
  run "$matrix" --help
  ((status == 0))
  [[ $output == *'--sample N'* ]]
  local words
  for words in '--cells' '--cells engine@nowhere' '--sample x' '--seed' '--fast'; do
    # shellcheck disable=SC2086 # several words
    run "$matrix" $words
    ((status == 64))
  done
}
