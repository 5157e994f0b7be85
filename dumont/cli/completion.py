"""`dumont completion`: the script that makes a shell complete words; it asks this command what fits."""

from typing import Annotated, Literal

import typer
from typer.completion import show_callback

from dumont.cli.verbs import HELP

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
EXAMPLES = """\b
Examples:
  dumont completion bash > ~/.local/share/bash-completion/completions/dumont
  dumont completion zsh > "${fpath[1]}/_dumont"
  dumont completion fish > ~/.config/fish/completions/dumont.fish
"""


@app.command("completion", epilog=EXAMPLES, context_settings=HELP)
def completion(
    ctx: typer.Context,
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="The shell it is for.")],
) -> None:
    """Print the script that completes words in your shell. `dumont --install-completion` puts it in place."""
    show_callback(ctx, ctx.command.params[0], shell)
