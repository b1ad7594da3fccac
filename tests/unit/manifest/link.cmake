target_link_libraries(unit_manifest PRIVATE cowherd_manifest)

add_executable(manifest_verdict ${CMAKE_CURRENT_LIST_DIR}/verdict_tool.cc)
target_link_libraries(manifest_verdict PRIVATE cowherd_manifest)
# Debian's Python, for which Debian's python3-jsonschema and python3-yaml are installed, whatever else is in PATH.
find_program(COWHERD_DEBIAN_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
add_test(NAME schema_agreement
         COMMAND ${COWHERD_DEBIAN_PYTHON} -B ${CMAKE_CURRENT_LIST_DIR}/schema_agreement.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:manifest_verdict>)
set_tests_properties(schema_agreement PROPERTIES LABELS unit TIMEOUT 300)
