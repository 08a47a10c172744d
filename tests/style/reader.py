#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store made by the tool is read back with nothing but what 7id.db(5) says."""
import ctypes
import ctypes.util
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import tree

PASSWORD = b"correct horse battery"
NAME, ADDRESS, REASON = "alice", "alice@example.jp", "phone lost"
BIRTHDATE = 19900131
CONTEXT = b"7id-v1\0\0"
ARGON2ID = 2
DISABLED, LANG_JA = 1, 2


class Datum(ctypes.Structure):
    """What libgdbm calls a datum."""
    _fields_ = [("bytes", ctypes.c_void_p), ("size", ctypes.c_int)]


def library(name):
    """A library of the system; without it there is nothing to read with."""
    path = ctypes.util.find_library(name)
    if not path:
        tree.skip(f"lib{name} cannot be loaded")
    return ctypes.CDLL(path)


SODIUM = library("sodium")
GDBM = library("gdbm")
GDBM.gdbm_open.restype = ctypes.c_void_p
GDBM.gdbm_close.argtypes = [ctypes.c_void_p]
GDBM.gdbm_fetch.argtypes = [ctypes.c_void_p, Datum]
GDBM.gdbm_fetch.restype = Datum


def number(record, at, size):
    return int.from_bytes(record[at:at + size], "little")


def text(record, at, size):
    value, _, rest = record[at:at + size].partition(b"\0")
    assert not rest.strip(b"\0"), "text is padded with zeros"
    return value.decode()


def derive(key, purpose):
    """libsodium's crypto_kdf, which is BLAKE2b."""
    return hashlib.blake2b(b"", digest_size=32, key=key,
                           person=CONTEXT.ljust(16, b"\0"),
                           salt=purpose.to_bytes(16, "little")).digest()


def keyed(key, data):
    return hashlib.blake2b(data, digest_size=16, key=key).digest()


def unseal(key, nonce, bound, sealed):
    plain = ctypes.create_string_buffer(len(sealed) - 16)
    size = ctypes.c_ulonglong
    failed = SODIUM.crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, None, None, sealed, size(len(sealed)), bound,
        size(len(bound)), nonce, key)
    assert not failed, "the seal does not open"
    return plain.raw


def fetch(path, key):
    handle = GDBM.gdbm_open(path.encode(), 0, 0, 0, None)
    assert handle, f"{path} is not a GDBM file"
    buffer = ctypes.create_string_buffer(key, len(key))
    found = GDBM.gdbm_fetch(handle, Datum(ctypes.addressof(buffer), len(key)))
    value = ctypes.string_at(found.bytes, found.size) if found.bytes else None
    GDBM.gdbm_close(handle)
    return value


def read_key(home):
    word, key, end = tree.read(home, "keys/1.key").split("\n")
    assert (word, end) == ("7id-key 1 1", "")
    return bytes.fromhex(key)


def read_meta(home, site):
    """The root, the number of shards and their directory."""
    with open(os.path.join(home, "store/meta"), "rb") as stream:
        meta = stream.read()
    assert len(meta) == 256 and meta[:8] == b"7idM\1\0\0\1"
    assert number(meta, 16, 4) == 1
    assert meta[24:40] == keyed(derive(site, 3), b"7id key check 1")
    assert meta[224:] == hashlib.blake2b(meta[:224], digest_size=32).digest()
    root = unseal(derive(site, 2), meta[64:88], meta[:64], meta[88:136])
    return root, number(meta, 8, 4), f"store/g{number(meta, 12, 4):06d}"


def read_account(path, site, subject):
    key = b"A" + subject.hex().encode()
    record = fetch(path, key)
    assert len(record) == 1652 and record[:8] == b"7idA\1\0\x74\6"
    return unseal(derive(site, 1), record[12:36], key + record[:36],
                  record[36:])


def check_account(body):
    assert text(body, 240, 72) == NAME
    assert text(body, 312, 96) == REASON
    assert text(body, 408, 256) == ADDRESS and body[37] == 1
    assert number(body, 32, 4) == DISABLED and body[36] == LANG_JA
    assert number(body, 96, 4) == BIRTHDATE
    assert number(body, 16, 8) == 1, "epoch"
    assert 0 < number(body, 40, 8) <= number(body, 72, 8), "made, disabled"
    verifier = ctypes.create_string_buffer(32)
    size = ctypes.c_ulonglong
    failed = SODIUM.crypto_pwhash(
        verifier, size(32), PASSWORD, size(len(PASSWORD)), body[112:128],
        size(number(body, 100, 4)), ctypes.c_size_t(number(body, 104, 8)),
        ARGON2ID)
    assert not failed and verifier.raw == body[128:160], "verifier"


def check_tally(path, root, subject, body):
    copies = []
    for copy in (b"a", b"b"):
        key = b"T" + subject.hex().encode() + copy
        tally = fetch(path, key)
        assert len(tally) == 1408 and tally[:8] == b"7idT\1\0\x80\5"
        assert tally[1392:] == keyed(derive(root, 5), key + tally[:1392])
        copies.append(tally)
    current = max(copies, key=lambda tally: number(tally, 32, 8))
    assert current[8:24] == body[:16] and number(current, 24, 8) == 1
    assert current[96 + 192] == 0, "failures"


def make(tool, home):
    """A store with one account, by the tool."""
    conf = os.path.join(home, "7id.conf")
    with open(conf, "w", encoding="utf-8") as stream:
        stream.write("opslimit = 1\nmemlimit = 8K\n" + "".join(
            f"{name}_dir = {home}/{place}\n" for name, place in (
                ("store", "store"), ("key", "keys"), ("run", "run"),
                ("log", "log"))))
    for line, given in (
            (["init", "--accounts", "100"], b""),
            (["add", NAME, "--email", ADDRESS, "--email-confirmed",
              "--birthdate", "1990-01-31", "--lang", "ja",
              "--password-stdin"], PASSWORD + b"\n"),
            (["disable", NAME, "--reason", REASON], b"")):
        subprocess.run([tool, "--conf", conf, *line], input=given, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def check_log(home):
    lines = [json.loads(line) for line
             in tree.read(home, "log/log.jsonl").splitlines()]
    assert [line["event"] for line in lines] == ["init", "add", "disable"]
    assert lines[2]["note"] == REASON and lines[2]["v"] == 1


def main():
    assert SODIUM.sodium_init() >= 0
    with tempfile.TemporaryDirectory() as home:
        make(sys.argv[1], home)
        site = read_key(home)
        root, shards, place = read_meta(home, site)
        subject = keyed(derive(root, 4), NAME.encode())
        shard = number(subject, 12, 4) % shards
        path = os.path.join(home, place, f"{shard:03x}")
        body = read_account(path + ".db", site, subject)
        check_account(body)
        check_tally(path + ".tally", root, subject, body)
        check_log(home)
    tree.done([], "reader")


if __name__ == "__main__":
    main()
