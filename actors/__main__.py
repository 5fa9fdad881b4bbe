"""The `atrium` command. Each subcommand's module is imported only when it is asked for, so that all start fast."""

import importlib
import sys

import click

COMMANDS = {
    "up": ("actors.local.up:up", "Start the whole platform on this machine."),
    "down": ("actors.local.down:down", "Stop what `up` started."),
    "status": ("actors.local.status:status", "Show what runs and how it is."),
    "logs": ("actors.local.logs:logs", "Show or follow the components' logs."),
    "doctor": ("actors.local.doctor.command:doctor", "Check everything and say how to mend it."),
    "setup-code": ("actors.local.setup_code:setup_code", "Print the code that the set-up wizard asks for."),
    "serve": ("actors.kernel.host.commands:serve", "Run the modules on a Ray cluster."),
    "migrate": ("actors.kernel.host.commands:migrate", "Bring stores and streams up to date."),
    "seed": ("actors.kernel.host.commands:seed", "Fill the platform with a demonstration."),
    "events": ("actors.kernel.host.commands:events", "Watch events; list and replay dead letters."),
    "mail": ("actors.kernel.host.commands:mail", "List or show mails of the outbox folder."),
    "env": ("actors.local.env:env", "Print the addresses of the running platform for a shell."),
}
"""Name → where the command is, and its one line in `atrium --help`, which thus imports none of them."""

ON_SERVERS = {"serve", "migrate", "seed", "events", "mail"}
"""Commands that talk to the servers themselves: those of the local platform, unless others are set."""
WITHOUT_SERVERS = {"--draft"}
"""Options with which they need none."""


class Lazy(click.Group):
    """A group whose commands are in other modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="atrium", prog_name="atrium")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Runs and looks after an Atrium platform."""
    if ctx.invoked_subcommand in ON_SERVERS and not {*ctx.help_option_names, *WITHOUT_SERVERS} & set(sys.argv):
        _reach_servers()


def _reach_servers() -> None:
    from actors.kernel.settings import SettingsError
    from actors.local.environment import reach_running_platform
    from actors.local.errors import LocalError

    try:
        reach_running_platform()
    except (LocalError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="atrium")
