"""Writes what a playbook does as one JSON object a line, for a program to read."""

import json
import sys

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: openverse_release_lines
type: stdout
short_description: one JSON object a line
description: Every outcome of a task, and the statistics at the end, each as a JSON object in a line.
"""


def field(outcome, name):
    """Newer releases of Ansible call by `result` what older ones call by `_result`."""
    return getattr(outcome, name, None) or getattr(outcome, "_" + name)


def text(value):
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, indent=2, sort_keys=True, default=str)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "openverse_release_lines"

    def write(self, event, **fields):
        sys.stdout.write(json.dumps({"event": event, **fields}, default=str) + "\n")
        sys.stdout.flush()

    def outcome(self, outcome, kind, ignored=False):
        result, task = field(outcome, "result"), field(outcome, "task")
        hidden = bool(result.get("_ansible_no_log") or getattr(task, "no_log", False))
        differences = result.get("diff") or []
        if isinstance(differences, dict):
            differences = [differences]
        for item in result.get("results") or []:
            if isinstance(item, dict) and item.get("diff"):
                more = item["diff"]
                differences += more if isinstance(more, list) else [more]
                hidden = hidden or bool(item.get("_ansible_no_log"))
        self.write(
            "task",
            host=field(outcome, "host").get_name(),
            task=task.get_name().strip(),
            outcome=kind,
            ignored=ignored,
            changed=bool(result.get("changed", False)),
            hidden=hidden,
            message="" if hidden else self.message(result),
            differences=[] if hidden else [self.difference(found) for found in differences],
        )

    @staticmethod
    def message(result):
        parts = [result.get("msg"), result.get("skip_reason"), result.get("stderr")]
        return "; ".join(str(part).strip() for part in parts if part)

    @staticmethod
    def difference(found):
        return {
            "what": str(found.get("after_header") or found.get("before_header") or ""),
            "before": text(found.get("before")),
            "after": text(found.get("after")),
            "prepared": text(found.get("prepared")),
        }

    def v2_playbook_on_play_start(self, play):
        self.write("play", name=play.get_name().strip())

    def v2_playbook_on_no_hosts_matched(self):
        self.write("no_hosts")

    def v2_runner_on_ok(self, result):
        self.outcome(result, "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.outcome(result, "failed", bool(ignore_errors))

    def v2_runner_on_unreachable(self, result):
        ignored = bool(getattr(field(result, "task"), "ignore_unreachable", False))
        self.outcome(result, "unreachable", ignored)

    def v2_runner_on_skipped(self, result):
        self.outcome(result, "skipped")

    def v2_playbook_on_stats(self, stats):
        self.write("end", hosts={host: stats.summarize(host) for host in sorted(stats.processed)})
