#!/usr/bin/env bash
# The team: takes one message, an HTTP request on standard input, and adds its body as a line to the
# file TOLD. socat runs it for each.
export LC_ALL=C # lengths are bytes
length=0
while IFS= read -r line && line=${line%$'\r'} && [[ -n $line ]]; do
  if [[ ${line,,} =~ ^content-length:\ *([0-9]+) ]]; then length=${BASH_REMATCH[1]}; fi
done
body=$(head -c "$length")
printf '%s\n' "${body//$'\n'/ }" >>"$TOLD"
printf 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
