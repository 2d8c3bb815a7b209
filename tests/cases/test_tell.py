"""What the authors need to look into a verdict, in one file: what was said, the answer as it ran, versions."""

from autograder.cases.journal import Journal, Run
from autograder.cases.model import Report, Verdict
from autograder.cases.tell import write


def test_the_file_holds_message_call_answer_and_versions(tmp_path):
    verdict = Verdict("doubles", "every entry doubles", False, False, 1.0, message="3 came out", on="double(np.array([1.0]))")
    secret = Verdict("long", "a hidden property", True, False, 1.0, message="never shown")
    source = "def double(x):\n    return 3 * x"
    journal = Journal({"double": Run(source, 0.0), "other": Run("other = 1", 0.0)})
    path = write(Report("double", (verdict, secret)), ("double",), journal, tmp_path)
    text = path.read_text()
    assert "3 came out" in text and "double(np.array([1.0]))" in text and source in text and "numpy 2" in text
    assert "hidden property" not in text and "other = 1" not in text
