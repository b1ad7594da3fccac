# The contract of image work is tested on the real qemu-img as well.
target_link_libraries(unit_block PRIVATE cowherd_block_qemu_img)
