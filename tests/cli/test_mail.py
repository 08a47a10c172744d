#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail queue, flush, retry and drop, and what config check says of templates."""
import email
import email.policy
import json
import os
import re
import sys

from tool import Tool, check, done

SENDMAIL = """\
#!/bin/sh
m=$(cat)
printf '%s\\n%s\\nEND\\n' "$3" "$m" >> {box}
"""


def place(tool, *parts):
    return os.path.join(tool.dir, *parts)


def program(tool, text):
    """Puts a sendmail in place that anybody may run."""
    with open(place(tool, "sendmail"), "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(place(tool, "sendmail"), 0o755)


def mails(tool):
    """[(recipient, subject, text)] of what was sent since."""
    with open(place(tool, "box"), "r+", encoding="utf-8") as file:
        parts = file.read().split("\nEND\n")[:-1]
        file.truncate(0)
    found = []
    for part in parts:
        to, _, message = part.partition("\n")
        message = email.message_from_string(message,
                                            policy=email.policy.default)
        found.append((to, message["Subject"], message.get_content()))
    return found


def log(tool):
    """The mail events of the log."""
    with open(place(tool, "log", "log.jsonl"), encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.strip()]
    return [line for line in lines if line["event"] == "mail"]


def settle(tool):
    with open(tool.conf, "a", encoding="utf-8") as file:
        file.write(f"sendmail = {place(tool, 'sendmail')}\n"
                   f"mail_dir = {place(tool, 'mail')}\nmail_user = nobody\n")
    with open(place(tool, "box"), "w", encoding="utf-8"):
        pass
    os.chmod(place(tool, "box"), 0o666)
    os.chmod(tool.dir, 0o755)


def queue(tool):
    _, err = tool.run("mail", "queue")
    check("no mail waits" in err, err)
    document = tool.json("mail", "queue")
    check(document["mails"] == [] and document["accounts_to_look_at"] == 0,
          document)


def notice(tool):
    """A new password is owed a notice: not sent, put off, retried, sent."""
    program(tool, "#!/bin/sh\ncat >/dev/null\necho no room >&2\nexit 75\n")
    tool.run("lock", "alice")
    tool.run("unlock", "alice")
    check(tool.json("mail", "queue")["accounts_to_look_at"] == 1)
    out, err = tool.run("mail", "flush", code=1)
    check("status 75" in err and "no room" in err and "waiting: 1" in err, err)
    check("alice@" not in err, "the address is masked")
    document = tool.json("mail", "queue")
    mail = document["mails"][0]
    check(mail["account"] == "alice" and mail["notice"] == "unlocked"
          and mail["tries"] == 1 and mail["result"] == "refused"
          and mail["said"] == "no room"
          and mail["address"] == "a***@example.org", mail)
    out, err = tool.run("mail", "queue")
    check(mail["id"] in out and "no room" in out, out)
    check("mail flush" in err, err)
    program(tool, SENDMAIL.format(box=place(tool, "box")))
    _, err = tool.run("mail", "flush")
    check("sent: 0, waiting: 1" in err, err)
    tool.run("mail", "retry", code=2)
    tool.run("mail", "retry", mail["id"], "--all", code=2)
    _, err = tool.run("mail", "retry", "NOSUCHID", code=1)
    check("no such mail" in err, err)
    tool.run("mail", "retry", mail["id"].lower().replace("0", "o"))
    _, err = tool.run("mail", "flush")
    check("sent: 1, waiting: 0" in err, err)
    (to, subject, text), = mails(tool)
    check(to == "alice@example.org" and "unlocked" in subject, to, subject)
    check(re.search(r"at \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", text), text)
    check([(line["reason"], line["verdict"]) for line in log(tool)]
          == [("refused", "error"), ("retry", "done"), ("sent", "done")],
          log(tool))
    check(all(mail["id"] in line["note"] and line["user"] == "alice"
              for line in log(tool)))


def drop(tool):
    program(tool, "#!/bin/sh\nexit 1\n")
    tool.run("lock", "alice")
    tool.run("unlock", "alice")
    tool.run("mail", "flush", code=1)
    _, err = tool.run("mail", "drop", "--all", code=2)
    check("--yes" in err, err)
    check(tool.json("mail", "drop", "--all", "--yes")["mails"] == 1)
    check(tool.json("mail", "queue")["mails"] == [])
    check(log(tool)[-1]["reason"] == "dropped", log(tool)[-1])


def templates(tool):
    os.makedirs(place(tool, "mail", "ja"))
    path = place(tool, "mail", "ja", "unlocked.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("Subject: x\n\nab {cd}\n")
    out, err = tool.run("config", "check")
    check(f"{path}:3:" in out.replace("\n    ", "") and "{cd}" in out, out)
    problem, = tool.json("config", "check")["problems"]
    check(problem["line"] == 3 and problem["name"] == "{cd}", problem)
    program(tool, SENDMAIL.format(box=place(tool, "box")))
    tool.run("set", "alice", "--lang", "ja")
    tool.run("lock", "alice")
    tool.run("unlock", "alice")
    _, err = tool.run("mail", "flush", "--scan")
    check("built-in" in err and "{cd}" in err, err)
    (_, subject, _), = mails(tool)
    check("7iD" in subject and subject != "x", subject)
    with open(path, "w", encoding="utf-8") as file:
        file.write("Subject: 自前\n\n{name} だけ\n")
    tool.run("lock", "alice")
    tool.run("unlock", "alice")
    _, err = tool.run("mail", "flush")
    check("built-in" not in err, err)
    found = mails(tool)
    check(found[0][1:] == ("自前", "alice だけ\r\n")
          or found[0][1:] == ("自前", "alice だけ\n"), found)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready()
        tool.run("add", "alice", "--generate", "--email", "alice@example.org")
        settle(tool)
        queue(tool)
        notice(tool)
        drop(tool)
        templates(tool)
    done()


main()
