#!/bin/sh
# Answers one request, on standard input and output. Errors go to the log of the container.
version=$(cat /app/version)
behaviour=$(cat /app/behaviour)
return=$(printf '\r')

reply() { # STATUS BODY
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nConnection: close\r\n' "$1"
  printf 'Content-Length: %s\r\n\r\n%s' "${#2}" "$2"
}

error() { # WHAT
  echo "ERROR: financehub $version: $1" >/proc/1/fd/1
  printf x >>/tmp/bad
  reply '500 Internal Server Error' "$1"
}

# The protocol of PostgreSQL, as far as one question needs it: a start, a query, a farewell.
number() { # 32 bits, of which it needs 16
  # shellcheck disable=SC2059 # the bytes are the format
  printf "\\000\\000\\$(printf '%03o' $(($1 / 256)))\\$(printf '%03o' $(($1 % 256)))"
}
start_of_session() {
  # Two numbers of 4 bytes, and the 38 that follow them.
  number 46
  printf '\000\003\000\000user\000financehub\000database\000finance_hub\000\000'
}
query() { # SQL: whether it gives one row
  {
    start_of_session
    printf Q
    number $((${#1} + 5))
    printf '%s\000X\000\000\000\004' "$1"
  } | nc -w 5 127.0.0.1 "$DB_PORT" 2>/dev/null | tr '\000' '\n' | grep -q 'SELECT 1'
}

# What grows on it from its start: the longer it runs, the longer it takes, up to a second more.
rot() {
  more=$((($(date +%s) - $(cat /tmp/started)) * 50000))
  if [ "$more" -gt 1000000 ]; then more=1000000; fi
  usleep "$more"
}

# How many pages were asked for, by one byte each.
pages() { echo $(($(stat -c %s /tmp/good) + $(stat -c %s /tmp/bad))); }

page() {
  # Two of five.
  if [ "$behaviour" = failing ] && [ $(($(pages) % 5)) -lt 2 ]; then
    error 'an account has no owner'
  elif query 'SELECT owner, cents FROM accounts WHERE id = 7'; then
    if [ "$behaviour" = rotting ]; then rot; fi
    printf x >>/tmp/good
    reply '200 OK' "$version"
  else
    error 'the account cannot be read'
  fi
}

health() {
  if query 'SELECT 1'; then
    reply '200 OK' '{"status": "healthy"}'
  else
    reply '503 Service Unavailable' '{"status": "unhealthy", "database": "lost"}'
  fi
}

detailed() {
  if query 'SELECT owner, cents FROM accounts WHERE id = 7'; then
    reply '200 OK' '{"status": "healthy"}'
  else
    reply '503 Service Unavailable' '{"status": "unhealthy", "accounts": "unreadable"}'
  fi
}

metrics() {
  reply '200 OK' "# TYPE http_requests_total counter
http_requests_total{status=\"200\"} $(stat -c %s /tmp/good)
http_requests_total{status=\"500\"} $(stat -c %s /tmp/bad)
"
}

read -r _ path _
while read -r line && [ -n "${line%"$return"}" ]; do :; done
case $path in
  /) page ;;
  /version) reply '200 OK' "$version" ;;
  /health/v2/simple | /health/v2/live) reply '200 OK' '{"status": "healthy"}' ;;
  /health/v2/ready) health ;;
  /health/v2/detailed) detailed ;;
  /metrics) metrics ;;
  *) reply '404 Not Found' 'there is no such page' ;;
esac
