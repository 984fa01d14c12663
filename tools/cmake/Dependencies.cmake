# Third-party libraries, each as a target that exactly one layer links (see tools/CMakeLists.txt).
# All come from Debian trixie; libcurl is compiled (ci/lib/deps.sh), because Debian's static one needs Kerberos and LDAP.
set(OPENSSL_USE_STATIC_LIBS ${BOWLINE_STATIC})
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
if(BUILD_TESTING)
  find_package(Catch2 3 REQUIRED)
  # What tests run beside the program: missing ones are an error, so that no test is skipped silently.
  find_program(BOWLINE_REDIS_SERVER NAMES redis-server REQUIRED)
  find_program(BOWLINE_VALKEY_SERVER NAMES valkey-server REQUIRED)
  find_program(BOWLINE_PYTHON NAMES python3 REQUIRED)
  find_program(BOWLINE_OPENSSL NAMES openssl REQUIRED)
endif()

add_library(bowline_rapidjson INTERFACE)
find_path(BOWLINE_RAPIDJSON_DIR rapidjson/document.h REQUIRED)
target_include_directories(bowline_rapidjson SYSTEM INTERFACE ${BOWLINE_RAPIDJSON_DIR})

add_library(bowline_spdlog INTERFACE)
find_path(BOWLINE_SPDLOG_DIR spdlog/spdlog.h REQUIRED)
target_include_directories(bowline_spdlog SYSTEM INTERFACE ${BOWLINE_SPDLOG_DIR})
target_compile_definitions(bowline_spdlog INTERFACE SPDLOG_HEADER_ONLY SPDLOG_USE_STD_FORMAT)
target_link_libraries(bowline_spdlog INTERFACE Threads::Threads)

add_library(bowline_hiredis INTERFACE)
find_library(BOWLINE_HIREDIS_A NAMES libhiredis.a REQUIRED)
find_library(BOWLINE_HIREDIS_SSL_A NAMES libhiredis_ssl.a REQUIRED)
target_link_libraries(bowline_hiredis INTERFACE
  ${BOWLINE_HIREDIS_SSL_A} ${BOWLINE_HIREDIS_A} OpenSSL::SSL OpenSSL::Crypto)

add_library(bowline_curl INTERFACE)
find_library(BOWLINE_CURL_A NAMES libcurl.a PATHS /usr/local/lib NO_DEFAULT_PATH REQUIRED)
target_include_directories(bowline_curl SYSTEM INTERFACE /usr/local/include)
target_link_libraries(bowline_curl INTERFACE
  ${BOWLINE_CURL_A} OpenSSL::SSL OpenSSL::Crypto)

add_library(bowline_beast INTERFACE)
find_path(BOWLINE_BOOST_DIR boost/beast/http.hpp REQUIRED)
target_include_directories(bowline_beast SYSTEM INTERFACE ${BOWLINE_BOOST_DIR})
target_compile_definitions(bowline_beast INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(bowline_beast INTERFACE Threads::Threads)

add_library(bowline_cli11 INTERFACE)
find_path(BOWLINE_CLI11_DIR CLI/CLI.hpp REQUIRED)
target_include_directories(bowline_cli11 SYSTEM INTERFACE ${BOWLINE_CLI11_DIR})
target_compile_definitions(bowline_cli11 INTERFACE CLI11_COMPILE)
