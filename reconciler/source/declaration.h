// SPDX-License-Identifier: Apache-2.0
// What the manifests declare at one look, and how sure that is. A Declaration is a value: everything after it
// (expand, diff, plan) is pure. Unknown is not absent: a name that is missing here is only given up when
// confirmed_absent says so.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resources/manifest/parse.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

// One manifest file. valid: what lies there now is what is in force. frozen: it is not, and an older good
// version of the file is in force instead, or the objects it is known to declare are held.
struct FileStatus {
  std::string file{};  // relative to the root of the source
  bool valid = false;
  bool frozen = false;
  std::vector<Diagnostic> diagnostics{};
  bool operator==(const FileStatus&) const = default;
};

// One object in force and where it is declared.
struct Declared {
  Object object{};
  SourceSpot spot{};
  std::string source{};  // name of the source; empty: the manifest directory
  bool operator==(const Declared&) const = default;
};

// Since when complete looks do not find a name, and how many of them did not.
struct Absence {
  Moment since{};
  int complete_looks = 0;
  bool operator==(const Absence&) const = default;
};

// How it stands with one place that manifests come from.
struct SourceStatus {
  ResourceName name{};
  std::string type{};      // "Directory", "Git"
  std::string place{};     // the directory; the URL, the ref and the path
  std::string revision{};  // whole name of the commit in force; empty: none, or a directory
  std::string newest{};    // commit that came last and is not in force
  bool ready = true;       // what lies there was had and is in force
  std::string reason{};    // of not being ready: CamelCase
  std::string message{};   // of not being ready, or about a pin
  bool pinned = false;     // a person holds it at its revision
  std::optional<Moment> checked{};  // when the server last answered; a poll that began before says nothing of what came since
  std::optional<Moment> polled{};   // when the last poll began that has ended, well or not; none: not since the start, or a directory
  std::size_t objects = 0; // in force
  bool operator==(const SourceStatus&) const = default;
};

struct Declaration {
  std::map<ObjectName, Declared> objects{};  // in force: current or last good
  std::vector<FileStatus> files{};           // every manifest file seen or remembered, sorted
  std::vector<Diagnostic>
      diagnostics{};        // of all files and of the checks across them, and of the source itself
  bool complete = false;    // every file was listed, stable and read; invalid ones freeze their objects
  bool empty_hold = false;  // nothing is declared although something was before
  std::string problem{};    // why it is not complete, for people
  Moment looked_at{};
  bool settling = false;  // a file changed a moment ago: look again at settle_until
  Moment settle_until{};

  std::vector<SourceStatus> sources{};  // the manifest directory is not among them
  std::map<ObjectName, Declared> elsewhere{};  // in force for other hosts: their placement does not match this one
  std::set<ObjectName> held{};  // declared by a version that can not be taken: not in force, not absent
  std::set<std::string>
      mentioned{};  // names that stand in text which can not be understood: not absent either
  std::map<ObjectName, Absence> absences{};  // of names that were declared once since the start
  Absence never_declared{};                  // of every other name: counts from the first complete look

  bool holds(const ObjectName& name) const;  // held or mentioned
  // Precondition: the name is not declared. A held name has no absence (no looks).
  Absence absence_of(const ObjectName& name) const;
};

// A name may be pruned: this look is complete, at least two complete looks did not find it, the first of them
// prune_delay ago, and no file that can not be taken is known to declare it. Emptiness (empty_hold) is the
// caller's to judge: it may have been approved.
bool confirmed_absent(const Declaration& declaration, const ObjectName& name, Moment now, Span prune_delay);

// Where declarations come from. load() never fails: what can not be read stays as it was and is told in the
// Declaration. It may block on the disk. Not safe from two threads.
class Source {
 public:
  virtual ~Source() = default;
  virtual Declaration load(Moment now) = 0;
  // A person approved that nothing is declared any more: ends empty_hold and what was before is forgotten.
  virtual void accept_empty() {}
  // That source looks at its server as soon as it may, at most once a second, and asks for a look of the loop when that has
  // ended. From any thread, never blocks. False: no source of that name has a server.
  virtual bool ask(const ResourceName& source) {
    (void)source;
    return false;
  }
};

}  // namespace cowherd
