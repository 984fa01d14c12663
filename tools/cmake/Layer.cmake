# Headers of third-party libraries and the layer that may include them; OpenSSL's have two, one for digests and one for TLS.
set(BOWLINE_PRIVATE_HEADERS
  base:rapidjson/document.h base:rapidjson/writer.h base:rapidjson/prettywriter.h base:rapidjson/stringbuffer.h
  base,tls:openssl/evp.h base,tls:openssl/sha.h base,tls:openssl/hmac.h base,tls:openssl/crypto.h tls:openssl/ssl.h
  sys:spdlog/spdlog.h resp:hiredis/hiredis.h resp:hiredis/hiredis_ssl.h kube:curl/curl.h web:boost/asio.hpp web:boost/asio/ip/tcp.hpp
  web:boost/beast.hpp web:boost/beast/http.hpp
  cmd:CLI/CLI.hpp)

# bowline_layer(NAME [PURE] [DEPENDS layer...] [PRIVATE_LIBS lib...] [TEST_SHARDS n] [TEST_SERIAL | TEST_LAST]): one layer of the
# program as a static library. PURE: it has no I/O and no clock (ci/test binary looks for them), so no result of its tests depends
# on how fast they run; they have the label "pure".
#
# Sources are tools/src/NAME/*.cc; files *_test.cc become one Catch2 program, NAME_test. NAME is a folder or a room in one
# ("plan/cluster"; its target is bowline_plan_cluster). A layer sees only the headers of the layers that it names (each
# layer's include folder holds nothing but its own headers), and a third-party library's headers stay private to the layer
# that wraps it: for all others a header of that name which is an #error comes first. A wrong #include does not compile.
# Tests see the headers of tools/testing, too, as "testing/...".
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/include-testing)
file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/testing ${CMAKE_CURRENT_BINARY_DIR}/include-testing/testing SYMBOLIC)

function(bowline_layer room)
  cmake_parse_arguments(ARG "PURE;TEST_SERIAL;TEST_LAST" "TEST_SHARDS" "DEPENDS;PRIVATE_LIBS" ${ARGN})
  string(REPLACE "/" "_" name ${room})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR}/src/${room})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/*_test.cc)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()

  # A folder with one link, NAME -> src/NAME: #include "NAME/x.h" works only for those who link this layer.
  set(view ${CMAKE_CURRENT_BINARY_DIR}/include-${name})
  cmake_path(GET room PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${dir} ${view}/${room} SYMBOLIC)

  set(refused ${CMAKE_CURRENT_BINARY_DIR}/refused-in-${name})
  foreach(entry IN LISTS BOWLINE_PRIVATE_HEADERS)
    string(REPLACE ":" ";" entry ${entry})
    list(GET entry 0 owner)
    list(GET entry 1 header)
    string(REPLACE "," ";" owners ${owner})
    if(NOT name IN_LIST owners)
      file(CONFIGURE OUTPUT ${refused}/${header}
        CONTENT "#error \"${header} is private to the layer ${owner}: use that layer's own headers\"\n")
    endif()
  endforeach()

  add_library(bowline_${name} STATIC ${sources})
  target_include_directories(bowline_${name} BEFORE PRIVATE ${refused})
  target_include_directories(bowline_${name} PUBLIC ${view})
  target_link_libraries(bowline_${name} PUBLIC bowline_flags)
  if(BOWLINE_PRECOMPILED)
    target_link_libraries(bowline_${name} PUBLIC bowline_std)
    target_precompile_headers(bowline_${name} REUSE_FROM bowline_std)
  endif()
  foreach(dep IN LISTS ARG_DEPENDS)
    string(REPLACE "/" "_" dep ${dep})
    target_link_libraries(bowline_${name} PUBLIC bowline_${dep})
  endforeach()
  target_link_libraries(bowline_${name} PRIVATE ${ARG_PRIVATE_LIBS})

  if(BUILD_TESTING AND tests)
    add_executable(${name}_test ${tests})
    target_include_directories(${name}_test PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/include-testing)
    target_link_libraries(${name}_test PRIVATE bowline_${name} bowline_test_flags Catch2::Catch2WithMain)
    if(BOWLINE_PRECOMPILED)
      target_precompile_headers(${name}_test REUSE_FROM bowline_std_test)
    endif()
    target_compile_definitions(${name}_test PRIVATE
      BOWLINE_TESTDATA="${CMAKE_CURRENT_SOURCE_DIR}/testdata"
      BOWLINE_DOCS="${CMAKE_SOURCE_DIR}/docs"
      BOWLINE_REDIS_SERVER="${BOWLINE_REDIS_SERVER}"
      BOWLINE_VALKEY_SERVER="${BOWLINE_VALKEY_SERVER}"
      BOWLINE_PYTHON="${BOWLINE_PYTHON}"
      BOWLINE_OPENSSL="${BOWLINE_OPENSSL}")
    # Shards of one program run side by side and must have the same order, so the same seed.
    if(NOT ARG_TEST_SHARDS)
      set(ARG_TEST_SHARDS 1)
    endif()
    string(RANDOM LENGTH 8 ALPHABET 123456789 seed)
    math(EXPR last "${ARG_TEST_SHARDS} - 1")
    get_property(others DIRECTORY PROPERTY TESTS)
    foreach(shard RANGE ${last})
      add_test(NAME ${name}-${shard} COMMAND ${name}_test --order rand --rng-seed ${seed}
        --shard-count ${ARG_TEST_SHARDS} --shard-index ${shard})
      # Tests with engines, sockets and deadlines have the machine for themselves; those that wait far more than they compute
      # share it with their other shards, after all tests that are declared before them.
      set_tests_properties(${name}-${shard} PROPERTIES RUN_SERIAL ${ARG_TEST_SERIAL})
      if(ARG_PURE)
        set_tests_properties(${name}-${shard} PROPERTIES LABELS pure)
      endif()
      if(ARG_TEST_LAST)
        set_tests_properties(${name}-${shard} PROPERTIES DEPENDS "${others}")
      endif()
    endforeach()
  endif()
endfunction()
