#!/usr/bin/env python3
"""What a run of the tests comes to: a test that failed is run once more, alone.

verdict.py RESULTS.trx AGAIN...

AGAIN is the command that runs one test: it gets --settings=FILE, NUnit's run settings that pick the test, and
--results=FILE, the TRX file that it has to write. A test that passes then is flaky: it is listed and counts as passed. A
test that a lost request or a missing refusal ended is never run again, and nothing is when many tests failed. Prints
each such test with its messages, then the totals; exits with 1 unless at least one test passed, none failed and none
was skipped.
"""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from xml.sax.saxutils import escape

# Where so many fail, the cause is none of the tests' own.
MOST_AGAIN = 10

# The longest test has five minutes; the build before it is up to date.
SECONDS_AGAIN = 600

# A failure by one of these exceptions is final, however often the test passes.
FINAL = ("Zerg.StrictClient.LossException", "Zerg.Tests.Harness.MissingRefusalException")

MESSAGE_LENGTH = 2000


class Run:
    """The tests of one TRX file, by their full names."""

    def __init__(self, file):
        root = tree.parse(file).getroot()
        names = {}
        for test in root.iterfind("{*}TestDefinitions/{*}UnitTest"):
            method = test.find("{*}TestMethod")
            names[test.attrib["id"]] = f"{method.attrib['className']}.{method.attrib['name']}"
        self.passed, self.skipped, self.failed = [], [], {}
        for result in root.iterfind("{*}Results/{*}UnitTestResult"):
            name = names.get(result.attrib["testId"], result.attrib["testName"])
            outcome = result.attrib.get("outcome")
            if outcome == "Passed":
                self.passed.append(name)
            elif outcome == "NotExecuted":
                self.skipped.append(name)
            else:
                message = result.findtext("{*}Output/{*}ErrorInfo/{*}Message", "")
                trace = result.findtext("{*}Output/{*}ErrorInfo/{*}StackTrace", "")
                self.failed[name] = (message or f"outcome {outcome}", trace)

        # A test host that crashed leaves the results it had, and says so here.
        self.aborted = [
            info.findtext("{*}Text", "")
            for info in root.iterfind("{*}ResultSummary/{*}RunInfos/{*}RunInfo[@outcome='Error']")]


def is_final(failure):
    return any(name in text for name in FINAL for text in failure)


def run_again(command, name, folder):
    """Runs one test alone. Returns None when it passed, else its message."""
    results = os.path.join(folder, "again.trx")
    settings = os.path.join(folder, "again.runsettings")
    if os.path.exists(results):
        os.unlink(results)
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(f"<RunSettings><NUnit><Where>test == '{escape(quoted)}'</Where></NUnit></RunSettings>\n")
    try:
        subprocess.run(
            [*command, f"--settings={settings}", f"--results={results}"], stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=SECONDS_AGAIN,
            check=False)
        run = Run(results)
    except subprocess.TimeoutExpired:
        return f"it did not end within {SECONDS_AGAIN} s"
    except (OSError, tree.ParseError, AttributeError, KeyError) as problem:
        return f"it left no results: {problem}"
    if run.failed or run.aborted:
        return "\n".join([message for message, _ in run.failed.values()] + run.aborted)
    return None if run.passed and not run.skipped else "it ran no test of that name"


def show(verdict, name, *messages):
    print(f"ci: {verdict}: {name}", file=sys.stderr)
    for message in messages:
        for line in message[:MESSAGE_LENGTH].splitlines():
            print(f"    {line}", file=sys.stderr)


def judge(run, command):
    """Runs what failed again. Returns how many tests are flaky, and how many have failed."""
    failed = flaky = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, failure in run.failed.items():
            message = failure[0]
            if is_final(failure):
                failed += 1
                show("failed, and final at the first time", name, message)
            elif len(run.failed) > MOST_AGAIN:
                failed += 1
                show(f"failed, one of {len(run.failed)}: none of them is run again", name, message)
            elif (again := run_again(command, name, folder)) is None:
                flaky += 1
                show("flaky", name, f"first run: {message}", "second run, alone: passed")
            else:
                failed += 1
                show("failed twice", name, f"first run: {message}", f"second run, alone: {again}")
    return flaky, failed


def main(file, *command):
    try:
        run = Run(file)
    except (OSError, tree.ParseError, AttributeError, KeyError) as problem:
        print(f"ci: no results of the tests: {problem}", file=sys.stderr)
        print("tests: 0 passed, 1 failed, 0 skipped")
        return 1
    for name in run.skipped:
        show("skipped", name)
    flaky, failed = judge(run, command)
    for reason in run.aborted:
        failed += 1
        show("the run was cut short", file, reason)
    if flaky:
        print(f"flaky: {flaky}")
    passed = len(run.passed) + flaky
    print(f"tests: {passed} passed, {failed} failed, {len(run.skipped)} skipped")
    return 0 if passed and not failed and not run.skipped else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
