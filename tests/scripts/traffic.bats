#!/usr/bin/env bats
# needs: root nginx haproxy socat curl
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

# Weights are measured: by thousands of requests through the real proxies to two real servers.
load support.sh

setup_file() {
  make_dir
  export stable_port canary_port port admin=$dir/haproxy.sock
  stable_port=$(free_port)
  canary_port=$(free_port)
  port=$(free_port)
  start_answering stable "$stable_port"
  start_answering canary "$canary_port"
}

# A server of fixed answers: nginx itself, in a configuration of its own.
start_answering() { # NAME PORT
  cat >"$dir/$1.conf" <<END
daemon off;
pid $dir/$1.pid;
error_log $dir/$1.log;
events {}
http {
  access_log off;
  server { listen 127.0.0.1:$2; location / { return 200 '$1'; } }
}
END
  start_server "$dir/$1.out" nginx -c "$dir/$1.conf"
  echo "$server" >"$dir/$1.server"
  within 10 curl -sf "http://127.0.0.1:$2/"
}

teardown_file() {
  end_server "$(cat "$dir/stable.server")"
  end_server "$(cat "$dir/canary.server")"
  rm -rf "$dir"
}

setup() {
  mkdir -p "$dir/project" "$dir/state"
  rm -f "$dir"/upstream.conf* "$dir/server-state"
  printf '%s\n' BLUE_IMAGE=financehub-backend:v1 GREEN_IMAGE=financehub-backend:v2 \
    >"$dir/project/.env"
  export RIPCORD_VERSION=v2
  proxy=
}
teardown() { end_server "$proxy"; }

slots() {
  printf '%s\n' 'SLOTS=(blue green)' 'SLOT_IMAGE_VARIABLES=(BLUE_IMAGE GREEN_IMAGE)' \
    'SLOT_CONTAINERS=(blue green)' "SLOT_ADDRESSES=(127.0.0.1:$stable_port 127.0.0.1:$canary_port)"
}

start_nginx() {
  configure "$(slots)" TRAFFIC_VIA=nginx UPSTREAM=backend "NGINX=(nginx -c $dir/nginx.conf)" \
    "NGINX_UPSTREAM_FILE=$dir/upstream.conf" "NGINX_PID_FILE=$dir/nginx.pid"
  cat >"$dir/nginx.conf" <<END
daemon off;
worker_processes 2;
pid $dir/nginx.pid;
error_log $dir/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  include $dir/upstream.conf;
  server { listen 127.0.0.1:$port; location / { proxy_pass http://backend; } }
}
END
  printf 'upstream backend { server 127.0.0.1:%s; }\n' "$stable_port" >"$dir/upstream.conf"
  start_server "$dir/nginx.out" nginx -c "$dir/nginx.conf"
  proxy=$server
  within 10 curl -sf "http://127.0.0.1:$port/"
}

start_haproxy() {
  configure "$(slots)" TRAFFIC_VIA=haproxy UPSTREAM=backend "HAPROXY_SOCKET=$admin" \
    "HAPROXY_STATE_FILE=$dir/server-state"
  cat >"$dir/haproxy.cfg" <<END
global
  stats socket $admin mode 600 level admin expose-fd listeners
  server-state-file $dir/server-state
  pidfile $dir/haproxy.pid
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  load-server-state-from-file global
frontend front
  bind 127.0.0.1:$port
  default_backend backend
backend backend
  balance ${1:-roundrobin}
  server blue 127.0.0.1:$stable_port weight 200
  server green 127.0.0.1:$canary_port weight 0
END
  start_server "$dir/haproxy.out" haproxy -W -f "$dir/haproxy.cfg"
  proxy=$server
  within 10 curl -sf "http://127.0.0.1:$port/"
}

# count REQUESTS: how many of so many the new version answers; each of them must be answered.
count() {
  local answers
  answers=$(seq "$1" | sed "s#.*#url = http://127.0.0.1:$port/\noutput = \"-\"#" |
    curl --silent --fail --no-keepalive --write-out '\n' --config - | sort | uniq -c)
  equal "$(awk '{ n += $1 } END { print n }' <<<"$answers")" "$1" 'answers' >&2 || return
  awk '$2 == "canary" { n = $1 } END { print n + 0 }' <<<"$answers"
}

# Where in its round the proxy was when the weights changed makes one request more or less; nothing
# makes one of none.
near() { # HAVE WANT ALL
  if (($2 == 0 || $2 == $3)); then
    equal "$1" "$2"
  else
    (($1 >= $2 - 2 && $1 <= $2 + 2)) || equal "$1" "$2"
  fi
}

shares_are_exact() {
  local percent
  for percent in 5 25 100 50 0; do
    RIPCORD_TRAFFIC_PERCENT=$percent try 0 shift_traffic.sh
    near "$(count 2000)" $((percent * 20)) 2000
  done
}

@test "nginx: 5, 25, 100, 50 and 0 percent of 2000 requests each" {
  start_nginx
  shares_are_exact
  RIPCORD_TRAFFIC_PERCENT=12.5 try 0 shift_traffic.sh
  near "$(count 800)" 100 800
}

@test "HAProxy: 5, 25, 100, 50 and 0 percent of 2000 requests each" {
  start_haproxy
  shares_are_exact
  RIPCORD_TRAFFIC_PERCENT=12.5 try 0 shift_traffic.sh
  near "$(count 800)" 100 800
}

@test "the share belongs to the version, whichever slot it is in" {
  start_nginx
  RIPCORD_VERSION=v1 RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh
  near "$(count 400)" 300 400
  RIPCORD_VERSION=v3 RIPCORD_TRAFFIC_PERCENT=25 try 1 shift_traffic.sh
  says 'no slot is pinned to v3'
  near "$(count 400)" 300 400
}

@test "nginx: nobody is turned away while it is shifted" {
  start_nginx
  count 3000 >"$dir/counted" 3>&- &
  local counting=$! percent
  for percent in 5 25 50 100; do RIPCORD_TRAFFIC_PERCENT=$percent try 0 shift_traffic.sh; done
  wait "$counting"
}

@test "nginx: weights outlive its restart" {
  start_nginx
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh
  end_server "$proxy"
  start_server "$dir/nginx.out" nginx -c "$dir/nginx.conf"
  proxy=$server
  within 10 curl -sf "http://127.0.0.1:$port/"
  near "$(count 400)" 100 400
}

@test "nginx: what it does not take leaves everything as it was" {
  start_nginx
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh
  before=$(cat "$dir/upstream.conf")
  echo 'nonsense;' >>"$dir/nginx.conf"
  RIPCORD_TRAFFIC_PERCENT=100 try 1 shift_traffic.sh
  says 'the old file is back'
  equal "$(cat "$dir/upstream.conf")" "$before"
  equal "$(find "$dir" -maxdepth 1 -name '*upstream.conf*' | wc -l)" 1 files
  near "$(count 400)" 100 400
}

@test "nginx: a reload that it accepts and then cannot do is noticed" {
  start_nginx
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh
  before=$(cat "$dir/upstream.conf")
  # As when the master cannot do what nginx -t, another process, could: it goes on with what it has.
  configure "$(slots)" TRAFFIC_VIA=nginx UPSTREAM=backend "NGINX=(true)" \
    "NGINX_UPSTREAM_FILE=$dir/upstream.conf" "NGINX_PID_FILE=$dir/nginx.pid"
  RIPCORD_TRAFFIC_PERCENT=100 try 1 shift_traffic.sh
  says 'nginx keeps its old workers'
  equal "$(cat "$dir/upstream.conf")" "$before"
  near "$(count 400)" 100 400
}

@test "nginx: one that does not run is a failure" {
  start_nginx
  end_server "$proxy"
  RIPCORD_TRAFFIC_PERCENT=100 try 1 shift_traffic.sh
  grep -q "server 127.0.0.1:$stable_port" "$dir/upstream.conf"
}

@test "HAProxy: weights outlive its reload and its restart" {
  start_haproxy
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh
  kill -USR2 "$proxy"
  within 10 eval '[[ $(grep -c "Loading success" "$dir/haproxy.out") == 2 ]]'
  near "$(count 400)" 100 400
  end_server "$proxy"
  start_server "$dir/haproxy.out" haproxy -W -f "$dir/haproxy.cfg"
  proxy=$server
  within 10 curl -sf "http://127.0.0.1:$port/"
  near "$(count 400)" 100 400
}

@test "HAProxy: weights that it does not take leave the old ones" {
  start_haproxy static-rr
  RIPCORD_TRAFFIC_PERCENT=25 try 1 shift_traffic.sh
  says 'HAProxy has not taken the new weights'
  [[ ! -e $dir/server-state ]]
  near "$(count 200)" 0 200
}

@test "HAProxy: weights that cannot be kept are taken back" {
  start_haproxy
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh
  configure "$(slots)" TRAFFIC_VIA=haproxy UPSTREAM=backend "HAPROXY_SOCKET=$admin" \
    "HAPROXY_STATE_FILE=$dir/nowhere/server-state"
  RIPCORD_TRAFFIC_PERCENT=100 try 1 shift_traffic.sh
  near "$(count 400)" 100 400
}

@test "HAProxy: shares that its weights cannot express are refused" {
  start_haproxy
  RIPCORD_TRAFFIC_PERCENT=0.25 try 64 shift_traffic.sh
  near "$(count 100)" 0 100
}

@test "HAProxy: one that does not answer is 69, one that knows the servers by other names is 1" {
  configure "$(slots)" TRAFFIC_VIA=haproxy UPSTREAM=backend "HAPROXY_SOCKET=$dir/nobody" \
    "HAPROXY_STATE_FILE=$dir/server-state"
  RIPCORD_TRAFFIC_PERCENT=5 try 69 shift_traffic.sh
  start_haproxy
  configure "$(slots)" TRAFFIC_VIA=haproxy UPSTREAM=other "HAPROXY_SOCKET=$admin" \
    "HAPROXY_STATE_FILE=$dir/server-state"
  RIPCORD_TRAFFIC_PERCENT=5 try 1 shift_traffic.sh
}

@test "a dry run shifts nothing" {
  start_nginx
  before=$(cat "$dir/upstream.conf")
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh --dry-run
  says 'would shift: green (v2) gets 25 percent by nginx'
  says 'weight=2500;'
  equal "$(cat "$dir/upstream.conf")" "$before"
  end_server "$proxy"
  start_haproxy
  RIPCORD_TRAFFIC_PERCENT=25 try 0 shift_traffic.sh --dry-run
  says 'weights: 150 50'
  near "$(count 100)" 0 100
}

@test "with one slot there is nothing to shift" {
  configure 'SLOTS=(blue)' 'SLOT_IMAGE_VARIABLES=(BLUE_IMAGE)' 'SLOT_CONTAINERS=(b)' \
    'SLOT_ADDRESSES=(127.0.0.1:1)'
  RIPCORD_VERSION=v1 RIPCORD_TRAFFIC_PERCENT=100 try 0 shift_traffic.sh
  RIPCORD_VERSION=v1 RIPCORD_TRAFFIC_PERCENT=5 try 1 shift_traffic.sh
}
