#!/usr/bin/env bash
# Usage: dev.d/clang_tidy.sh BUILD_FOLDER CACHE_FOLDER [PART_OF_A_PATH]
#
# Runs clang-tidy over every source of the project that BUILD_FOLDER compiles, a file a core, and
# remembers in CACHE_FOLDER what was clean: a file is skipped while its text, its preprocessed text,
# the NOLINT comments of the headers that it includes, its compile command, the rules and clang-tidy
# itself are what they were then. The cache may be deleted at any time.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export top=$PWD
export build_folder=$1
export cache=$2
only=${3-}

mkdir -p "$cache"
work=$(mktemp -d)
export work
trap 'rm -rf "$work"' EXIT

rules=$({
  clang-tidy-19 --version
  cat .clang-tidy tests/.clang-tidy dev.d/clang_tidy.sh
} | sha256sum)
export rules

# One line a source: its path and its command, with a tab between. CMake writes one key a line.
sources_and_commands() {
  awk -v root="\"file\": \"$top/" '
    /^ *"command": / {
      command = $0
      sub(/^ *"command": "/, "", command); sub(/",$/, "", command)
      gsub(/\\"/, "\"", command); gsub(/\\\\/, "\\", command)
      sub(/^[^ ]*ccache /, "", command)
    }
    at = index($0, root) {
      file = substr($0, at + length(root)); sub(/",?$/, "", file)
      if (file !~ /^build\// && !seen[file]++) print file "\t" command
    }' "$build_folder/compile_commands.json" | grep -F "$only" || true
}

# What the judgement on a file depends on.
key_of() { # FILE COMMAND LIST_OF_WHAT_IT_INCLUDES
  {
    printf '%s %s\n' "$rules" "${2//$top\//}"
    cat "$1"
    # A file that does not even preprocess is a finding: clang-tidy will say what is wrong.
    (cd "$build_folder" && eval "$2 -E -P -o - -MD -MF '$3'") 2>/dev/null || true
    tr -s ' \\\n' '\n' <"$3" | grep "^$top/" | xargs -r grep -h NOLINT || true
  } | sha256sum | cut -d ' ' -f 1
}

# Findings in the project's files. The analyzer does not understand coroutines and reports Asio's
# awaitable.hpp at every co_await, where nothing of ours can be wrong.
findings_in() {
  awk '
    /^[^ ]+:[0-9]+:[0-9]+: (warning|error|fatal error): / {
      drop = /^\/usr\// && /\[clang-analyzer-[^]]*\]$/
      if (!drop) print; next
    }
    /^[0-9]+ (warning|error)s?( and| generated| treated)|^Suppressed |^Use -header-/ { next }
    !drop { print }'
}

check() { # FILE COMMAND
  local file=$1 command=$2 started=$SECONDS output=$work/$BASHPID status=0 key
  key=$(key_of "$file" "$command" "$output.d")
  if [[ -e $cache/$key ]]; then
    touch "$cache/$key" "$output.unchanged"
    return
  fi
  clang-tidy-19 --quiet -p "$build_folder" "$file" >"$output.raw" 2>&1 || status=$?
  findings_in <"$output.raw" >"$output.findings"
  if ((status > 1)) || [[ -s $output.findings ]]; then
    printf '  %s: %ds, with findings\n' "$file" $((SECONDS - started))
    if ((status > 1)); then cat "$output.raw"; else cat "$output.findings"; fi
    touch "$output.bad"
  else
    printf '  %s: %ds\n' "$file" $((SECONDS - started))
    touch "$cache/$key" "$output.clean"
  fi
}
export -f check key_of findings_in

# shellcheck disable=SC2016  # the inner shell expands these
sources_and_commands | tr '\n\t' '\0\0' |
  xargs -0 -r -n 2 -P "$(nproc)" bash -euo pipefail -c 'check "$1" "$2"' check

count() { find "$work" -name "*.$1" | wc -l; }
printf '  %d files: %d unchanged since they were clean, %d clean, %d with findings\n' \
  "$(sources_and_commands | wc -l)" "$(count unchanged)" "$(count clean)" "$(count bad)"
find "$cache" -type f -mtime +30 -delete
all=$(sources_and_commands | wc -l)
[[ $(count bad) == 0 && $(($(count unchanged) + $(count clean))) == "$all" ]]
