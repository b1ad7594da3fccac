// SPDX-License-Identifier: Apache-2.0
// Which accelerator QEMU gets. A host can offer /dev/kvm and still abort or hang every guest (nested virtualisation,
// mostly), so KVM is taken only after something really ran under it: the template's kernel up to the panic that a missing
// root file system must end in, or, without a kernel, a program of eleven bytes. The answer is kept for this boot of the
// host in `<cache_dir>/accelerator-<key>.json`.
#pragma once

#include <mutex>
#include <string>

#include "resources/files/file_system.h"
#include "resources/process/deadline.h"

namespace cowherd {

enum class Accelerator { Auto, Kvm, Tcg };

struct AcceleratorChoice {
  std::string name{};    // "kvm" or "tcg"
  std::string reason{};  // for people
  bool operator==(const AcceleratorChoice&) const = default;
};

struct KvmProbe {
  std::string binary{};     // QEMU, absolute
  std::string kernel{};     // "" when none is at hand
  std::string cache_dir{};  // absolute; made when absent; "" keeps nothing
  std::string device = "/dev/kvm";
  Span deadline = std::chrono::seconds{5};
};

// Runs the probe, or takes its kept answer. May block for the deadline and a moment. Never fails: what goes wrong is a
// reason for tcg.
AcceleratorChoice probe_kvm(const KvmProbe& probe, FileSystem& files);

// Kvm and Tcg are taken at their word; Auto probes. One probe at a time.
class AcceleratorChooser {
 public:
  explicit AcceleratorChooser(FileSystem& files) : files_(files) {}
  AcceleratorChoice choose(Accelerator wanted, const KvmProbe& probe);

 private:
  FileSystem& files_;
  std::mutex one_probe_{};
};

}  // namespace cowherd
