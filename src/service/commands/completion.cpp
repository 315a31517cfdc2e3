// `completion`: scripts for shells, made from the commands themselves.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "service/commands/command.hpp"

namespace greenlang::service {
namespace {

std::string words(const CLI::App& app) {
  std::string out;
  for (const CLI::App* command : app.get_subcommands({})) out += command->get_name() + " ";
  return out;
}

std::string flags(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out += "--" + name + " ";
  }
  return out;
}

void print_bash(const CLI::App& app, const std::string& name) {
  std::string function = "_" + name;
  std::replace(function.begin(), function.end(), '-', '_');
  std::printf(
      "%s() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" command=\"\" i\n  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \" %s\" in *\" ${COMP_WORDS[i]} \"*) command=\"${COMP_WORDS[i]}\"; break ;; esac\n  done\n  local choices=\"\"\n  case \"$command\" in\n",
      function.c_str(), words(app).c_str());
  for (const CLI::App* command : app.get_subcommands({}))
    std::printf("    %s) choices=\"%s\" ;;\n", command->get_name().c_str(), flags(*command).c_str());
  std::printf(
      "    *) choices=\"%s%s\" ;;\n  esac\n  if [[ \"$word\" == -* || -z \"$command\" ]]; then\n    mapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$word\")\n"
      "  else\n    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n  fi\n}\ncomplete -o filenames -F %s %s\n",
      words(app).c_str(), flags(app).c_str(), function.c_str(), name.c_str());
}

void print_fish(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands({})) {
    std::string about = command->get_description();
    about = about.substr(0, about.find('\n'));
    about.erase(std::remove(about.begin(), about.end(), '\''), about.end());
    std::printf("complete -c %s -n __fish_use_subcommand -a %s -d '%s'\n", name.c_str(), command->get_name().c_str(), about.c_str());
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& flag : option->get_lnames()) {
        std::printf("complete -c %s -n '__fish_seen_subcommand_from %s' -l %s\n", name.c_str(), command->get_name().c_str(), flag.c_str());
      }
    }
  }
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "Print a completion script: source <(" + context.host.name + " completion bash)");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &app, &context] {
    if (*shell == "fish") return print_fish(app, context.host.name);
    if (*shell == "zsh") std::printf("autoload -U +X bashcompinit && bashcompinit\n");
    print_bash(app, context.host.name);
  });
}

}  // namespace greenlang::service
