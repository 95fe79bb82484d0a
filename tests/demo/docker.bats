#!/usr/bin/env bats
# needs: root docker docker-compose postgres nginx socat setpriv curl jq ss stdbuf
# shellcheck disable=SC2154 # bats sets what it cannot see

# The plays of the example host, as `./dev demo --docker` shows them.

demo=$BATS_TEST_DIRNAME/docker.sh
export RIPCORD_BIN=${DEMO_BIN-}

# play COMMAND…: by this command, in a folder of its own, in which nothing may be left.
play() {
  mkdir "$BATS_TEST_TMPDIR/t"
  TMPDIR=$BATS_TEST_TMPDIR/t run "$@" 3>&-
  printf '%s\n' "$output"
  [[ -z $(ls -A "$BATS_TEST_TMPDIR/t") ]]
  [[ -z $(pgrep -f "$BATS_TEST_TMPDIR/t") ]]
}

@test "every play ends as it should" {
  play "$demo"
  ((status == 0))
  [[ $output == *'PASSED: 8 plays'* ]]
}

@test "interrupted in the middle it leaves nothing behind" {
  play timeout --preserve-status --signal=INT 40 "$demo"
  ((status == 130))
}

@test "it says how it is called, and refuses what it does not know" {
  run "$demo" --help
  ((status == 0))
  [[ $output == *'--play NAME'* ]]
  local words
  for words in '--play' '--play nothing' '--fast'; do
    # shellcheck disable=SC2086 # several words
    run "$demo" $words
    ((status == 64))
  done
}
