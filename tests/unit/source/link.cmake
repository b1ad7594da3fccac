# SPDX-License-Identifier: Apache-2.0
target_link_libraries(unit_source PRIVATE cowherd_source)
