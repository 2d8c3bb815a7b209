"""The wall: learner code never meets a test.

The learner's notebook runs in a sandboxed process; test cells run here, on the grader's side, where the learner's names
are remote. `wire` is what both sides load, `inside` what runs in her process, `sandbox` builds the box around it; the
modules beside them are the grader's side. This file imports nothing: the learner's process imports it too.
"""
