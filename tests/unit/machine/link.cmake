# SPDX-License-Identifier: Apache-2.0
target_link_libraries(unit_machine PRIVATE cowherd_machine_qemu)
