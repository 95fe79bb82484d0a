find_package(GTest REQUIRED)
include(GoogleTest)

# What nearly every test includes, compiled once: by the first test program, for all of them.
function(ripcord_precompile_for_tests target)
  get_property(owner GLOBAL PROPERTY ripcord_precompiled_for_tests)
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE
      <algorithm> <chrono> <filesystem> <fstream> <functional> <map> <optional> <random> <set>
      <string> <variant> <vector> <gmock/gmock.h> <gtest/gtest.h>)
    set_property(GLOBAL PROPERTY ripcord_precompiled_for_tests ${target})
  endif()
endfunction()

# ripcord_test(NAME SOURCES a_test.cpp … LINKS target … [LABEL unit|integration|simulation|…]
#              [TIMEOUT seconds] [SERIAL])
#
# One test program. Labels are those of docs/architecture.md; `unit` unless told. Tests run side by
# side; those of a SERIAL program, which measures time or takes the whole machine, run alone.
function(ripcord_test name)
  cmake_parse_arguments(arg "SERIAL" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
    math(EXPR arg_TIMEOUT "4 * ${arg_TIMEOUT}") # a sanitizer slows a test that much
  endif()
  ripcord_joined(sources ${name} ${arg_SOURCES})
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} ripcord_options fmt::fmt GTest::gmock
                        GTest::gtest_main)
  ripcord_precompile_for_tests(${name})
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
                       PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
                                  RUN_SERIAL ${arg_SERIAL})
endfunction()
