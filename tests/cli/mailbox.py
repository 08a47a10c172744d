# SPDX-License-Identifier: GPL-3.0-or-later
"""A mailer for tests, and a person who reads what it has delivered."""
import email
import email.policy
import os
import re

SENDMAIL = """\
#!/bin/sh
m=$(cat)
printf '%s\\n%s\\nEND\\n' "$3" "$m" >> {box}
"""
REFUSING = "#!/bin/sh\ncat >/dev/null\necho no room >&2\nexit 75\n"


class Mailbox:
    """`sendmail` of a tool's settings, which can be made to fail."""

    def __init__(self, tool):
        self.box = os.path.join(tool.dir, "box")
        self.program = os.path.join(tool.dir, "sendmail")
        tool.settings(f"sendmail = {self.program}\nmail_user = nobody\n")
        with open(self.box, "w", encoding="utf-8"):
            pass
        os.chmod(self.box, 0o666)
        os.chmod(tool.dir, 0o755)
        self.works()

    def says(self, text):
        """The mailer does this from now on."""
        with open(self.program, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.program, 0o755)

    def works(self):
        self.says(SENDMAIL.format(box=self.box))

    def refuses(self):
        self.says(REFUSING)

    def read(self):
        """[(recipient, subject, text)] of what came since, by recipient."""
        with open(self.box, "r+", encoding="utf-8") as file:
            parts = file.read().split("\nEND\n")[:-1]
            file.truncate(0)
        found = []
        for part in parts:
            to, _, message = part.partition("\n")
            message = email.message_from_string(message,
                                                policy=email.policy.default)
            found.append((to, message["Subject"], message.get_content()))
        return sorted(found)


def codes(text, letter):
    """The codes of a kind in a mail, as a person copies them."""
    return re.findall(rf"\b7{letter}-[0-9A-Z-]+-[0-9A-Z*~$=]", text)
