"""`auditor completion`: the script that makes a shell ask for completions."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_AUDITOR_COMPLETE"  # as click names it


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: commands, options, policy ids, types, frameworks, formats.

    \b
    Examples:
      eval "$(auditor completion bash)"                          in ~/.bashrc
      eval "$(auditor completion zsh)"                           in ~/.zshrc
      auditor completion fish > ~/.config/fish/completions/auditor.fish
    """
    from auditor.cli import main

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(main, {}, "auditor", VARIABLE)
    if shell == "bash":
        click.echo("COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}  # the colons of a type are part of the word")
    click.echo(script.source_template % script.source_vars())
