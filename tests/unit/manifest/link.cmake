target_link_libraries(unit_manifest PRIVATE cowherd_manifest)

add_executable(manifest_verdict ${CMAKE_CURRENT_LIST_DIR}/verdict_tool.cc)
target_link_libraries(manifest_verdict PRIVATE cowherd_manifest)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME schema_agreement
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/schema_agreement.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:manifest_verdict>)
set_tests_properties(schema_agreement PROPERTIES LABELS unit TIMEOUT 300)
