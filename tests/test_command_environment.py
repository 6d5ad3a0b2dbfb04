"""Every command where the environment is against it: one line, its exit code, nothing by halves."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xl_tco import XlTcoError, cli, platforms
from xl_tco.cli.functions import examples_of
from xl_tco.functions import TABLE

DATA = Path(__file__).parent / "data" / "measurements"
VLLM = DATA / "vllm_bench_serve_2026-07.json"
INFERENCEX = DATA / "inferencex_dsr1_h200_gb300.json"
COMMAND = [sys.executable, "-c", "from xl_tco.cli import main; main()"]
posix = pytest.mark.skipif(os.name != "posix", reason="streams and signals of POSIX")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli.cli, [*map(str, arguments)])


def good(*arguments: object) -> str:
    done = invoke(*arguments)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def refused(*arguments: object) -> str:
    """What is said of a call that is refused, in one line or a list of faults."""
    done = invoke(*arguments)
    assert done.exit_code != 0
    if isinstance(done.exception, XlTcoError):
        return str(done.exception)
    assert isinstance(done.exception, SystemExit), done.exception
    return done.stderr


def shell(line: str, folder: Path, *arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which "$@" is the command and its arguments."""
    return subprocess.run(
        ["bash", "-c", line, "xl-tco", *COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )


@posix
class TestStreams:
    @pytest.mark.parametrize(
        ("line", "arguments", "words"),
        [
            ('"$@" >/dev/full', ["functions"], b"No space left on device"),
            ('"$@" >/dev/full', ["--help"], b"No space left on device"),
            ('"$@" >&-', ["build", "hopper_hgx_h200", "--out", "out"], b"output is closed"),
            ('{ "$@"; echo $? >code; } | true; exit $(cat code)', ["schema"], b"was closed before"),
        ],
    )
    def test_output_that_nobody_can_write(
        self, line: str, arguments: list[str], words: bytes, tmp_path: Path
    ) -> None:
        done = shell(line, tmp_path, *arguments)
        assert done.returncode == 1
        assert words in done.stderr
        assert done.stderr.startswith(b"xl-tco: ")
        assert done.stderr.count(b"\n") == 1
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full"])
    def test_faults_that_nobody_can_read(self, stream: str, tmp_path: Path) -> None:
        done = shell(f'"$@" {stream}', tmp_path, "bild")
        assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")

    @pytest.mark.parametrize(
        "arguments",
        [["libreoffice", "build", "--out", "x.oxt"], ["build", "hopper_hgx_h200", "--out", "out"]],
    )
    def test_files_that_may_not_grow(self, arguments: list[str], tmp_path: Path) -> None:
        done = shell('ulimit -f 1; "$@"', tmp_path, *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith(b"xl-tco: ")
        assert done.stderr.count(b"\n") == 1
        assert [item for item in tmp_path.rglob("*") if item.is_file()] == []

    def test_a_name_that_is_no_utf_8(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"caf\xe9")
        (tmp_path / f"{name}.json").write_bytes(VLLM.read_bytes())
        given = (f"{name}.json".encode("utf-8", "surrogateescape"), b"--platform=h200", b"--gpus=8")
        out = f"--out={name}.jsonl".encode("utf-8", "surrogateescape")
        done = shell('"$@"', tmp_path, "measure", *given, out)
        assert (done.returncode, done.stderr) == (0, b"")
        record = json.loads((tmp_path / f"{name}.jsonl").read_text(encoding="utf-8"))
        assert record["source_file"] == r"caf\xe9.json"
        done = shell('"$@"', tmp_path, "eval", b'"\xe9"')
        assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
        assert b"not UTF-8 text" in done.stderr


@posix
class TestInterruption:
    @pytest.mark.parametrize("seconds", [0, 0.15, 0.5])
    def test_while_loading_and_while_working(self, seconds: float, tmp_path: Path) -> None:
        """The time says where it comes; whatever is done by then, the answer is the same."""
        program = "from xl_tco.cli import main; print('ready', flush=True); main()"
        process = subprocess.Popen(
            [sys.executable, "-c", program, "build", "--functions", "all", "--out", "out"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(seconds + 0.02)
        process.send_signal(signal.SIGINT)
        output, said = process.communicate(timeout=60)
        assert (process.returncode, output) == (130, b"")
        assert said == b"xl-tco: interrupted; nothing half-written\n"
        assert list(tmp_path.iterdir()) == []

    def test_an_engine_that_swallows_it(self) -> None:
        """Python functions are called by an engine that takes every exception for #VALUE!."""
        program = (
            "import signal, xl_tco.hosts.formualizer_engine as host\n"
            "from xl_tco.cli import main\n"
            "def interrupted(*_): signal.raise_signal(signal.SIGINT)\n"
            "host.evaluate_cells = interrupted\n"
            "main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, "eval", "1+COST_PER_MTOK(1, 1)"],
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (130, b"")
        assert done.stderr == b"xl-tco: interrupted; nothing half-written\n"


class TestWidth:
    @pytest.mark.parametrize("columns", ["0", "1", "20", "x"])
    def test_in_a_pipe_nothing_is_cut(self, columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        for line, function in zip(good("functions").splitlines()[1:], TABLE, strict=True):
            assert line.split("  ")[0] == function.usage

    @posix
    @pytest.mark.parametrize("columns", ["0", "1", "30"])
    def test_a_narrow_terminal_folds(self, columns: str) -> None:
        ours, theirs = pty.openpty()
        environment = {**os.environ, "COLUMNS": columns, "NO_COLOR": "1", "TERM": "xterm"}
        arguments = [*COMMAND, "platforms", "rtx6000pro"]
        with subprocess.Popen(arguments, stdout=theirs, env=environment) as process:
            os.close(theirs)
            shown = b""
            while True:
                try:
                    part = os.read(ours, 65536)
                except OSError:  # the end of a terminal in Linux
                    break
                if not part:
                    break
                shown += part
        os.close(ours)
        assert process.returncode == 0
        text = shown.decode()
        assert "…" not in text
        # Folded words, put together again from the first column alone.
        first = "".join(line[:6].strip() for line in text.splitlines() if line[:1].strip())
        assert "rtx" in first


class TestHelp:
    @pytest.mark.parametrize("name", sorted(cli.cli.commands))
    def test_of_every_command(self, name: str) -> None:
        assert good(name, "-h") == good(name, "--help")

    def test_a_command_that_there_is_not(self) -> None:
        done = invoke("bild")
        assert done.exit_code == 2
        assert "build" in done.stderr.partition("bild")[2]


class TestFunctions:
    def test_examples_can_be_copied(self) -> None:
        """Each computes, as its own documentation says."""
        for function in TABLE:
            shown = examples_of(function)
            assert shown, function.name
            for example in shown:
                assert example.startswith(f"={function.worksheet_name}(")
                if "A1:D20" not in example:
                    good("eval", example)
        assert "\n=COST_PER_MTOK(1.41, 93.25)\n" in good("functions", "cost_per_mtok")
        # The seed's 4.20 USD.
        assert good("eval", "=COST_PER_MTOK(1.41, 93.25)").startswith("4.200")

    @pytest.mark.parametrize("name", ["relative", "=RELATIVE(5, 2)", " Relative( "])
    def test_a_name_as_it_stands_in_a_cell(self, name: str) -> None:
        assert good("functions", name) == good("functions", "RELATIVE")

    def test_near_names(self) -> None:
        assert "Did you mean COST_PER_MTOK" in refused("functions", "COST_PER_TOK")

    def test_json(self) -> None:
        (found,) = json.loads(good("functions", "tokens_per_mw", "--json"))
        assert found["unit"] == "tok/s/MW"
        assert [item["name"] for item in found["arguments"]] == [
            *("tokens_per_second_per_gpu", "kw_per_gpu", "pue"),
        ]
        assert found["arguments"][2]["default"] == 1
        assert "--markdown" in refused("functions", "--json", "--markdown")


class TestPlatforms:
    def test_all_with_their_dates(self) -> None:
        lines = good("platforms").splitlines()[2:]
        assert [line.split()[0] for line in lines] == list(platforms()["platform"])
        (h200,) = (line for line in lines if line.startswith("h200 "))
        assert "1.59 (2026-08)" in h200
        assert "1.37 (2026-07-14)" in h200

    def test_json_is_the_table(self) -> None:
        said = {item["platform"]: item for item in json.loads(good("platforms", "--json"))}
        for row in platforms().to_dict("records"):
            figures = {
                f"{item['figure']} {item['tier_or_basis'] or ''}".strip(): item["value"]
                for item in said[row["platform"]]["figures"]
            }
            known = {key: value for key, value in row.items() if value == value}
            assert figures == {key: known[key] for key in known if not isinstance(known[key], str)}

    def test_near_names(self) -> None:
        assert "Did you mean gb300" in refused("platforms", "gb3000")


COST = float(Fraction("1.41") * 10**6 / (Fraction("93.25") * 3600))


class TestEval:
    @pytest.mark.parametrize(
        ("formula", "words"),
        [
            ("COST_PER_MTOK(2,65; 6000)", "COST_PER_MTOK(2.65, 6000)"),
            ('IF("a;b,1"="x";1,5;2)', 'IF("a;b,1"="x", 1.5, 2)'),
            ("SUM(1, 2", "a closing ')' is missing"),
            ("SUM(1, 2))", "a ')' is too many"),
            ('"text', 'a closing " is missing'),
            (" ", "it is empty"),
            ("1+" * 5000 + "1", "10,001 characters"),
            ("ABS(" * 500 + "1" + ")" * 500, "more than 64 deep"),
            ("-" * 3000 + "1", "missing or too many"),
            ("1 1", "missing or too many"),
        ],
        ids=lambda value: value[:20],
    )
    def test_what_is_no_formula(self, formula: str, words: str) -> None:
        said = refused("eval", formula)
        assert words in said
        assert "\n" not in said
        assert not re.search("Token|Parser|position", said)

    def test_near_names(self) -> None:
        assert "COST_PER_TOK: no such function. Did you mean COST_PER_MTOK" in refused(
            "eval", "COST_PER_TOK(1, 2)"
        )

    @pytest.mark.parametrize(
        ("formula", "unit"),
        [
            ("ROUND(COST_PER_MTOK(1.41,93.25),2)", "USD/Mtok"),
            ("-COST_PER_MTOK(1.41,93.25)", "USD/Mtok"),
            ("IFERROR(COST_PER_MTOK(1.41,93.25),0)", "USD/Mtok"),
            ("SUM(COST_PER_MTOK(1,1),BREAKEVEN_PRICE(1,1))", "USD/Mtok"),
            ("SUM(COST_PER_MTOK(1,1),TOKENS_PER_MW(1,1))", ""),
            ("SUM(COST_PER_MTOK(1,1),1)", ""),
            ("ROUND(COST_PER_MTOK(1.41,93.25),2)*2", ""),
            ('IFERROR(COST_PER_MTOK(1,0),"none")', ""),
            ('PLATFORM_FIGURE("h200","kw_per_gpu","it")', "kW/GPU"),
            ("TCO_VERSION()", ""),
        ],
    )
    def test_units_where_they_mean_something(self, formula: str, unit: str) -> None:
        assert good("eval", formula).strip().partition(" ")[2] == unit

    def test_json(self) -> None:
        assert json.loads(good("eval", "--json", "COST_PER_MTOK(1.41, 93.25)")) == {
            "value": pytest.approx(COST, rel=1e-12),
            "unit": "USD/Mtok",
            "faults": [],
        }
        done = invoke("eval", "--json", "COST_PER_MTOK(1, 0)")
        document = json.loads(done.stdout)
        assert (done.exit_code, document["error"]) == (1, "#NUM!")
        assert "tokens_per_second_per_gpu = 0" in document["faults"][0]
        rows = json.loads(good("eval", "--json", "{1,2;3,4}*2"))["value"]
        assert rows == [[2, 4], [6, 8]]
        assert json.loads(good("eval", "--json", "1=1"))["value"] is True

    @pytest.mark.parametrize(
        ("given", "formula", "expected"),
        [
            (["A1=1.41", "B1=93.25"], "COST_PER_MTOK(A1, B1)", f"{COST} USD/Mtok"),
            (["$A$1:A3=1,2,3.5"], "SUM(A1:A3)", "6.5"),
            (["a1:b2=1,2;3,4"], "B1*10+A2", "23.0"),
            (["A1=TRUE"], "ISLOGICAL(A1)", "TRUE"),
            (["A1=2026-02"], 'PLATFORM_FIGURE("h200","cost_per_gpu_hour","owned_hyperscaler",A1)',
             "1.41"),
            (['A1="5"'], "ISTEXT(A1)", "TRUE"),
            (["A1=-1E3"], "A1", "-1000.0"),
            (["A1="], "ISBLANK(A1)", "TRUE"),
        ],
    )  # fmt: skip
    def test_cells_as_inputs(self, given: list[str], formula: str, expected: str) -> None:
        options = [part for item in given for part in ("--let", item)]
        assert good("eval", *options, formula).strip().startswith(expected)

    @pytest.mark.parametrize(
        "given", ["A1", "A0=1", "1A=1", "A1:A2=1", "A2:A1=1,2", "ZZZ1=1", "A1048577=1", "=1"]
    )
    def test_what_is_no_cell(self, given: str) -> None:
        assert "Traceback" not in refused("eval", "--let", given, "A1")

    def test_a_formula_that_begins_with_a_minus(self) -> None:
        assert good("eval", "-5+3") == "-2.0\n"
        assert good("eval", "--json", "--cosh(0)") == '{"value": 1.0, "unit": "", "faults": []}\n'

    def test_of_standard_input(self) -> None:
        done = CliRunner().invoke(cli.cli, ["eval", "-"], input="=1+1\n")
        assert done.stdout == "2.0\n"


@posix
class TestFiles:
    """What is no file to read, or no place to write to."""

    @pytest.fixture
    def pipe(self, tmp_path: Path) -> Path:
        os.mkfifo(tmp_path / "pipe")
        return tmp_path / "pipe"

    @pytest.mark.parametrize(
        "command",
        [
            ["build", "{}", "--out", "out"],
            ["extract", "{}", "--out", "out"],
            ["recalculate", "{}"],
            ["measure", "{}", "--out", "out.xlsx"],
            ["measure", str(VLLM), "--inputs", "{}", "--out", "out.xlsx"],
        ],
        ids=" ".join,
    )
    def test_a_pipe_a_device_a_folder_an_empty_one(
        self, command: list[str], pipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "empty.toml").touch()
        (tmp_path / "folder.toml").mkdir()
        for path in (pipe, Path("/dev/zero"), tmp_path / "folder.toml", tmp_path / "empty.toml"):
            assert refused(*(part.format(path) for part in command))
        assert {item.name for item in tmp_path.iterdir()} == {"pipe", "empty.toml", "folder.toml"}

    @pytest.mark.parametrize(
        "command",
        [["addin", "build"], ["libreoffice", "build"], ["measure", str(INFERENCEX)]],
        ids=" ".join,
    )
    def test_a_place_that_is_no_file(self, command: list[str], pipe: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.jsonl"
        link.symlink_to(pipe)
        assert "no regular file" in refused(*command, "--out", link)
        assert link.is_symlink()
        assert pipe.is_fifo()


class TestOntoInputs:
    """What is written is never what was read, under whatever name."""

    def records(self, folder: Path) -> Path:
        path = folder / "runs.jsonl"
        good("measure", VLLM, "--platform", "h200", "--gpus", 8, "--out", path)
        return path

    def test_measure(self, tmp_path: Path) -> None:
        path = self.records(tmp_path)
        before = path.read_bytes()
        (tmp_path / "hard.jsonl").hardlink_to(path)
        (tmp_path / "soft.jsonl").symlink_to(path)
        for out in (path, tmp_path / "hard.jsonl", tmp_path / "soft.jsonl"):
            assert "which is read; name another" in refused("measure", path, "--out", out)
        assert path.read_bytes() == before

    def test_measure_into_the_folder_that_it_reads(self, tmp_path: Path) -> None:
        path = self.records(tmp_path)
        (tmp_path / "below").mkdir()
        (tmp_path / "again").symlink_to(tmp_path)
        for out in ("new.jsonl", "below/new.jsonl", "again/new.jsonl"):
            said = refused("measure", tmp_path, "--out", tmp_path / out)
            assert "name a place outside" in said
        assert list(tmp_path.rglob("*.jsonl")) == [path]

    def test_build(self, tmp_path: Path) -> None:
        """A scenario whose name ends as a workbook's."""
        path = tmp_path / "mine.xlsx"
        path.write_text(
            (Path(cli.__file__).parents[1] / "scenario/shipped/hopper_hgx_h200.toml").read_text(
                encoding="utf-8"
            ),
            encoding="utf-8",
        )
        before = path.read_bytes()
        assert "which is read" in refused("build", path, "--out", tmp_path)
        assert path.read_bytes() == before


class TestNothingIgnored:
    """An option that has no effect is refused."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([INFERENCEX, "--platform", "h100"], "--platform: every file says it"),
            ([INFERENCEX, "--gpus", 4], "--gpus: every file says it"),
            ([INFERENCEX, "--model", "x"], "--model: every file says it"),
            ([INFERENCEX, "--precision", "fp4"], "--precision: every file says it"),
            ([INFERENCEX, "--speculative-decoding", "mtp"], "--speculative-decoding: every file"),
            ([INFERENCEX, "--cost-per-gpu-hour", 3], "of which platform? give"),
            ([INFERENCEX, "--kw-per-gpu", "h300=3"], "no measurement of h300"),
            ([INFERENCEX, "--kw-per-gpu", "h200=3", "--kw-per-gpu", "H200=4"], "twice for H200"),
            ([INFERENCEX, "--kw-per-gpu", "h200=3", "--kw-per-gpu", "4"], "for each platform"),
            ([INFERENCEX, "--kw-per-gpu", "h200=0"], "0"),
            (
                [VLLM, "--platform=h200", "--gpus=8", "--cost-per-gpu-hour=3", "--tier=rental_3yr"],
                "--tier chooses among the catalog's figures",
            ),
        ],
    )
    def test_measure(self, arguments: list[object], words: str, tmp_path: Path) -> None:
        assert words in refused("measure", *arguments, "--out", tmp_path / "book.xlsx")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "option",
        ["--functions=native", "--tier=rental_3yr", "--as-of=2026-02", "--interactivity=40"],
    )
    def test_records(self, option: str, tmp_path: Path) -> None:
        said = refused("measure", INFERENCEX, option, "--out", tmp_path / "a.jsonl")
        assert f"{option.partition('=')[0]} goes with a workbook" in said
