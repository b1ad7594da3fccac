// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/codes.h"

#include <algorithm>

#include "resources/kinds/paragraph.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

const std::vector<DiagnosticCode>& diagnostic_codes() {
  static const std::vector<DiagnosticCode> kCodes{
      {"E101", "the file is too large",
       "A manifest file may have 1 MiB. Split it into several files; the whole directory is one declaration."},
      {"E102", "the text is not UTF-8",
       "Manifests are UTF-8, with or without a byte order mark. A file in another encoding, or a binary file, is refused "
       "whole. Convert it, for example with iconv."},
      {"E103", "a character is not allowed",
       "Control characters other than tab and line breaks, and marks that turn the direction of text, are refused: they "
       "make a text mean something else than what people see. Write them as escapes in a double-quoted text."},
      {"E104", "this is not YAML",
       "The text could not be read as YAML from this place on. Mostly the indentation is wrong, a bracket or quote is not "
       "closed, or a value holds ': ' without quotes. Nothing of the file is applied; its last good version stays in force."},
      {"E105", "a line is too long", "A line may have 32 KiB. Break it; every value that long can be written over several lines."},
      {"E106", "a YAML directive",
       "Lines that begin with '%' are directives. They are not supported, and a stray one would hide the line, so it is refused."},
      {"E107", "a quote has no end",
       "The closing quote is missing, so that everything after it would be swallowed as text. Close it with the same kind "
       "of quote it was opened with."},
      {"E108", "a document cannot begin like this", "A comma or another mark stands where a document could begin. Take it out."},
      {"E109", "two documents without a separator",
       "What follows cannot belong to the document before it, and there is no '---' between them. Mostly the indentation "
       "changed by accident. Documents are separated by a line '---'."},
      {"E110", "nesting is too deep", "Values may be nested 64 deep; no kind needs more than eight."},
      {"E111", "an anchor or alias",
       "Anchors (&name) and aliases (*name) are not supported: a document says what it means at the place where it says it. "
       "Write the value out."},
      {"E112", "a merge key", "The merge key << is not part of YAML 1.2 and not supported. Write the fields out."},
      {"E113", "a tag", "Tags such as !!int are not supported: the type of a value follows from its field. Quote a value to make it text."},
      {"E114", "a key that is not text",
       "Keys are plain or quoted words. Numbers, booleans, null, lists and mappings cannot be keys; quote a number that "
       "is meant as text."},
      {"E115", "a key is there twice",
       "The same key stands twice in one mapping, and YAML does not say which one counts. Take one of them out."},
      {"E116", "a field without a value",
       "There is a key but no value. Null is not a value of any field: leave the field out to get its default. A file that "
       "was cut short looks like this too."},
      {"E117", "a line that should be indented",
       "A text or a bracket that was opened before still goes on, but its line is not indented. YAML 1.2 refuses that, and "
       "mostly a closing quote or bracket is missing."},
      {"E118", "a document that is no mapping", "A document is a mapping with apiVersion, kind, metadata and spec."},
      {"E119", "too many documents", "A file may have 10,000 documents. Split it."},
      {"E120", "a document with too many values", "A document may have 20,000 values and as many brackets and commas. Split it."},
      {"E199", "too many findings", "Only the first findings are shown. Mend those and look again."},

      {"E201", "apiVersion or kind is missing",
       "Every document says what it is: apiVersion: cowherd.dev/v1alpha1 and one of the kinds Template, Sandbox, Snapshot "
       "and RetentionPolicy."},
      {"E202", "an unsupported apiVersion", "This version of cowherd reads the versions that are listed. Nothing is guessed."},
      {"E203", "an unknown kind",
       "The kinds of manifests are Template, Sandbox, Snapshot and RetentionPolicy; CowherdConfiguration and Source stand in the "
       "configuration of the host, so that who may write manifests may not change what is followed. Documents of other tools belong "
       "into neither: skipping them silently would also skip a misspelled kind."},
      {"E204", "metadata.namespace",
       "Objects of cowherd have no namespace: one host, one set of names. Ignoring the field would merge what you meant to "
       "keep apart. Group objects by labels instead."},
      {"E205", "an unknown field",
       "There is no such field here. A misspelled field would otherwise silently have its default. See `cowherd explain`."},
      {"E206", "a required field is missing",
       "The field has no default, or none of several is there of which one is needed. See `cowherd explain` for what they are."},
      {"E207", "a value of the wrong shape", "A mapping, a list or a single value stands where another one is needed."},
      {"E208", "a value of the wrong type",
       "Types are never guessed. A text that looks like a number or a boolean needs quotes where text is needed, and a "
       "number must not have them where a number is needed. Integers are written as in 0, 12 or -1: 010, 0x1f, 1_000, yes "
       "and on mean different things to different readers."},
      {"E210", "not a name", "Names are 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit (a DNS label)."},
      {"E212", "a value out of range", "The value is well-formed but too small or too large. See `cowherd explain` for the range."},
      {"E213", "not one of the choices", "The field takes one of the words that are listed, in exactly that spelling."},
      {"E214", "not a quantity",
       "Sizes are whole numbers with a suffix: Ki, Mi, Gi, Ti are powers of 1024 (512Mi, 10Gi), k, M, G, T powers of 1000. "
       "A number without a suffix is refused, since it could be bytes or megabytes."},
      {"E215", "not a duration",
       "Durations are whole numbers with units, largest first, each once: w, d, h, m, s, ms, as in 30s, 1h30m or 7d."},
      {"E216", "not a calendar duration",
       "Times of retention rules follow the calendar: y, mo, d, h, largest first, each once, as in 48h, 30d or 2y5mo7d3h."},
      {"E217", "not an absolute path",
       "Paths in manifests are paths on this host and begin with '/'. A relative one would depend on where the daemon runs."},
      {"E218", "not a SHA-256", "A digest is 64 lower-case hexadecimal digits, as sha256sum prints it."},
      {"E219", "not a key of a label or annotation",
       "Keys are 1 to 63 letters, digits, '-', '_' and '.', with letters or digits at both ends, after an optional DNS name "
       "of up to 253 and '/'."},
      {"E220", "not a value of a label or annotation",
       "Label values are empty or 1 to 63 letters, digits, '-', '_' and '.', with letters or digits at both ends. An annotation may "
       "be any text of up to 4 KiB."},
      {"E221", "too many entries", "The list or mapping is longer than the field allows."},
      {"E222", "nothing where something is needed",
       "An empty selector would match everything, an empty keep would keep nothing, and an empty verify would verify nothing; all are "
       "refused rather than guessed."},
      {"E223", "an item is there twice", "Each item of this list counts once. Take one of them out."},
      {"E224", "an item that cannot be used", "The item does not have the form that this list needs."},
      {"E225", "fields that exclude each other",
       "Each of these fields says where one and the same thing comes from, and it can come from one place only. Take one of them out."},
      {"E226", "a size that is no whole multiple",
       "The size is handed out in pieces of a fixed size, and this one does not come out even. It is not rounded, since a size "
       "that is not the declared one would look like an edit. The nearest sizes are in the message."},
      {"E227", "an annotation of cowherd with a value it does not know",
       "cowherd.dev/protect is \"true\" or \"false\", cowherd.dev/prune is \"enabled\" or \"disabled\", cowherd.dev/suspend is "
       "\"true\", \"false\" or the reason why it is suspended. Another value is refused, since somebody would rely on a "
       "protection that is none."},
      {"E228", "an API for other hosts without a token",
       "With listen: Any the daemon answers every host that can reach this one. It then asks for a token, which a file that "
       "tokenFile names holds; without one the configuration is refused."},
      {"E229", "not the URL of a repository",
       "Repositories are named by https://HOST/PATH, ssh://USER@HOST/PATH, file:///PATH, http:// or git://, in printable ASCII without "
       "'?', '#' and '\\'. What git also takes, as USER@HOST:PATH, a bare path or the name of a helper program, is refused."},
      {"E230", "not the name of a branch or tag",
       "A name as git-check-ref-format(1) has it, without refs/heads/ or refs/tags/ before it: no '..', '@{', '//', blanks, control "
       "characters or ~^:?*[\\, no component that begins with '.' or ends with '.lock', no '-' or '/' before it, no '.' or '/' behind it."},
      {"E231", "not the whole name of a commit",
       "A commit is named by its whole hash, 40 or 64 lower-case hexadecimal digits: a shorter one may mean another commit tomorrow."},
      {"E232", "not a path in a repository",
       "Names with '/' between them, without one at either end, and without '.', '..' and '.git' among them."},
      {"E233", "not a user name", "A user name of HTTP has 1 to 255 bytes without ':' and control characters."},
      {"E234", "a user or password in a URL",
       "URLs are shown in logs, statuses and lists of processes. A password or token belongs into a file (git.auth.passwordFile) or a "
       "systemd credential (git.auth.passwordCredential), its user into git.auth.username. The line is not shown here for the "
       "same reason. Only ssh URLs name a user."},
      {"E235", "a way that nothing protects",
       "Over http and git anybody between this host and the server can change what comes, and so what runs here. They are taken only "
       "from this host itself, or with git.verify, when commits have to be signed."},
      {"E236", "an ssh server that nothing knows",
       "Without git.auth.knownHostsFile any server could stand for the one that is meant. An unknown one is never trusted, not even the "
       "first time."},
      {"E237", "an access that the URL has no use for",
       "Keys and known hosts are for ssh, a user with its password for https, also for http on this host, and certificates for https. "
       "What cannot be used is refused, since somebody would rely on it."},
      {"E238", "a name that is taken", "'manifests' means the manifest directory wherever a source is named."},
      {"E239", "too many sources",
       "Each source is asked by a thread of its own, so that a slow server holds nobody up; 16 are enough for that. One repository may "
       "hold any number of directories."},

      {"E301", "an object is declared twice",
       "Kind and name are unique over all manifests. With two declarations neither new one is applied; what was last in "
       "force stays. Take one of them out or give it another name."},
      {"E302", "objects refer to each other in a circle",
       "Each of these needs the next one to exist first, and the last one needs the first. Break the circle."},

      {"W101", "a field of the server",
       "The field is set by cowherd itself. It is ignored, so that what `cowherd get -o yaml` prints can be applied again."},
      {"W102", "an annotation nobody reads",
       "Annotations below cowherd.dev/ are read by cowherd, but not this one. It may be misspelled."},
  };
  return kCodes;
}

Result<std::string> explain_code(std::string_view code) {
  std::string wanted(code.substr(0, 16));
  for (char& c : wanted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::vector<std::string> known;
  for (const DiagnosticCode& each : diagnostic_codes()) {
    if (each.code == wanted) {
      return std::string(each.code) + ": " + std::string(each.title) + "\n\n" + paragraph(each.text, "  ");
    }
    known.emplace_back(each.code);
  }
  std::string hint = did_you_mean(wanted, known);
  if (hint.empty()) hint = "codes are E101 to " + known.back();
  return fail(ErrorKind::Invalid, "explain: there is no diagnostic " + quoted(code), std::move(hint));
}

std::string_view code_of(FieldType type, FieldProblem::What what) {
  switch (what) {
    case FieldProblem::What::Shape: return "E207";
    case FieldProblem::What::Type: return "E208";
    case FieldProblem::What::Range: return "E212";
    case FieldProblem::What::Unit: return "E226";
    case FieldProblem::What::Choice: return "E213";
    case FieldProblem::What::Count: return "E221";
    case FieldProblem::What::Empty: return "E222";
    case FieldProblem::What::Duplicate: return "E223";
    case FieldProblem::What::Key: return type == FieldType::SelectorList ? "E205" : "E219";
    case FieldProblem::What::Form: break;
  }
  switch (type) {
    case FieldType::Quantity: return "E214";
    case FieldType::Duration: return "E215";
    case FieldType::CalendarDuration: return "E216";
    case FieldType::AbsolutePath: return "E217";
    case FieldType::Sha256: return "E218";
    case FieldType::Labels:
    case FieldType::Annotations:
    case FieldType::SelectorList: return "E220";
    case FieldType::TextList:
    case FieldType::NameList:
    case FieldType::GroupList: return "E224";
    case FieldType::RepositoryUrl: return "E229";
    case FieldType::RefName: return "E230";
    case FieldType::CommitName: return "E231";
    case FieldType::RepositoryPath: return "E232";
    case FieldType::UserName: return "E233";
    default: return "E210";
  }
}

}  // namespace cowherd
