"""Shell completion, written from the parser itself so that the two cannot drift apart."""

import argparse
from dataclasses import dataclass
from typing import Final

from replicate_tui.cli.arguments import build_parser

#: The option whose value is the name of a file.
FILE_OPTION: Final = "--config"


@dataclass(frozen=True, slots=True)
class Word:
    """One word that can be completed, what it does, and the value behind it: one of `choices`, or any."""

    name: str
    help: str
    choices: tuple[str, ...] = ()
    takes_any: bool = False


def _options(parser: argparse.ArgumentParser) -> list[Word]:
    words = []
    for action in parser._actions:  # noqa: SLF001  (argparse offers no public list of its options)
        for name in action.option_strings:
            if name.startswith("--"):
                choices = tuple(str(choice) for choice in action.choices or ())
                takes_any = action.nargs != 0 and not choices
                words.append(Word(name, (action.help or "").replace("'", ""), choices, takes_any))
    return words


def _verbs(parser: argparse.ArgumentParser) -> list[Word]:
    for action in parser._actions:  # noqa: SLF001  (as above)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
            return [_verb(name, helps.get(name, ""), verb) for name, verb in action.choices.items()]
    return []


def _verb(name: str, help: str, parser: argparse.ArgumentParser) -> Word:
    positionals = [action for action in parser._actions if not action.option_strings]  # noqa: SLF001  (as above)
    choices = tuple(str(choice) for action in positionals for choice in action.choices or ())
    # A verb's own options are offered right behind it.
    offered = choices or tuple(word.name for word in _options(parser) if word.name != "--help")
    return Word(name, help.replace("'", ""), offered, takes_any=bool(positionals) and not offered)


def completion_script(shell: str) -> str:
    """Return a script for bash, zsh or fish to be sourced. Raises KeyError for another shell."""
    parser = build_parser()
    writers = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return writers[shell](_options(parser), _verbs(parser))


def _bash(options: list[Word], verbs: list[Word]) -> str:
    words = [*options, *verbs]
    cases = "".join(
        f"    {word.name}) COMPREPLY=($(compgen -W '{' '.join(word.choices)}' -- \"$current\")); return;;\n"
        for word in words
        if word.choices
    )
    free = "|".join(word.name for word in words if word.takes_any and word.name != FILE_OPTION)
    return (
        "_replicate_tui() {\n"
        '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"\n'
        "  COMPREPLY=()\n"
        '  case "$previous" in\n'
        f"{cases}"
        # One name a line, so that blanks in names stay; bash 3.2 has no mapfile.
        f"    {FILE_OPTION}) local IFS=$'\\n'; compopt -o filenames 2>/dev/null\n"
        '      COMPREPLY=($(compgen -f -- "$current")); return;;\n'
        f"    {free}) return;;\n"
        "  esac\n"
        f"  COMPREPLY=($(compgen -W '{' '.join(word.name for word in words)}' -- \"$current\"))\n"
        "}\n"
        "complete -F _replicate_tui replicate-tui\n"
    )


def _zsh(options: list[Word], verbs: list[Word]) -> str:
    described = " ".join(f"'{word.name}:{word.help}'" for word in [*options, *verbs])
    lines = ["#compdef replicate-tui", "_replicate_tui() {", "  case $words[CURRENT-1] in"]
    lines += [
        f"    {word.name}) compadd -- {' '.join(word.choices)}; return;;" for word in [*options, *verbs] if word.choices
    ]
    free = "|".join(word.name for word in [*options, *verbs] if word.takes_any and word.name != FILE_OPTION)
    lines += [f"    {FILE_OPTION}) _files; return;;", f"    {free}) return;;", "  esac"]
    lines += [f"  local -a known=({described})"]
    lines += ["  _describe 'replicate-tui' known", "}", "compdef _replicate_tui replicate-tui", ""]
    return "\n".join(lines)


def _fish(options: list[Word], verbs: list[Word]) -> str:
    lines = ["complete -c replicate-tui -f"]
    for option in options:
        values = " -r -F" if option.name == FILE_OPTION else " -x" if option.takes_any else ""
        values = f" -x -a '{' '.join(option.choices)}'" if option.choices else values
        lines.append(f"complete -c replicate-tui -l {option.name[2:]} -d '{option.help}'{values}")
    for verb in verbs:
        lines.append(f"complete -c replicate-tui -n __fish_use_subcommand -a {verb.name} -d '{verb.help}'")
        if verb.choices:
            condition = f"'__fish_seen_subcommand_from {verb.name}'"
            lines.append(f"complete -c replicate-tui -n {condition} -a '{' '.join(verb.choices)}'")
    return "\n".join(lines) + "\n"
