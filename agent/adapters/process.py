"""What a process holds of the machine, as the kernel says (proc(5))."""

from pathlib import Path

from agent.domain.figures import ProcessFigures


def process_figures(pid: int) -> ProcessFigures | None:
    """Ask for a process's figures; None where there is none, or it is another user's."""
    process = Path("/proc") / str(pid)
    try:
        lines = (process / "status").read_text().splitlines()
        open_fds = sum(1 for _ in (process / "fd").iterdir())
    except OSError:
        return None
    told = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    if "VmRSS" not in told:  # it is about to end
        return None
    return ProcessFigures(
        rss_bytes=int(told["VmRSS"][0]) * 1024, open_fds=open_fds, threads=int(told["Threads"][0])
    )
