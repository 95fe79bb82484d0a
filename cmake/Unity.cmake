# Unity builds: parsing the same headers again and again is most of what a file costs the compiler,
# so files of one target are compiled some at a time, as one. The presets `release` and `tidy`,
# which must see that every file stands on its own, do not (RIPCORD_UNITY).
#
# CMake's own UNITY_BUILD names the files by absolute paths, which no other clone finds in the
# compiler's cache, and cuts them by their order, so that a new file moves all that follow it into
# other company. Here a file's company depends on its own name.

# Files that say a private name (of an unnamed namespace) which one of their company says too. When
# the compiler tells of a redefinition or an ambiguity: rename, or add the file here. And the body
# of Asio, whose macros are not for others.
set(ripcord_alone
  lib/act/minder.cpp
  lib/api/queries.cpp
  lib/engine/service.cpp
  lib/metrics/service_series.cpp
  lib/net/asio_impl.cpp
  lib/net/reply_stream.cpp
  lib/notify/receiver/slack.cpp
  lib/notify/receiver/teams.cpp
  lib/notify/receiver/webhook.cpp
  lib/probe/scrape/scrape_probe.cpp
  lib/probe/scrape/selector.cpp
  lib/probe/tcp_probe.cpp
  lib/store/journal_json.cpp
  lib/store/sqlite_journal.cpp
  tests/act/shim_process_test.cpp
  tests/config/read_http_probe_test.cpp
  tests/config/read_postgres_probe_test.cpp
  tests/config/read_probe_test.cpp
  tests/config/read_promql_probe_test.cpp
  tests/config/read_rules_test.cpp
  tests/config/read_scrape_probe_test.cpp
  tests/config/read_service_test.cpp
  tests/config/read_tcp_probe_test.cpp
  tests/config/read_trigger_test.cpp
  tests/deploy/deadline_test.cpp
  tests/deploy/dora_report_test.cpp
  tests/deploy/gate/kinds_test.cpp
  tests/engine/by_hand_test.cpp
  tests/engine/driven_test.cpp
  tests/engine/restart_test.cpp
  tests/evaluate/latency_test.cpp
  tests/evaluate/progress_test.cpp
  tests/evaluate/regression_test.cpp
  tests/evaluate/value_test.cpp
  tests/gate/from_snapshot_test.cpp
  tests/integration/kill_test.cpp
  tests/metrics/tally_test.cpp
  tests/probe/docker/usage_test.cpp
  tests/probe/scrape/meter_test.cpp
  tests/window/count_within_test.cpp
  tests/window/hold_test.cpp
  tests/window/ratio_window_test.cpp
  tests/window/streak_test.cpp
  tests/window/value_window_test.cpp
)

# ripcord_joined(OUT TARGET file…): the files to compile for those of TARGET.
#
# Groups are a power of two of at most eight files on average; one more file changes its own group
# only, and when there are more groups, each is cut in two and none is mixed.
function(ripcord_joined out target)
  set(result "")
  if(NOT RIPCORD_UNITY)
    set(${out} ${ARGN} PARENT_SCOPE)
    return()
  endif()
  list(LENGTH ARGN left)
  set(groups 1)
  while(left GREATER 8)
    math(EXPR left "(${left} + 1) / 2")
    math(EXPR groups "${groups} * 2")
  endwhile()
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE name)
    if(name IN_LIST ripcord_alone)
      list(APPEND result ${file})
      continue()
    endif()
    string(MD5 hash ${name})
    string(SUBSTRING ${hash} 0 4 hash)
    math(EXPR group "0x${hash} % ${groups}")
    list(APPEND names_${group} ${name})
  endforeach()
  math(EXPR last "${groups} - 1")
  foreach(group RANGE ${last})
    list(LENGTH names_${group} count)
    if(count EQUAL 1)
      list(APPEND result ${CMAKE_SOURCE_DIR}/${names_${group}})
    elseif(count GREATER 1)
      list(JOIN names_${group} "\"\n#include \"" includes)
      set(joined ${CMAKE_CURRENT_BINARY_DIR}/${target}_${group}.cpp)
      file(CONFIGURE OUTPUT ${joined} CONTENT "#include \"${includes}\"\n" @ONLY)
      list(APPEND result ${joined})
    endif()
  endforeach()
  set(${out} ${result} PARENT_SCOPE)
endfunction()
