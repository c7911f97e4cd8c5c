"""The command line: one function a verb."""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from outreachbot.errors import ContentError, OutreachbotError

# A verb imports its rooms when it is called: `check` and `--help` need neither Telegram nor a database.

Result = TypeVar("Result")

cli = typer.Typer(
    help="A Telegram bot that keeps a memory alive: facts with sources, reminders, broadcasts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, and so the token
)


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the chat page is served.", min=1, max=65535)] = 8080,
    content: Annotated[Path, typer.Option(help="The content file.")] = Path("content.yaml"),
    chats: Annotated[int, typer.Option(help="How many more chats are subscribed.", min=0, max=100_000)] = 200,
    pace: Annotated[float, typer.Option(help="Messages a second of reminders and broadcasts.", min=1)] = 30.0,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False,
) -> None:
    """A local Telegram with the bot in it, and its chat page. Needs no token and no network."""
    from outreachbot import logs
    from outreachbot.app import demo as playground

    logs.set_up_logging(verbose=verbose)
    _finish(playground.run_demo(content, port, chats, pace, open_browser=browser))


@cli.command()
def run(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False) -> None:
    """The bot on Telegram. Needs OUTREACHBOT_TOKEN; every setting is in docs/settings.md."""
    from outreachbot import config, logs
    from outreachbot.app.commands import content_file

    settings = _answer(config.read_settings)
    logs.set_up_logging(_answer(settings.bot_token).get_secret_value(), verbose=verbose)
    document = _answer(lambda: content_file.read_content(settings.content))
    content, raw = document.content, document.raw
    del document  # where each text stands takes as much memory as the texts
    from outreachbot.app import run as running  # only now: it takes the memory that the check has left

    bot = running.run(settings, content, raw)
    _finish(bot)


@cli.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: OUTREACHBOT_CONTENT, or content.yaml.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Ask every address whether it still works.")] = False,
) -> None:
    """Name every fault of the content file, with its line and column, and what it still lacks."""
    from outreachbot import config
    from outreachbot.app.commands import check as checking
    from outreachbot.app.commands import content_file

    path = file or _answer(config.read_settings).content
    gc.disable()  # a short run that makes millions of objects, of which none has to be collected
    document = _answer(lambda: content_file.read_content(path))
    for warning in checking.list_warnings(document):
        typer.echo(f"warning: {warning}")
    typer.echo(f"{path}: good. {checking.summarise(document.content)}")
    if remarks := checking.list_remarks(document):
        typer.echo("worth a look, though nothing has to be mended:")
    for remark in remarks:
        typer.echo(f"  {remark}")
    if links:
        from outreachbot.app.commands import check_links

        answers = _finish(check_links.check_all_links(document))
        typer.echo("\n".join(answers.lines))
        sys.exit(1 if answers.dead else 0)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of the content file, by which editors complete and check it as one types."""
    from outreachbot.app.commands import content_file

    typer.echo(content_file.format_schema())


@cli.command()
def preview(
    file: Annotated[Path | None, typer.Argument(help="Default: OUTREACHBOT_CONTENT, or content.yaml.")] = None,
    output: Annotated[Path, typer.Option(help="The page that is written.")] = Path("preview.html"),
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
) -> None:
    """Every text as members will see it, in one HTML file: language beside language, gaps marked."""
    from outreachbot import config
    from outreachbot.app.commands import content_file
    from outreachbot.app.commands import preview as pages

    path = file or _answer(config.read_settings).content
    content = _answer(lambda: content_file.read_content(path)).content
    _answer(lambda: pages.write_preview(content, path.parent, output, open_browser=browser))
    typer.echo(f"{output}: every text in {', '.join(content.languages)}; you can mail it to a reviewer")


@cli.command()
def broadcasts(
    number: Annotated[
        int | None, typer.Argument(help="One of them: list the chats that did not surely get it.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show what is under way, until Ctrl+C.")] = False,
) -> None:
    """List reminders and broadcasts, and what became of them."""
    from outreachbot import config
    from outreachbot.app.commands import listing

    settings = _answer(config.read_settings)
    _finish(listing.watch_progress(settings) if watch else listing.print_messages(settings, number))


@cli.command()
def send(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False) -> None:
    """One more sender for a bot that runs, on any machine. Needs PostgreSQL and the same settings as the bot."""
    from outreachbot import config, logs
    from outreachbot.app.commands import extra_sender

    settings = _answer(config.read_settings)
    logs.set_up_logging(_answer(settings.bot_token).get_secret_value(), verbose=verbose)
    _finish(extra_sender.run_sender(settings))


def main() -> None:
    """The program `outreachbot`. Exit codes: 0 done, 1 failed, 2 wrong use."""
    cli()


def _finish(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return _answer(lambda: runner.run(work))
    except KeyboardInterrupt:
        sys.exit(130)


def _new_loop() -> asyncio.AbstractEventLoop:
    """The event loop: uvloop's where it is installed, with which a message takes about two thirds of the CPU time."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _answer(question: Callable[[], Result]) -> Result:
    try:
        return question()
    except ContentError as error:
        _refuse(error, "\n".join(error.faults))
    except OutreachbotError as error:
        _refuse(error, str(error))


def _refuse(error: OutreachbotError, text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(error.exit_code)
