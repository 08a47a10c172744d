#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module is a guest in somebody else's process: no state of its own, and none of the host's touched."""
import os
import re
import subprocess
import sys

import tree

# What a guest never calls, by what it would do to its host.
NEVER = {
    "ends the host": "exit _exit _Exit quick_exit abort raise __assert_fail "
                     "__assert err errx verr verrx",
    "changes the host's signals or timers": "signal sigaction bsd_signal alarm "
                                            "setitimer timer_create",
    "changes the host's state": "setlocale setenv putenv unsetenv clearenv "
                                "umask chdir fchdir setrlimit prlimit prctl "
                                "srand srandom tzset",
    "takes over the host's log": "openlog closelog syslog vsyslog setlogmask "
                                 "__syslog_chk __vsyslog_chk",
    "writes to the host's output": "stdout stderr puts putchar printf vprintf "
                                   "__printf_chk __vprintf_chk perror psignal",
    "reads the host's input": "stdin getchar scanf getpass",
    "asks the network": "getaddrinfo gethostbyname gethostbyname2 "
                        "gethostbyname_r getnameinfo gethostbyaddr",
    "starts what it cannot stop": "pthread_create thrd_create atexit on_exit "
                                  "pthread_atfork system popen dlopen",
    "keeps static state in libc": "getpwnam getpwuid getgrnam getgrgid "
                                  "getspnam localtime gmtime ctime asctime "
                                  "strtok strerror ttyname getlogin crypt "
                                  "rand random lrand48 readdir_r inet_ntoa",
}

# What the compiler itself keeps in a shared object.
TOOLCHAIN = {"completed.0", "__dso_handle", "__TMC_END__", "__bss_start",
             "_edata", "_end", "__data_start", "data_start",
             "object.0", "dtor_idx.0"}


def output(*command):
    """What a command prints."""
    return subprocess.run(command, text=True, capture_output=True,
                          check=True).stdout


def calls(module):
    """Faults of functions that the module would take from its host."""
    why = {name: reason for reason, names in NEVER.items()
           for name in names.split()}
    for line in output("nm", "-D", "-P", module).splitlines():
        name, kind = line.split()[:2]
        name = name.split("@")[0]
        if kind in "UwB" and name in why:
            yield f"{name}: {why[name]}"


def variables(path):
    """Faults of variables that are not const, in an archive or a module."""
    member = os.path.basename(path)
    for line in output("objdump", "-tw", path).splitlines():
        if "file format" in line:
            member = line.split(":")[0]
            continue
        left, tab, right = line.partition("\t")
        if not tab:
            continue
        section, symbol = left.split()[-1], right.split()[-1]
        if not re.match(r"\.t?(data|bss)(?!\.rel\.ro)", section):
            continue
        if symbol in TOOLCHAIN or symbol.startswith("."):
            continue  # the compiler's, or the section itself
        yield f"{member}: {symbol} can change ({section})"


def main():
    module, archives = sys.argv[1], sys.argv[2:]
    faults = [fault for path in archives for fault in variables(path)]
    if os.path.exists(module):
        faults += list(calls(module)) + list(variables(module))
    elif not faults:
        tree.skip("there is no module yet; the libraries keep no state")
    tree.done(faults, "guest")


if __name__ == "__main__":
    main()
