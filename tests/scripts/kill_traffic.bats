#!/usr/bin/env bats
# needs: root nginx haproxy socat curl
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

load support.sh
load kill.sh

setup_file() {
  make_dir
  make_shims
  export port admin=$dir/haproxy.sock RIPCORD_VERSION=v2 RIPCORD_TRAFFIC_PERCENT=25
  port=$(free_port)
  mkdir "$dir/project"
  printf '%s\n' BLUE_IMAGE=financehub-backend:v1 GREEN_IMAGE=financehub-backend:v2 \
    >"$dir/project/.env"
}
teardown_file() { rm -rf "$dir"; }
teardown() { end_server "${proxy-}"; }

slots() {
  printf '%s\n' 'SLOTS=(blue green)' 'SLOT_IMAGE_VARIABLES=(BLUE_IMAGE GREEN_IMAGE)' \
    'SLOT_CONTAINERS=(blue green)' "SLOT_ADDRESSES=(127.0.0.1:1 127.0.0.1:2)"
}

# What the running proxy, not only its file, does with requests: by which of two dead ports refuses.
answer() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/"; }

@test "nginx: killed at its commands and its lines, it is shifted by the second run" {
  configure "$(slots)" TRAFFIC_VIA=nginx UPSTREAM=backend "NGINX=(nginx -c $dir/nginx.conf)" \
    "NGINX_UPSTREAM_FILE=$dir/upstream.conf" "NGINX_PID_FILE=$dir/nginx.pid"
  printf '%s\n' "daemon off; pid $dir/nginx.pid; error_log $dir/nginx.log; events {}" \
    "http { access_log off; include $dir/upstream.conf;" \
    "server { listen 127.0.0.1:$port; location / { return 200 ok; }" \
    "location /to { proxy_pass http://backend; } } }" >"$dir/nginx.conf"
  old='upstream backend { server 127.0.0.1:1; }'
  echo "$old" >"$dir/upstream.conf"
  start_server "$dir/nginx.out" nginx -c "$dir/nginx.conf"
  proxy=$server
  within 10 curl -sf "http://127.0.0.1:$port/"
  set_up() {
    rm -f "$dir"/upstream.conf.before "$dir"/.upstream.conf*
    echo "$old" >"$dir/upstream.conf"
  }
  check() {
    equal "$(grep -c 'weight=2500;' "$dir/upstream.conf")" 1 weights &&
      equal "$(find "$dir" -maxdepth 1 -name '*upstream.conf*' | wc -l)" 1 files &&
      equal "$(answer)" 200 answer
  }
  local mode
  for mode in before in after; do everywhere "$mode" 1 "$scripts/shift_traffic.sh"; done
  everywhere line "${KILL_STRIDE:-23}" "$scripts/shift_traffic.sh"
}

@test "nginx: killed before it was tested, a bad file gives way to the one before all of them" {
  configure "$(slots)" TRAFFIC_VIA=nginx UPSTREAM=backend "NGINX=(nginx -c $dir/nginx.conf)" \
    "NGINX_UPSTREAM_FILE=$dir/upstream.conf" "NGINX_PID_FILE=$dir/nginx.pid"
  old='upstream backend { server 127.0.0.1:1; }'
  local n
  for n in $(seq 1 12); do
    rm -f "$dir"/upstream.conf.before
    echo "$old" >"$dir/upstream.conf"
    printf 'events {} nonsense;\n' >"$dir/nginx.conf"
    run_killed before "$n" "$scripts/shift_traffic.sh"
    run "$scripts/shift_traffic.sh"
    equal "$status" 1
    equal "$(cat "$dir/upstream.conf")" "$old" "killed at $n"
  done
}

@test "HAProxy: killed at its commands and its lines, it is shifted by the second run" {
  configure "$(slots)" TRAFFIC_VIA=haproxy UPSTREAM=backend "HAPROXY_SOCKET=$admin" \
    "HAPROXY_STATE_FILE=$dir/server-state"
  printf '%s\n' global " stats socket $admin mode 600 level admin" defaults ' mode http' \
    ' timeout connect 1s' ' timeout client 1s' ' timeout server 1s' 'backend backend' \
    ' server blue 127.0.0.1:1 weight 200' ' server green 127.0.0.1:2 weight 0' >"$dir/haproxy.cfg"
  start_server "$dir/haproxy.out" haproxy -f "$dir/haproxy.cfg"
  proxy=$server
  tell() { socat - "UNIX-CONNECT:$admin" <<<"$1"; }
  within 10 tell 'show info'
  set_up() {
    rm -f "$dir"/server-state
    tell 'set weight backend/blue 200;set weight backend/green 0'
  }
  check() {
    equal "$(tell 'get weight backend/green' | head -n 1)" '50 (initial 0)' weight &&
      equal "$(awk '$4 == "green" { print $8 }' "$dir/server-state")" 50 'kept weight'
  }
  local mode
  for mode in before in after; do everywhere "$mode" 1 "$scripts/shift_traffic.sh"; done
  everywhere line "${KILL_STRIDE:-23}" "$scripts/shift_traffic.sh"
}
