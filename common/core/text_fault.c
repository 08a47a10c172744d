/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fault says to the person who must mend it: the thing, what is wrong
 * with it, what to do. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/core/escape.h"
#include "common/core/text.h"

/* Escaping writes at most four bytes for one; quoting four for one again. */
#define SAFE_MAX (ID7_FAULT_SUBJECT_MAX * 4)
#define WORD_MAX (SAFE_MAX * 4 + 3)

/* A fault in the pieces that sentences are made of. */
struct pieces {
	char subject[SAFE_MAX];
	char detail[SAFE_MAX];
	char word[WORD_MAX]; /* the subject as a word of a shell command */
};

/* Sentences about a thing; a second %s is the thing in a shell command. */
static const char *const about_trouble[] = {
	[ID7_TROUBLE_SYMLINK] =
		ID7_N("%s: is a symbolic link, and links are not followed. "
		      "Put the real thing in its place, or set the path to "
		      "where it points: readlink -f %s"),
	[ID7_TROUBLE_TYPE] =
		ID7_N("%s: is neither the regular file nor the directory that "
		      "belongs there. See what it is and move it away: "
		      "ls -ld %s"),
	[ID7_TROUBLE_LINKS] =
		ID7_N("%s: has a second name (a hard link), through which "
		      "somebody else may hold it. Find and remove that name: "
		      "find / -xdev -samefile %s"),
	[ID7_TROUBLE_SIZE] =
		ID7_N("%s: is longer than it can be. It is not 7id's, or it "
		      "is damaged: look at it, and restore it from a backup."),
	[ID7_TROUBLE_READ_ONLY] =
		ID7_N("%s: the file system is mounted read-only. Nothing can "
		      "be recorded, so nobody is let in: look at dmesg for "
		      "the cause, then mount it read-write."),
	[ID7_TROUBLE_FULL] =
		ID7_N("%s: no space is left on the file system. Nothing can "
		      "be recorded, so nobody is let in: free some space and "
		      "try again (df %s)."),
	[ID7_TROUBLE_NEWER] =
		ID7_N("%s: was written by a later version of 7id. Install that "
		      "version here; nothing was changed."),
	[ID7_TROUBLE_WRONG_KEY] =
		ID7_N("%s: the site key is another store's. Restore the key "
		      "that belongs to this store, or correct key_dir and "
		      "store_dir; the store itself is not damaged."),
	[ID7_TROUBLE_COST] =
		ID7_N("%s: this password was hashed at a cost above "
		      "opslimit_max or memlimit_max, or the record is damaged. "
		      "Raise the ceiling, or set a new password: 7idctl passwd "
		      "%s"),
	[ID7_TROUBLE_HELD] =
		ID7_N("%s: somebody else held it past the deadline. Try again; "
		      "if it stays so, see who holds it: fuser -v %s"),
};

static const char *const about_error[] = {
	[ID7_OK] = ID7_N("%s: all is well."),
	[ID7_NO_MEMORY] =
		ID7_N("%s: not enough memory. One password check takes "
		      "`memlimit`: lower hash_slots or memlimit, or give the "
		      "host more memory."),
	[ID7_IO] = ID7_N("%s: reading or writing failed. Run: 7idctl store "
			 "check"),
	[ID7_BUSY] = ID7_N("%s: busy, others kept it past the deadline. Try "
			   "again."),
	[ID7_CORRUPT] =
		ID7_N("%s: is damaged: its contents are not what 7id wrote. "
		      "Run: 7idctl store check; then restore it from a "
		      "backup."),
	[ID7_NOT_FOUND] = ID7_N("%s: does not exist. If this host has no store "
				"yet, run: 7idctl init"),
	[ID7_EXISTS] = ID7_N("%s: exists already and was left as it is."),
	[ID7_INVALID] = ID7_N("%s: this value is outside its limits."),
	[ID7_BAD_CONFIG] = ID7_N("%s: a setting cannot be used. Run: 7idctl "
				 "config check"),
	[ID7_UNTRUSTED] =
		ID7_N("%s: is not trusted, because others could change it. "
		      "See its owner and mode: ls -ld %s"),
	[ID7_NO_KEY] =
		ID7_N("%s: the site key is missing. Restore the key file from "
		      "your backup; the store cannot be opened without it, "
		      "and a new key cannot replace it."),
	[ID7_STALE] = ID7_N("%s: somebody else changed it at the same time. "
			    "Try again."),
	[ID7_INTERNAL] = ID7_N("%s: an error inside 7id itself. Please report "
			       "it with the last lines of the log."),
};

static bool
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len >= end_len && strcmp(s + len - end_len, end) == 0;
}

static void
quote_word(const char *s, char word[WORD_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+=:@%,";
	char *out = word;

	if (*s != '\0' && s[strspn(s, plain)] == '\0') {
		memcpy(word, s, strlen(s) + 1);
		return;
	}
	*out++ = '\'';
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			out = stpcpy(out, "'\\''");
		else
			*out++ = *s;
	}
	*out++ = '\'';
	*out = '\0';
}

static void
take_apart(const struct id7_fault *fault, struct pieces *ret)
{
	const char *subject =
		fault->subject[0] == '\0' ? "7id" : fault->subject;

	id7_escape(subject, strnlen(subject, sizeof fault->subject),
		   ret->subject, sizeof ret->subject);
	id7_escape(fault->detail, strnlen(fault->detail, sizeof fault->detail),
		   ret->detail, sizeof ret->detail);
	quote_word(ret->subject, ret->word);
}

static const char *
missing_text(enum id7_error error, const char *subject)
{
	if (error == ID7_NO_KEY || ends_with(subject, ".key"))
		return about_error[ID7_NO_KEY];
	if (error == ID7_BAD_CONFIG || error == ID7_INVALID ||
	    ends_with(subject, ".conf"))
		return ID7_N("%s: the settings file does not exist. Create it, "
			     "or correct the path: conf= in the PAM stack, "
			     "--conf on the command line.");
	if (error == ID7_CORRUPT)
		return ID7_N("%s: is missing from the store. Restore the store "
			     "from a backup; nothing was changed.");
	return about_error[ID7_NOT_FOUND];
}

static const char *
damaged_text(const char *subject)
{
	if (ends_with(subject, ".key"))
		return ID7_N("%s: is not a key file as 7id writes it. Restore "
			     "it from your backup of the keys.");
	return about_error[ID7_CORRUPT];
}

static const char *
plain_text(const struct id7_fault *fault)
{
	size_t trouble = (size_t)fault->trouble, error = (size_t)fault->error;

	if (fault->trouble == ID7_TROUBLE_MISSING)
		return missing_text(fault->error, fault->subject);
	if (fault->trouble == ID7_TROUBLE_DAMAGED)
		return damaged_text(fault->subject);
	if (trouble < sizeof about_trouble / sizeof about_trouble[0] &&
	    about_trouble[trouble] != NULL)
		return about_trouble[trouble];
	if (fault->error == ID7_NEWER)
		return about_trouble[ID7_TROUBLE_NEWER];
	if (fault->error == ID7_WRONG_KEY)
		return about_trouble[ID7_TROUBLE_WRONG_KEY];
	if (error >= sizeof about_error / sizeof about_error[0])
		return about_error[ID7_INTERNAL];
	return about_error[error];
}

/* strerror would ask the locale of the program that we are a guest in; what is
 * not among the common ones stays the system's own word. */
static const char *
errno_text(int errnum)
{
	const char *why = strerrordesc_np(errnum);

	switch (errnum) {
	case EACCES:
		return ID7_N("Permission denied");
	case EPERM:
		return ID7_N("Operation not permitted");
	case EIO:
		return ID7_N("Input/output error");
	case EMFILE:
	case ENFILE:
		return ID7_N("Too many open files");
	case EFBIG:
		return ID7_N("File too large");
	}
	return why == NULL ? ID7_N("unknown error") : why;
}

static const char *
syscall_text(int errnum)
{
	if (errnum == EACCES || errnum == EPERM)
		return ID7_N("%s: %s. Run it as root; if it was root, look at "
			     "the directories above and at the security "
			     "policy (dmesg).");
	if (errnum == EIO)
		return ID7_N("%s: %s. The disk may be failing: look at dmesg "
			     "and save a backup.");
	if (errnum == EMFILE || errnum == ENFILE)
		return ID7_N("%s: %s. Raise the limit of open files, or end "
			     "the program that keeps so many open.");
	if (errnum == EFBIG)
		return ID7_N("%s: %s. Raise the limit of file sizes: ulimit -f "
			     "unlimited");
	return ID7_N("%s: %s. Look at dmesg and at the log for the cause.");
}

static int
say_setting(enum id7_lang lang, const struct id7_fault *fault,
	    const struct pieces *p, char *buf, size_t size)
{
	if (fault->line == 0)
		return snprintf(buf, size,
				id7_text(lang, "%s: the setting %s cannot be "
					       "used. Correct it where it is "
					       "given."),
				p->subject, p->detail);
	return snprintf(buf, size,
			id7_text(lang, "%s, line %u: the setting %s cannot be "
				       "used. Correct it, then run: 7idctl "
				       "config check"),
			p->subject, fault->line, p->detail);
}

static int
say(enum id7_lang lang, const struct id7_fault *fault, const struct pieces *p,
    char *buf, size_t size)
{
	switch (fault->trouble) {
	case ID7_TROUBLE_MODE:
		return snprintf(buf, size,
				id7_text(lang, "%s: mode is %04o, must be no "
					       "more than %04o. Run: chmod "
					       "%04o %s"),
				p->subject, fault->found, fault->wanted,
				fault->found & fault->wanted, p->word);
	case ID7_TROUBLE_OWNER:
		return snprintf(buf, size,
				id7_text(lang, "%s: belongs to uid %u, must "
					       "belong to uid %u. Run: chown "
					       "%u %s"),
				p->subject, fault->found, fault->wanted,
				fault->wanted, p->word);
	case ID7_TROUBLE_SETTING:
		return say_setting(lang, fault, p, buf, size);
	case ID7_TROUBLE_SYSCALL:
		return snprintf(
			buf, size, id7_text(lang, syscall_text(fault->errnum)),
			p->subject, id7_text(lang, errno_text(fault->errnum)));
	case ID7_TROUBLE_NONE:
	case ID7_TROUBLE_MISSING:
	case ID7_TROUBLE_SYMLINK:
	case ID7_TROUBLE_TYPE:
	case ID7_TROUBLE_LINKS:
	case ID7_TROUBLE_SIZE:
	case ID7_TROUBLE_READ_ONLY:
	case ID7_TROUBLE_FULL:
	case ID7_TROUBLE_DAMAGED:
	case ID7_TROUBLE_NEWER:
	case ID7_TROUBLE_WRONG_KEY:
	case ID7_TROUBLE_HELD:
	case ID7_TROUBLE_COST:
		break;
	}
	return snprintf(buf, size, id7_text(lang, plain_text(fault)),
			p->subject, p->word);
}

/* The length of the whole characters in the first `len` bytes. */
static size_t
whole_characters(const char *s, size_t len)
{
	size_t used = 0;
	uint32_t cp;

	while (used < len) {
		size_t n = id7_utf8_decode(s + used, len - used, &cp);

		if (n == 0)
			break;
		used += n;
	}
	return used;
}

size_t
id7_text_fault(enum id7_lang lang, const struct id7_fault *fault, char *buf,
	       size_t size)
{
	struct pieces pieces;
	size_t len;
	int n;

	take_apart(fault, &pieces);
	n = say(lang, fault, &pieces, buf, size);
	len = n < 0 ? 0 : (size_t)n;
	if (len >= size)
		len = whole_characters(buf, size - 1);
	buf[len] = '\0';
	return len;
}
