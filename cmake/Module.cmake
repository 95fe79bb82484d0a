# Options that every target of the project is built with.
add_library(ripcord_options INTERFACE)
# A precompiled header is of use only where the same is defined, as -pthread does.
add_compile_options(-pthread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # ccache must see which precompiled header a file was compiled with.
  add_compile_options(-fpch-preprocess)
endif()
target_compile_options(ripcord_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns about its own library and about coroutine frames at -O2.
  target_compile_options(ripcord_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict
                         -Wno-array-bounds -Wno-stringop-overflow -Wno-dangling-pointer
                         -Wno-mismatched-new-delete)
endif()
if(RIPCORD_UNITY)
  # What is no mistake between files: to GCC a joined file is a header, in which an unnamed
  # namespace would be one.
  target_compile_options(ripcord_options INTERFACE
    -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  target_include_directories(ripcord_options INTERFACE ${CMAKE_SOURCE_DIR})
endif()
if(RIPCORD_WERROR)
  target_compile_options(ripcord_options INTERFACE -Werror)
endif()
target_compile_definitions(ripcord_options INTERFACE
  _GLIBCXX_ASSERTIONS
  SPDLOG_FMT_EXTERNAL
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  BOOST_BEAST_SEPARATE_COMPILATION
  $<$<BOOL:${RIPCORD_CRASH_POINTS}>:RIPCORD_CRASH_POINTS>)

# ripcord_module(NAME SOURCES a.cpp … [DEPENDS module …] [LIBRARIES target …])
#
# A module is a folder of lib/, a namespace and a static library `ripcord_NAME`. Modules are added
# bottom-up (lib/CMakeLists.txt), so a dependency that does not exist yet is an upward or a sideways
# one: the configure stops. The declared graph is written to build/…/floors.txt, with which the tidy
# test compares every #include.
function(ripcord_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  set(target ripcord_${name})
  ripcord_joined(sources ${target} ${arg_SOURCES})
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/lib)
  target_link_libraries(${target} PUBLIC ripcord_options)
  foreach(dependency IN LISTS arg_DEPENDS)
    if(NOT TARGET ripcord_${dependency})
      message(FATAL_ERROR "module ${name} depends on ${dependency}, which is not below it "
                          "(see the floors in docs/architecture.md)")
    endif()
    target_link_libraries(${target} PUBLIC ripcord_${dependency})
  endforeach()
  target_link_libraries(${target} PUBLIC ${arg_LIBRARIES})
  # Asio costs each file seconds: net compiles it once, for all that stand on it.
  if(name STREQUAL "net")
    target_precompile_headers(${target} PRIVATE
      <chrono> <functional> <map> <optional> <string> <vector>
      <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
      <boost/asio/ip/tcp.hpp> <boost/asio/local/stream_protocol.hpp> <boost/asio/steady_timer.hpp>
      <boost/asio/use_awaitable.hpp>)
  elseif("net" IN_LIST arg_DEPENDS)
    target_precompile_headers(${target} REUSE_FROM ripcord_net)
  endif()
  list(JOIN arg_DEPENDS " " depends)
  set_property(GLOBAL APPEND_STRING PROPERTY ripcord_floors "${name}: ${depends}\n")
endfunction()
