from pathlib import Path

from actors.local import log_files


def test_a_log_past_its_limit_is_set_aside_and_three_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    for number in range(6):
        log.write_text(f"{number}" * 11)
        log_files.rotate(log, 10)
    assert not log.exists()
    assert [(tmp_path / f"x.log.{n}").read_text()[0] for n in (1, 2, 3)] == ["5", "4", "3"]
    assert not (tmp_path / "x.log.4").exists()


def test_a_log_below_its_limit_stays(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("short")
    log_files.rotate(log, 10)
    assert log.read_text() == "short"


def test_the_last_lines_begin_where_they_are_asked_to(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("old\n")
    assert log_files.last_lines(log, 5, begin=4) == []
    with open(log, "a") as file:
        file.write("one\ntwo\nthree\n")
    assert log_files.last_lines(log, 5, begin=4) == ["one", "two", "three"]
    assert log_files.last_lines(log, 2) == ["two", "three"]
    assert log_files.last_lines(log, 5, end=8) == ["old", "one"]
    assert log_files.last_lines(log, 0) == []
    assert log_files.last_lines(tmp_path / "none", 2) == []


def test_following_goes_on_in_the_new_file_after_a_rotation(tmp_path: Path) -> None:
    log, other = tmp_path / "x.log", tmp_path / "y.log"
    log.write_text("before\n")

    def append(path: Path, text: str) -> None:
        with open(path, "a") as file:
            file.write(text)

    rounds = iter(
        [
            lambda: append(log, "one\nhal"),
            lambda: append(log, "f\n"),
            lambda: (log_files.rotate(log, 1), append(log, "after\n")),
            lambda: append(other, "late\n"),
        ]
    )

    def logs() -> list[Path]:
        next(rounds)()
        return [log, other]

    lines = log_files.follow(logs, {log: len("before\n")}, seconds=0)
    assert [next(lines)[1] for _ in range(4)] == ["one", "half", "after", "late"]
