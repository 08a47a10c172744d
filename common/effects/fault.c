/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says what went wrong with which thing, from errno or outright. */
#include "common/effects/fault.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

/* "DIR/NAME", for faults only: cut when it is too long for them. */
struct full_path {
	char text[ID7_FAULT_SUBJECT_MAX];
};

static struct full_path
full_path(const char *dir, const char *name)
{
	struct full_path path;

	(void)snprintf(path.text, sizeof path.text, "%s%s%s", dir,
		       name != NULL ? "/" : "", name != NULL ? name : "");
	return path;
}

static bool
has_errno(enum id7_error error, enum id7_trouble trouble)
{
	return error == ID7_IO || trouble == ID7_TROUBLE_MISSING ||
	       trouble == ID7_TROUBLE_SYMLINK || trouble == ID7_TROUBLE_SYSCALL;
}

enum id7_error
id7_fault_set(struct id7_fault *ret_fault, enum id7_error error,
	      enum id7_trouble trouble, const char *subject)
{
	if (ret_fault == NULL)
		return error;
	*ret_fault = (struct id7_fault){
		.error = error,
		.trouble = trouble,
		.errnum = has_errno(error, trouble) ? errno : 0,
	};
	(void)snprintf(ret_fault->subject, sizeof ret_fault->subject, "%s",
		       subject);
	return error;
}

enum id7_error
id7_fault_errno(struct id7_fault *ret_fault, const char *dir, const char *name)
{
	enum id7_error error = ID7_IO;
	enum id7_trouble trouble = ID7_TROUBLE_SYSCALL;

	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		error = ID7_NOT_FOUND;
		trouble = ID7_TROUBLE_MISSING;
		break;
	case ELOOP:
		error = ID7_UNTRUSTED;
		trouble = ID7_TROUBLE_SYMLINK;
		break;
	case EROFS:
		trouble = ID7_TROUBLE_READ_ONLY;
		break;
	case ENOSPC:
	case EDQUOT:
		trouble = ID7_TROUBLE_FULL;
		break;
	case ENOMEM:
		error = ID7_NO_MEMORY;
		break;
	default:
		break;
	}
	return id7_fault_set(ret_fault, error, trouble,
			     full_path(dir, name).text);
}
