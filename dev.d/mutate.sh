# shellcheck shell=bash
# ./dev mutate: does a test notice? Sourced by ../dev, from the top folder.
#
# Applies the defects of mutations.txt to a copy of the repository, one at a time, builds the tests
# of the pure floors there and runs them until one fails. Never touches the working tree.

mutate() {
  local copy=build/mutants/tree survivors=() count=0 file from to line
  mkdir -p build/mutants
  rm -rf "$copy"
  mkdir -p "$copy"
  git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done |
    tar --null -T - -cf - | tar -xf - -C "$copy"
  say "Configuring the copy in $copy"
  cmake -S "$copy" -B build/mutants/build -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS="-O1 -g0" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    >build/mutants/configure.log || fail "cmake" "see build/mutants/configure.log"
  local tests=(window_test evaluate_test deploy_test engine_test simulation_test)
  say "Building the tests without a defect"
  run_tests || fail "the tests fail without any defect" "see build/mutants/tests.log"

  while IFS= read -r line; do
    if [[ -z $line || $line == '#'* ]]; then continue; fi
    file=${line%% @@ *} to=${line##* @@ } from=${line#* @@ }
    from=${from% @@ *} to=${to/#(nothing)/}
    count=$((count + 1))
    cp "$file" "$copy/$file"
    replace_once "$copy/$file" "$from" "$to" || fail "$line" "stands there not exactly once"
    if run_tests; then
      survivors+=("$line")
      printf '  SURVIVED %s\n' "$line"
    else
      printf '  killed   %s (%s)\n' "$line" "$(who_killed)"
    fi
    cp "$file" "$copy/$file"
  done <dev.d/mutations.txt
  if ((${#survivors[@]})); then
    fail "${#survivors[@]} of $count defects were noticed by no test" "they stand above"
  fi
  passed "each of $count defects makes a test fail (${SECONDS}s)"
}

# replace_once FILE FROM TO: plain text, with \n for a line end. False unless FROM stands in FILE
# exactly once.
replace_once() {
  FROM=$2 TO=$3 perl -0777 -i -pe '
    BEGIN { $from = $ENV{FROM}; $to = $ENV{TO}; s/\\n/\n/g for $from, $to }
    $n = s/\Q$from\E/$to/g; END { exit($n == 1 ? 0 : 1) }' "$1"
}

# False when the build or a test fails. A defect that does not compile is noticed by the compiler,
# which proves nothing: it ends the whole check.
run_tests() {
  local test
  if ! ninja -C build/mutants/build -j "$(jobs)" "${tests[@]}" >build/mutants/build.log 2>&1; then
    fail "a defect does not compile" "see build/mutants/build.log"
  fi
  for test in "${tests[@]}"; do
    timeout 600 "build/mutants/build/bin/$test" --gtest_brief=1 --gtest_fail_fast \
      >build/mutants/tests.log 2>&1 || return 1
  done
}

who_killed() {
  sed -nE 's/^\[  FAILED  \] ([^ ]+) \(.*/\1/p' build/mutants/tests.log | head -n 1 | grep . ||
    echo "it ended early"
}
