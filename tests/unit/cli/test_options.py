import typer

from agent.cli import app


def test_an_option_of_import_and_sync_says_the_same_in_both() -> None:
    command = typer.main.get_command(app)
    registry = getattr(command, "commands", {})["registry"]
    told = {
        name: {
            param.name: (param.opts, getattr(param, "help", ""), param.default)
            for param in registry.commands[name].params
        }
        for name in ("import", "sync")
    }
    both = sorted(told["import"].keys() & told["sync"].keys())
    assert both == ["as_json", "confirm_changes", "confirm_deletions", "home", "yes"]
    assert {name: told["import"][name] for name in both} == {name: told["sync"][name] for name in both}
