find_package(GTest REQUIRED)
include(GoogleTest)

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
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} ripcord_options GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
                       PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
                                  RUN_SERIAL ${arg_SERIAL})
endfunction()
