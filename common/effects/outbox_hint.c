/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a login leaves in the outbox: an empty file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "common/effects/outbox.h"
#include "common/effects/scope.h"

#define PHANTOM_MASK 4095 /* no more of them than the store keeps tallies */

void
id7_outbox_hex(const uint8_t *bytes, size_t len, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		ret_hex[2 * i] = digits[bytes[i] >> 4];
		ret_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_hex[2 * len] = '\0';
}

enum id7_error
id7_outbox_hint(const char *store_dir, const struct id7_subject *subject)
{
	char path[ID7_PATH_MAX + 64], hex[2 * ID7_SUBJECT_LEN + 1];
	auto_fd fd = -1;

	if (subject->phantom)
		(void)snprintf(hex, sizeof hex, "p%04u",
			       (subject->hash[0] | subject->hash[1] << 8) &
				       PHANTOM_MASK);
	else
		id7_outbox_hex(subject->hash, ID7_SUBJECT_LEN, hex);
	(void)snprintf(path, sizeof path, "%s/" ID7_OUTBOX_DIR, store_dir);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return ID7_IO;
	(void)snprintf(path, sizeof path,
		       "%s/" ID7_OUTBOX_DIR "/"
		       "owed-%s",
		       store_dir, hex);
	fd = open(path,
		  O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
		  0600);
	return fd >= 0 ? ID7_OK : ID7_IO;
}
