"""The command line, with one function per command."""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from outreachbot.errors import ContentError, OutreachbotError

# Each command imports what it needs only when it runs: `check` and `--help` need neither Telegram nor a database.

Result = TypeVar("Result")

cli = typer.Typer(
    help="A Telegram bot that keeps a memory alive: facts with sources, reminders, broadcasts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # those tracebacks show local variables, including the token
)


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the chat page is served.", min=1, max=65535)] = 8080,
    content: Annotated[Path, typer.Option(help="The content file.")] = Path("content.yaml"),
    chats: Annotated[int, typer.Option(help="The number of additional subscribed chats.", min=0, max=100_000)] = 200,
    pace: Annotated[float, typer.Option(help="Messages per second for reminders and broadcasts.", min=1)] = 30.0,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False,
) -> None:
    """Run a local Telegram with the bot in it, and a chat page. Needs no token and no network."""
    from outreachbot import logs
    from outreachbot.app import demo as playground

    logs.set_up_logging(verbose=verbose)
    _run_async(playground.run_demo(content, port, chats, pace, open_browser=browser))


@cli.command()
def run(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False) -> None:
    """Run the bot on Telegram. Needs OUTREACHBOT_TOKEN; docs/settings.md explains every setting."""
    from outreachbot import config, logs
    from outreachbot.app.commands import content_file

    settings = _exit_on_error(config.read_settings)
    logs.set_up_logging(_exit_on_error(settings.bot_token).get_secret_value(), verbose=verbose)
    document = _exit_on_error(lambda: content_file.read_content(settings.content))
    content, raw = document.content, document.raw
    del document  # its tree of positions takes as much memory as the texts
    from outreachbot.app import run as running  # only now: it can use the memory that the check has freed

    _run_async(running.run(settings, content, raw))


@cli.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: OUTREACHBOT_CONTENT, or content.yaml.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Check whether every address still works.")] = False,
) -> None:
    """List every fault in the content file with its line and column, and what is still missing."""
    from outreachbot import config
    from outreachbot.app.commands import check as checking
    from outreachbot.app.commands import content_file

    path = file or _exit_on_error(config.read_settings).content
    gc.disable()  # a short run creates millions of objects, and none needs collecting
    document = _exit_on_error(lambda: content_file.read_content(path))
    for warning in checking.list_warnings(document):
        typer.echo(f"warning: {warning}")
    typer.echo(f"{path}: good. {checking.summarise(document.content)}")
    if remarks := checking.list_remarks(document):
        typer.echo("not faults, but worth a look:")
    for remark in remarks:
        typer.echo(f"  {remark}")
    if links:
        from outreachbot.app.commands import check_links

        answers = _run_async(check_links.check_all_links(document))
        typer.echo("\n".join(answers.lines))
        sys.exit(1 if answers.dead else 0)


@cli.command()
def schema() -> None:
    """Print the content file's JSON Schema, with which text editors complete and check the file."""
    from outreachbot.app.commands import content_file

    typer.echo(content_file.format_schema())


@cli.command()
def preview(
    file: Annotated[Path | None, typer.Argument(help="Default: OUTREACHBOT_CONTENT, or content.yaml.")] = None,
    output: Annotated[Path, typer.Option(help="The page to write.")] = Path("preview.html"),
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Write an HTML page with every text as members will see it: languages side by side, gaps marked."""
    from outreachbot import config
    from outreachbot.app.commands import content_file
    from outreachbot.app.commands import preview as pages

    path = file or _exit_on_error(config.read_settings).content
    content = _exit_on_error(lambda: content_file.read_content(path)).content
    _exit_on_error(lambda: pages.write_preview(content, path.parent, output, open_browser=browser))
    typer.echo(f"{output}: every text in {', '.join(content.languages)}; you can mail it to a reviewer")


@cli.command()
def broadcasts(
    number: Annotated[
        int | None, typer.Argument(help="A broadcast or reminder: list the chats that may not have received it.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show the progress until Ctrl+C.")] = False,
) -> None:
    """List reminders and broadcasts with their results."""
    from outreachbot import config
    from outreachbot.app.commands import listing

    settings = _exit_on_error(config.read_settings)
    _run_async(listing.watch_progress(settings) if watch else listing.print_messages(settings, number))


@cli.command()
def send(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False) -> None:
    """Run an extra sender for a running bot, on any machine. Needs PostgreSQL and the bot's settings."""
    from outreachbot import config, logs
    from outreachbot.app.commands import extra_sender

    settings = _exit_on_error(config.read_settings)
    logs.set_up_logging(_exit_on_error(settings.bot_token).get_secret_value(), verbose=verbose)
    _run_async(extra_sender.run_sender(settings))


def main() -> None:
    """The entry point of the command `outreachbot`. Exit codes: 0 success, 1 failure, 2 wrong usage."""
    cli()


def _run_async(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end; exit on errors and on Ctrl+C."""
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return _exit_on_error(lambda: runner.run(work))
    except KeyboardInterrupt:
        sys.exit(130)


def _new_loop() -> asyncio.AbstractEventLoop:
    """Create an event loop: uvloop's if installed, which needs about two thirds of the CPU time per message."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _exit_on_error(call: Callable[[], Result]) -> Result:
    """Call a function; if it raises an error of ours, print that and exit with its exit code."""
    try:
        return call()
    except ContentError as error:
        _exit(error, "\n".join(error.faults))
    except OutreachbotError as error:
        _exit(error, str(error))


def _exit(error: OutreachbotError, text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(error.exit_code)
