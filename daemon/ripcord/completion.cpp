#include "ripcord/completion.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ripcord::cli {
namespace {

/// `text` in single quotes, for any of the shells.
std::string quoted(std::string_view text) {
  std::string inside;
  for (const char c : text) {
    if (c == '\'') {
      inside += R"('\'')";
    } else {
      inside += c;
    }
  }
  return '\'' + inside + '\'';
}

std::string_view parent_of(std::string_view path) {
  const std::size_t space = path.rfind(' ');
  return space == std::string_view::npos ? std::string_view() : path.substr(0, space);
}

std::string_view last_word_of(std::string_view path) {
  return path.substr(path.rfind(' ') + 1);
}

/// The commands directly under `path`.
std::vector<const CommandWords*> children_of(std::string_view path,
                                             const std::vector<CommandWords>& commands) {
  std::vector<const CommandWords*> children;
  for (const CommandWords& command : commands) {
    if (!command.path.empty() && parent_of(command.path) == path) children.push_back(&command);
  }
  return children;
}

/// What may follow `command`, each word with what it means, as `list_word` writes it.
template <class ListWord>
std::string followers(const CommandWords& command, const std::vector<CommandWords>& commands,
                      ListWord list_word) {
  std::string words;
  for (const CommandWords* child : children_of(command.path, commands)) {
    words += list_word(last_word_of(child->path), child->description);
  }
  for (const OptionWords& option : command.options) {
    words += list_word(option.name, option.description);
  }
  return words;
}

/// The patterns of every command's path, as `case` wants them.
std::string path_patterns(const std::vector<CommandWords>& commands) {
  std::string patterns;
  for (const CommandWords& command : commands) {
    if (command.path.empty()) continue;
    if (!patterns.empty()) patterns += " | ";
    patterns += quoted(command.path);
  }
  return patterns;
}

std::string bash_script(const std::vector<CommandWords>& commands) {
  std::string cases;
  for (const CommandWords& command : commands) {
    const std::string words = followers(command, commands, [](std::string_view word, const auto&) {
      return fmt::format("{} ", word);
    });
    cases += fmt::format("    {}) words={} ;;\n", quoted(command.path), quoted(trim(words)));
  }
  return fmt::format(R"(# ripcord's completion for bash: source <(ripcord completion bash)
_ripcord() {{
  local path='' words='' word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    [[ $word == -- ]] && return
    case "${{path:+$path }}$word" in
    {}) path="${{path:+$path }}$word" ;;
    esac
  done
  case "$path" in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}")
}}
complete -o default -F _ripcord ripcord
)",
                     path_patterns(commands), cases);
}

/// A colon separates a word from its meaning.
std::string zsh_word(std::string_view word, std::string_view description) {
  std::string escaped;
  for (const char c : word) escaped += c == ':' ? "\\:" : std::string(1, c);
  return quoted(fmt::format("{}:{}", escaped, description)) + ' ';
}

std::string zsh_script(const std::vector<CommandWords>& commands) {
  std::string cases;
  for (const CommandWords& command : commands) {
    cases += fmt::format("    {}) known=({}) ;;\n", quoted(command.path),
                         trim(followers(command, commands, zsh_word)));
  }
  return fmt::format(R"(#compdef ripcord
# ripcord's completion for zsh: source <(ripcord completion zsh)
_ripcord() {{
  local at='' word
  local -a known
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    [[ $word == -- ]] && return
    case "${{at:+$at }}$word" in
      ({}) at="${{at:+$at }}$word" ;;
    esac
  done
  case "$at" in
{}  esac
  _describe -o 'ripcord' known
  _files
}}
compdef _ripcord ripcord
)",
                     path_patterns(commands), cases);
}

/// When what follows `path` may be completed.
std::string fish_condition(std::string_view path, const std::vector<CommandWords>& commands) {
  if (path.empty()) return "__fish_use_subcommand";
  std::string condition;
  for (const std::string_view word : split(path, ' ')) {
    condition +=
        fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", word);
  }
  const auto children = children_of(path, commands);
  if (children.empty()) return condition;
  condition += "; and not __fish_seen_subcommand_from";
  for (const CommandWords* child : children)
    condition += fmt::format(" {}", last_word_of(child->path));
  return condition;
}

std::string fish_script(const std::vector<CommandWords>& commands) {
  std::string script = "# ripcord's completion for fish: ripcord completion fish | source\n";
  for (const CommandWords& command : commands) {
    const std::string when = quoted(fish_condition(command.path, commands));
    for (const CommandWords* child : children_of(command.path, commands)) {
      script += fmt::format("complete -c ripcord -n {} -a {} -d {}\n", when,
                            last_word_of(child->path), quoted(child->description));
    }
    for (const OptionWords& option : command.options) {
      script +=
          fmt::format("complete -c ripcord -n {} -l {}{} -d {}\n", when, option.name.substr(2),
                      option.has_value ? " -r" : "", quoted(option.description));
    }
  }
  return script;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell,
                                             const std::vector<CommandWords>& commands) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  return std::nullopt;
}

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> shells{"bash", "zsh", "fish"};
  return shells;
}

}  // namespace ripcord::cli
