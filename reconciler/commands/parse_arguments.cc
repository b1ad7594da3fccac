// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/parse_arguments.h"

#include <algorithm>
#include <map>

#include "reconciler/commands/argument_checks.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/parse_cow.h"
#include "reconciler/commands/parse_lineage.h"
#include "reconciler/commands/parse_operating.h"
#include "reconciler/commands/parse_retention.h"
#include "reconciler/commands/parse_snapshot.h"
#include "reconciler/commands/parse_sources.h"
#include "reconciler/commands/parse_wait.h"
#include "reconciler/commands/version.h"
#include "reconciler/commands/where_options.h"

namespace cowherd {

namespace {

const std::map<std::string, OutputFormat>& formats() {
  static const std::map<std::string, OutputFormat> kFormats{
      {"table", OutputFormat::Table}, {"wide", OutputFormat::Wide}, {"text", OutputFormat::Text},
      {"json", OutputFormat::Json},   {"yaml", OutputFormat::Yaml}, {"dot", OutputFormat::Dot}};
  return kFormats;
}

Status parse_kind_or_object(const std::string& text) {
  if (text.find('/') == std::string::npos) {
    COWHERD_TRY(parse_kind(text));
  } else {
    COWHERD_TRY(parse_object_name(text));
  }
  return {};
}

// The program's command line, with the places its values go to. CLI11 keeps their addresses, so it is not moved.
class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  CLI::App& app() { return app_; }
  // Precondition: app() has parsed.
  Invocation invocation() const;

 private:
  CLI::App* add(const std::string& name, const std::string& doc, Where where);
  CLI::Option* add_output(CLI::App& command, const std::string& alternatives);
  void add_reading_commands();
  void add_acting_commands();
  void add_offline_commands();
  OutputFormat output_or(OutputFormat otherwise) const;

  CLI::App app_{"cowherd keeps this host's microVM sandboxes in the state that manifests declare.", "cowherd"};
  Options before_command_{};
  Options options_{};
  std::string output_{};
  ValidateArguments validate_{};
  PlanArguments plan_{};
  std::string timeout_{"5m"};
  ApproveArguments approve_{};
  UndeleteArguments undelete_{};
  std::string first_{};   // KIND, KIND/NAME
  std::string second_{};  // NAME
  std::string topic_{};
  std::string shell_{};
  bool detailed_ = false;
  bool watch_ = false;
  WaitCommandLine wait_{};
  CowCommandLine cow_{};
  RetentionCommandLine retention_{};
  SnapshotCommandLine snapshot_{};
  LineageCommandLine lineage_{};
  OperatingCommandLine operating_{};
  SourceCommandLine sources_{};
};

CommandLine::CommandLine() {
  app_.require_subcommand(1);
  app_.set_help_flag("-h,--help", "Show this and stop.");
  app_.set_version_flag("--version", "cowherd " + std::string(kVersion) + "\n", "Show the version and stop.");
  app_.footer(
      "Exit codes: 0 done, 1 failure, 2 changes (plan --detailed-exitcode), 3 partly, 4 held or waiting for approval,\n"
      "5 timeout, 64 usage, 65 nothing valid declared or a store damaged, 69 no daemon, 75 locked, 77 permission,\n"
      "78 configuration.");
  add_where(app_, before_command_, Where::All);
  add_reading_commands();
  wait_.add_to(app_, options_);
  lineage_.add_to(app_, options_);
  operating_.add_to(app_, options_);
  sources_.add_to(app_, options_);
  add_acting_commands();
  add_offline_commands();
}

CLI::App* CommandLine::add(const std::string& name, const std::string& doc, Where where) {
  return add_command(app_, options_, where, name, doc);
}

CLI::Option* CommandLine::add_output(CLI::App& command, const std::string& alternatives) {
  return command.add_option("-o,--output", output_, "How to print.")
      ->type_name(alternatives)
      ->check(one_of(alternatives));
}

void CommandLine::add_reading_commands() {
  CLI::App* validate = add("validate", "Check manifests; needs no daemon and no root.", Where::Manifests);
  validate->add_option("path", validate_.paths, "Files, directories or - for standard input.")
      ->type_name(kFileType)
      ->check(not_empty());
  add_output(*validate, "text|json");

  CLI::App* plan = add("plan", "Show what would be done, in which order and why.", Where::All);
  add_output(*plan, "text|json|dot");
  plan->add_flag("--detailed-exitcode", detailed_, "Exit with 2 when there is something to do.");

  CLI::App* get = add("get", "List objects and how they are.", Where::All);
  get->add_option("kind", first_, "A kind, or KIND/NAME; without it all.")
      ->type_name("KIND")
      ->check(accepted_by(parse_kind_or_object));
  get->add_option("name", second_, "One object of that kind.")->type_name("NAME")->check(accepted_by(ResourceName::make));
  add_output(*get, "table|wide|json|yaml");
  get->add_flag("-w,--watch", watch_, "Go on with a line for each change; with -o json a document. Asks the daemon.");

  CLI::App* trash = add("trash", "List what was removed and can still come back.", Where::All);
  add_output(*trash, "table|json");

  CLI::App* describe = add("describe", "Tell everything about one object.", Where::All);
  describe->add_option("object", first_, "KIND/NAME, or KIND followed by NAME.")
      ->type_name("OBJECT")
      ->required()
      ->check(accepted_by(parse_kind_or_object));
  describe->add_option("name", second_, "When only the kind was given before.")
      ->type_name("NAME")
      ->check(accepted_by(ResourceName::make));

  CLI::App* doctor = add("doctor", "Tell what this host offers and what to do about the rest.", Where::All);
  add_output(*doctor, "table|json");
}

void CommandLine::add_acting_commands() {
  CLI::App* apply = add("apply", "Bring the host to the declared state once, then exit.", Where::All);
  apply->add_option("--timeout", timeout_, "How long to try (default 5m).")
      ->type_name("DURATION")
      ->check(accepted_by(parse_span));
  add("run", "The daemon: keep the host in the declared state.", Where::All);

  const std::string verbs = "replace|dataloss|delete|prune";
  CLI::App* approve = add("approve", "Let one held step happen. Works beside the daemon.", Where::All);
  approve->add_option("verb", approve_.verb, "What to approve.")->type_name(verbs)->required()->check(one_of(verbs));
  approve->add_option("object", approve_.object, "Of which object; not with prune.")
      ->type_name("OBJECT")
      ->check(accepted_by(parse_object_name));
  CLI::App* undelete = add("undelete", "Bring something back from trash. Works beside the daemon.", Where::All);
  undelete->add_option("what", undelete_.what, "NAME, KIND/NAME or an entry that `cowherd trash` lists.")
      ->type_name("TRASHED")
      ->required()
      ->check(not_empty());
  add("adopt-state-dir", "Make a copied, restored or moved state directory this host's own.", Where::State);
}

void CommandLine::add_offline_commands() {
  snapshot_.add_to(app_, options_);
  retention_.add_to(app_, options_);
  cow_.add_to(app_);
  CLI::App* explain = add("explain", "Explain a field (Sandbox.spec.resources) or a code (E214).", Where::Nothing);
  explain->add_option("topic", topic_, "KIND, KIND.path or a code.")->type_name("TOPIC")->required();
  CLI::App* schema = add("schema", "Print the JSON Schema of a kind, or of the configuration.", Where::Nothing);
  schema->add_option("kind", topic_, "A kind, config or Source.")->type_name("KIND|config|Source")->required();
  const std::string pages = "cowherd|cowherd.yaml";
  CLI::App* manual = add("manual", "Print a page of the manual: cowherd manual cowherd.yaml | man -l -", Where::Nothing);
  manual->add_option("page", topic_, "Of the program (the default), or of the manifests.")
      ->type_name(pages)
      ->check(one_of(pages));
  CLI::App* version = add("version", "Show versions.", Where::Nothing);
  add_output(*version, "text|json");
  CLI::App* completion = add("completion", "Print the completion script of a shell.", Where::Nothing);
  completion->add_option("shell", shell_, "Whose.")
      ->type_name("bash|zsh|fish")
      ->required()
      ->check(one_of("bash|zsh|fish"));
}

OutputFormat CommandLine::output_or(OutputFormat otherwise) const {
  return output_.empty() ? otherwise : formats().at(output_);
}

Invocation CommandLine::invocation() const {
  Invocation made;
  made.options = before_command_;
  if (!options_.manifests.empty()) made.options.manifests = options_.manifests;
  if (!options_.state_dir.empty()) made.options.state_dir = options_.state_dir;
  if (!options_.config.empty()) made.options.config = options_.config;
  const std::string command = app_.get_subcommands().front()->get_name();
  if (command == "validate") made.what = ValidateArguments{validate_.paths, output_or(OutputFormat::Text)};
  if (command == "plan") {
    made.what = PlanArguments{output_or(OutputFormat::Text), detailed_ ? ExitCodeStyle::Detailed : ExitCodeStyle::Plain};
  }
  if (command == "apply") made.what = ApplyArguments{parse_span(timeout_).value_or(Span{})};
  if (command == "run") made.what = RunArguments{};
  if (command == "approve") made.what = approve_;
  if (command == "undelete") made.what = undelete_;
  if (command == "trash") made.what = TrashArguments{output_or(OutputFormat::Table)};
  if (command == "get") {
    const std::size_t slash = first_.find('/');
    const std::string name = slash == std::string::npos ? second_ : first_.substr(slash + 1);
    made.what = GetArguments{first_.substr(0, slash), name, output_or(OutputFormat::Table),
                             watch_ ? GetMode::Watch : GetMode::Once};
  }
  if (command == "wait") made.what = wait_.wait();
  if (command == "describe") made.what = DescribeArguments{second_.empty() ? first_ : first_ + "/" + second_};
  if (command == "explain") made.what = ExplainArguments{topic_};
  if (command == "schema") made.what = SchemaArguments{topic_};
  if (command == "manual") {
    made.what = ManualArguments{topic_ == "cowherd.yaml" ? ManualPage::Manifests : ManualPage::Command};
  }
  if (command == "doctor") made.what = DoctorArguments{output_or(OutputFormat::Table)};
  if (command == "version") made.what = VersionArguments{output_or(OutputFormat::Text)};
  if (command == "completion") made.what = CompletionArguments{shell_};
  if (command == "verify") made.what = snapshot_.verify();
  if (command == "retention") made.what = retention_.preview();
  if (command == "flatten") made.what = snapshot_.flatten();
  if (command == "why") made.what = lineage_.why();
  if (command == "tree") made.what = lineage_.tree();
  if (command == "du") made.what = lineage_.du();
  if (command == "gc") made.what = lineage_.gc();
  if (command == "catalog") made.what = CatalogRebuildArguments{};
  if (command == "cow") std::visit([&made](const auto& cow) { made.what = cow; }, cow_.arguments());
  operating_.put(command, made);
  sources_.put(command, made);
  if (command == "adopt-state-dir") made.what = AdoptStateDirArguments{};
  return made;
}

// What no single option can see.
std::string problem_of(const Invocation& invocation) {
  if (const auto* describe = std::get_if<DescribeArguments>(&invocation.what)) {
    const auto name = parse_object_name(describe->object);
    return name ? "" : to_string(name.error());
  }
  if (const auto* approve = std::get_if<ApproveArguments>(&invocation.what)) {
    if (approve->verb == "prune" && !approve->object.empty()) {
      return "approve prune takes no object; to let one go, cowherd approve delete " + approve->object;
    }
    if (approve->verb != "prune" && approve->object.empty()) {
      return "approve " + approve->verb + " needs an object, as in Sandbox/web";
    }
  }
  if (const auto* get = std::get_if<GetArguments>(&invocation.what)) {
    const bool prints = get->output == OutputFormat::Table || get->output == OutputFormat::Json;
    return get->mode == GetMode::Once || prints ? "" : "get -w prints a table or, with -o json, a document on each line";
  }
  if (const auto* wait = std::get_if<WaitArguments>(&invocation.what)) {
    return wait->timeout.count() > 0 ? "" : "--timeout must be longer than nothing";
  }
  if (const auto* apply = std::get_if<ApplyArguments>(&invocation.what)) {
    return apply->timeout.count() > 0 ? "" : "--timeout must be longer than nothing";
  }
  return "";
}

// The command that was given, as far as it was: "", "cow", "cow merge".
std::vector<CLI::App*> given_commands(CLI::App& app) {
  std::vector<CLI::App*> given;
  for (auto below = app.get_subcommands(); !below.empty(); below = below.front()->get_subcommands()) {
    given.push_back(below.front());
  }
  return given;
}

std::string given_name(CLI::App& app) {
  std::string name;
  for (const CLI::App* command : given_commands(app)) name += (name.empty() ? "" : " ") + command->get_name();
  return name;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

bool has_commands(const CLI::App& app) { return !command_names(app).empty(); }

std::vector<std::string> spellings_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : spellings_of(*option)) names.push_back(name);
  }
  return names;
}

bool is_flag(const std::string& text) { return text.size() > 1 && text.front() == '-'; }

// What could not be placed: an unknown command, flag or argument.
std::string unexpected(CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  const auto flag_at = std::find_if(extras.begin(), extras.end(), is_flag);
  const std::string given = flag_at != extras.end() ? *flag_at : extras.empty() ? "" : extras.front();
  const std::vector<CLI::App*> commands = given_commands(app);
  CLI::App& last = commands.empty() ? app : *commands.back();
  if (is_flag(given)) {
    const std::string flag = given.substr(0, given.find('='));
    return "unknown flag '" + flag + "'" + suggestion(flag, flag_names(last));
  }
  if (has_commands(last)) return "unknown command '" + given + "'" + suggestion(given, command_names(last));
  return "unexpected argument '" + given + "'";
}

bool has_unknown_flag(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  return std::any_of(extras.begin(), extras.end(), is_flag);
}

bool lacks_command(CLI::App& app) {
  const std::vector<CLI::App*> commands = given_commands(app);
  return has_commands(commands.empty() ? app : *commands.back());
}

Answer refuse(const std::string& why, const std::string& command) {
  return {ExitCode::Usage, "",
          "cowherd: " + why + "\nsee 'cowherd " + command + (command.empty() ? "" : " ") + "--help'\n"};
}

CommandShape shape_of(const CLI::App& app, const std::string& name) {
  CommandShape shape;
  shape.name = name;
  shape.doc = app.get_description();
  shape.group = has_commands(app);
  for (const CLI::Option* option : app.get_options()) {
    const bool takes_value = option->get_items_expected_max() > 0;
    const std::string value = takes_value ? option->get_type_name() : "";
    if (option->get_positional()) {
      shape.arguments.push_back(value);
      if (option->get_items_expected_max() > 1) shape.arguments.back() += kRepeats;
    } else {
      shape.options.push_back({spellings_of(*option), value, option->get_description()});
    }
  }
  return shape;
}

}  // namespace

std::variant<Invocation, Answer> parse_arguments(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kCompleteCommand) {  // its words are not this command line's
    return Invocation{{}, CompleteArguments{{arguments.begin() + 1, arguments.end()}}};
  }
  CommandLine line;
  const auto command = [&line] { return given_name(line.app()); };
  if (arguments.empty()) return Answer{ExitCode::Usage, "", line.app().help()};
  try {
    line.app().parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes from the back
  } catch (const CLI::CallForHelp&) {
    return Answer{ExitCode::Done, line.app().help(), ""};
  } catch (const CLI::CallForVersion& version) {
    return Answer{ExitCode::Done, version.what(), ""};
  } catch (const CLI::ExtrasError&) {
    return refuse(unexpected(line.app()), command());
  } catch (const CLI::ParseError& error) {
    // CLI11 checks values, and that there is a command, before it looks at what it could not place; that explains both.
    const bool misplaced = has_unknown_flag(line.app()) || (lacks_command(line.app()) && !line.app().remaining(true).empty());
    return refuse(misplaced ? unexpected(line.app()) : error.what(), command());
  }
  Invocation made = line.invocation();
  const std::string problem = problem_of(made);
  if (!problem.empty()) return refuse(problem, command());
  return made;
}

std::vector<CommandShape> command_shapes() {
  CommandLine line;
  std::vector<CommandShape> shapes{shape_of(line.app(), "")};
  const auto all = [](const CLI::App*) { return true; };
  for (const CLI::App* command : line.app().get_subcommands(all)) {
    shapes.push_back(shape_of(*command, command->get_name()));
    for (const CLI::App* below : command->get_subcommands(all)) {
      shapes.push_back(shape_of(*below, command->get_name() + " " + below->get_name()));
    }
  }
  return shapes;
}

}  // namespace cowherd
