# bowline-sim: the product's own layers, with these of its files replaced by fakes of tools/simulator/ports. The linker takes an
# object from a layer's archive only for a name that is not defined yet, and the fakes define all names of the files that they
# replace: docs/decisions/0037-simulator.md.
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/include-simulator)
file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/simulator ${CMAKE_CURRENT_BINARY_DIR}/include-simulator/simulator SYMBOLIC)

file(GLOB_RECURSE simulator_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/simulator/*.cc)
add_library(bowline_simulator OBJECT ${simulator_sources})
target_include_directories(bowline_simulator PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/include-simulator)
target_link_libraries(bowline_simulator PUBLIC bowline_apply_cluster)
if(BOWLINE_PRECOMPILED)
  target_precompile_headers(bowline_simulator REUSE_FROM bowline_std)
endif()
add_executable(bowline-sim $<TARGET_OBJECTS:bowline_simulator>)
target_link_libraries(bowline-sim PRIVATE bowline_apply_cluster)
