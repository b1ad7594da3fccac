// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/placement_row.h"
#include "resources/kinds/tables.h"

namespace cowherd {

const Table<TemplateSpec>& template_fields() {
  static const Table<TemplateSpec> kTable{
      .doc = "A name for immutable, content-addressed revisions of a disk image, a kernel and its arguments. An edit "
             "builds a new revision; sandboxes keep the one they were created with.",
      .sections = {{.path = "source", .doc = "Where the content of the disk comes from."},
                   {.path = "source.image", .doc = "A raw or qcow2 image file on this host. It is copied in, never written."},
                   {.path = "source.snapshotRef", .doc = "A snapshot whose disk is flattened into an image."},
                   {.path = "disk", .doc = "The disk that sandboxes see."},
                   {.path = "boot", .doc = "How a guest is started: directly from a kernel, without firmware."},
                   {.path = "boot.kernel", .doc = "The Linux kernel to boot."},
                   {.path = "boot.initrd", .doc = "The initial RAM disk, if the kernel needs one."},
                   placement_section()},
      .one_of = {{.section = "source", .options = {"image", "snapshotRef"}}},
      .members =
          {
              member({.path = "source.image.path",
                      .need = Need::Required,
                      .doc = "The image file. It must be a regular file; a missing one is reported on the object.",
                      .example = "/srv/images/python.ext4"},
                     &TemplateSpec::image_path),
              member({.path = "source.image.sha256",
                      .doc = "SHA-256 of the image file as given. A file with another content is refused.",
                      .example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                     &TemplateSpec::image_sha256),
              member({.path = "source.snapshotRef.name",
                      .need = Need::Required,
                      .refers_to = Kind::Snapshot,
                      .doc = "Name of the Snapshot. If there is none yet, the template waits for it. Its kernel is not "
                             "part of a snapshot: boot says what to start.",
                      .example = "golden"},
                     &TemplateSpec::snapshot_ref),
              member({.path = "disk.size",
                      .minimum = 1 << 20,
                      .doc = "Size of the disk in a sandbox, at least that of the image. Without it, the image's size. "
                             "The file system inside is not resized.",
                      .example = "10Gi"},
                     &TemplateSpec::disk_size),
              member({.path = "boot.kernel.path",
                      .need = Need::Required,
                      .doc = "A kernel image that the machine can load directly (bzImage or an ELF vmlinux with PVH).",
                      .example = "/srv/kernels/vmlinuz"},
                     &TemplateSpec::kernel_path),
              member({.path = "boot.initrd.path",
                      .need = Need::WithParent,
                      .doc = "The initial RAM disk.",
                      .example = "/srv/kernels/initrd"},
                     &TemplateSpec::initrd_path),
              member({.path = "boot.args",
                      .standard = Value::List{"console=ttyS0"},
                      .maximum = kMaxListItems,
                      .doc = "Kernel arguments. root=/dev/vda rw is added unless root= is among them.",
                      .example = Value::List{"console=ttyS0", "panic=1"}},
                     &TemplateSpec::boot_args),
              member({.path = "deletionPolicy",
                      .standard = "Delete",
                      .values = {"Delete", "Retain"},
                      .doc = "What becomes of the revisions when the document goes: Delete collects them once nothing "
                             "uses them, Retain keeps them."},
                     &TemplateSpec::deletion_policy),
              placement_row(&TemplateSpec::node_selector),
          },
  };
  return kTable;
}

}  // namespace cowherd
