/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the machine worked: the closed list of errors, and what went wrong with which thing. */
#ifndef ID7_CORE_ERROR_H
#define ID7_CORE_ERROR_H

#include <stdint.h>

#define id7_must_use __attribute__((warn_unused_result))

/*
 * An error says that the machine failed; it never says whether a person may
 * enter (that is enum id7_verdict). Only ID7_IO promises a meaningful errno,
 * and where a struct id7_fault is filled, the errno is kept in it.
 */
enum id7_error {
	ID7_OK = 0,
	ID7_NO_MEMORY,	/* an allocation failed, Argon2's included */
	ID7_IO,		/* a system call failed; errno says why */
	ID7_BUSY,	/* a lock or slot was not free before the deadline */
	ID7_CORRUPT,	/* stored bytes that nobody of ours wrote */
	ID7_NEWER,	/* a format of a later version */
	ID7_NOT_FOUND,	/* no such account, key or file */
	ID7_EXISTS,	/* there already is one */
	ID7_INVALID,	/* a value given by the caller is out of its limits */
	ID7_BAD_CONFIG, /* a setting cannot be used */
	ID7_UNTRUSTED,	/* owner, mode, type or links of a file are wrong */
	ID7_NO_KEY,	/* the site key is not there */
	ID7_WRONG_KEY,	/* the site key is another store's */
	ID7_STALE,	/* compare-and-put lost: the record has changed since */
	ID7_INTERNAL,	/* an invariant of ours is broken */
};

/* What is wrong with the thing named in a fault; picks the sentence and the remedy. */
enum id7_trouble {
	ID7_TROUBLE_NONE = 0,
	ID7_TROUBLE_MISSING,	/* it does not exist */
	ID7_TROUBLE_OWNER,	/* found: its uid; wanted: ours */
	ID7_TROUBLE_MODE,	/* found, wanted: permission bits */
	ID7_TROUBLE_SYMLINK,	/* it is a symbolic link */
	ID7_TROUBLE_TYPE,	/* not a regular file, or not a directory */
	ID7_TROUBLE_LINKS,	/* a file with more than one name */
	ID7_TROUBLE_SIZE,	/* longer than its limit */
	ID7_TROUBLE_READ_ONLY,	/* on a file system mounted read-only */
	ID7_TROUBLE_FULL,	/* no space left */
	ID7_TROUBLE_SYSCALL,	/* any other failed call: errnum says which error */
	ID7_TROUBLE_DAMAGED,	/* its contents are not what was written */
	ID7_TROUBLE_NEWER,	/* written by a later version */
	ID7_TROUBLE_WRONG_KEY,	/* sealed under another site key */
	ID7_TROUBLE_HELD,	/* somebody else kept it past the deadline */
	ID7_TROUBLE_SETTING,	/* a setting: line and detail say which and why */
	ID7_TROUBLE_COST,	/* an account's password was hashed above the ceiling */
};

#define ID7_FAULT_SUBJECT_MAX 256

/*
 * An error and the thing it happened to. A value: nothing to release.
 * Functions that take `ret_fault` fill it on every result but ID7_OK and
 * accept NULL.
 */
struct id7_fault {
	enum id7_error error;
	enum id7_trouble trouble;
	int errnum;	/* errno of the failed call, or 0 */
	uint32_t found; /* as the trouble says */
	uint32_t wanted;
	uint32_t line; /* of a configuration file, counted from 1; 0: none */
	char subject[ID7_FAULT_SUBJECT_MAX]; /* path or name of the thing */
	char detail[ID7_FAULT_SUBJECT_MAX];  /* setting's name and value, or "" */
};

#endif
