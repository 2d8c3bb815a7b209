"""The wall: learner code never meets a test.

The learner's notebook runs in a sandboxed process; test cells run here, on the grader's side, where the learner's names
are remote. Import what you need from the modules: `execute.execute`, `learner.Learner`, `run.run_test`,
`sandbox.probe`. This file imports nothing: the learner's process imports it too.
"""
