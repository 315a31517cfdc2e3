# Functions of our build: layers as libraries, tests beside the code, data files inside the binary.

# Flags for every target. The same question gives the same bytes on every machine, so nothing that
# changes floating-point results is allowed in.
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers
                    -ffp-contract=off -fno-fast-math -fvisibility=hidden)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside the standard library and Boost at -O2, where nothing is wrong.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(GREENLANG_SANITIZE)
  add_compile_options(-fsanitize=${GREENLANG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GREENLANG_SANITIZE})
endif()
find_program(GREENLANG_CCACHE ccache)
if(GREENLANG_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GREENLANG_CCACHE})
endif()
include_directories(${CMAKE_SOURCE_DIR}/src)

function(greenlang_target_name folder out)
  string(REPLACE "/" "_" name ${folder})
  set(${out} gl_${name} PARENT_SCOPE)
endfunction()

# Reads "folder: allowed..." rows into GREENLANG_ALLOWED_<folder>.
macro(greenlang_read_layers file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} _rows REGEX "^[a-z]")
  foreach(_row ${_rows})
    string(REGEX MATCH "^([^:]+):(.*)$" _ ${_row})
    set(_folder ${CMAKE_MATCH_1})
    string(STRIP "${CMAKE_MATCH_2}" _allowed)
    string(REPLACE " " ";" GREENLANG_ALLOWED_${_folder} "${_allowed}")
  endforeach()
endmacro()

# greenlang_layer(<folder> [LINK libs...] [EMBED files or folders of the repository...])
function(greenlang_layer folder)
  cmake_parse_arguments(ARG "" "" "LINK;EMBED" ${ARGN})
  greenlang_target_name(${folder} name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  if(folder STREQUAL "service")
    file(GLOB more CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*/*.cpp)
    list(APPEND sources ${more})
  endif()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(fuzzers ${sources})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz)\\.cpp$")
  if(ARG_EMBED)
    greenlang_embed(${name} ${folder} ${ARG_EMBED})
    list(APPEND sources ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
  endif()
  add_library(${name} STATIC ${sources})
  foreach(allowed ${GREENLANG_ALLOWED_${folder}})
    greenlang_target_name(${allowed} allowed_name)
    target_link_libraries(${name} PUBLIC ${allowed_name})
  endforeach()
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(GREENLANG_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} GTest::gtest_main rapidcheck_gtest)
    target_compile_definitions(${name}_test PRIVATE GREENLANG_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${folder} COMMAND ${name}_test)
    set_tests_properties(${folder} PROPERTIES TIMEOUT 300)
  endif()
  foreach(bench ${benches})  # built when asked for: cmake --build build/release --target <file>
    get_filename_component(stem ${bench} NAME_WE)
    add_executable(${stem} EXCLUDE_FROM_ALL ${bench})
    target_link_libraries(${stem} PRIVATE ${name})
  endforeach()
  if(GREENLANG_FUZZ)
    foreach(fuzzer ${fuzzers})
      get_filename_component(stem ${fuzzer} NAME_WE)
      add_executable(${stem} ${fuzzer})
      target_compile_options(${stem} PRIVATE -fsanitize=fuzzer)
      target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${stem} PRIVATE ${name})
    endforeach()
  endif()
endfunction()

# Puts files into the library as read-only bytes (.incbin), listed in path order as
# greenlang::embedded::kFiles_<name>; see base/embedded.hpp.
function(greenlang_embed name folder)
  set(files)
  foreach(item ${ARGN})
    if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${item})
      file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${item}/*.csv)
      list(APPEND files ${found})
    else()
      list(APPEND files ${CMAKE_SOURCE_DIR}/${item})
    endif()
  endforeach()
  list(SORT files)
  set(assembly "")
  set(rows "")
  set(declarations "")
  set(number 0)
  foreach(file ${files})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${file})
    set(symbol ${name}_${number})
    string(APPEND assembly "asm(\".section .rodata\\n.balign 16\\n.global ${symbol}\\n${symbol}:\\n.incbin \\\"${file}\\\"\\n.global ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND declarations "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
    string(APPEND rows "    {\"${path}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/embedded/${name}.cpp CONTENT
"// Generated by cmake/greenlang.cmake from ${ARGN}.
#include \"base/embedded.hpp\"
${assembly}${declarations}
namespace greenlang::embedded {
std::span<const File> files_${name}() {
  static const File kFiles[] = {
${rows}  };
  return kFiles;
}
}  // namespace greenlang::embedded
")
  set_source_files_properties(${CMAKE_BINARY_DIR}/embedded/${name}.cpp PROPERTIES OBJECT_DEPENDS "${files}")
endfunction()

# One program for each src/programs/*.cpp; names use dashes: fuel_analyzer.cpp -> fuel-analyzer.
function(greenlang_programs)
  file(GLOB mains CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/programs/*.cpp)
  foreach(main ${mains})
    get_filename_component(stem ${main} NAME_WE)
    string(REPLACE "_" "-" program ${stem})
    add_executable(${program} ${main})
    target_link_libraries(${program} PRIVATE gl_service gl_agents_${stem} gl_adapters_sqlite)
    set_property(GLOBAL APPEND PROPERTY GREENLANG_PROGRAMS ${program})
  endforeach()
endfunction()

# A helper program of tests/, built when asked for.
function(greenlang_test_program name source)
  add_executable(${name} EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/${source})
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()
