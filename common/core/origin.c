/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an attempt comes from: the console rule, and the bytes of a source. */
#include "common/core/origin.h"

#include <arpa/inet.h>
#include <string.h>

static const char *const console_prefixes[] = {"tty", "hvc"};

bool
id7_origin_console(const struct id7_origin *origin)
{
	const char *tty = origin->tty;
	size_t i, len;

	if (origin->rhost != NULL && origin->rhost[0] != '\0')
		return false;
	if (tty == NULL || origin->real_uid != 0)
		return false;
	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	for (i = 0; i < sizeof console_prefixes / sizeof *console_prefixes;
	     i++) {
		len = strlen(console_prefixes[i]);
		if (strncmp(tty, console_prefixes[i], len) == 0 &&
		    tty[len] != '\0')
			return true;
	}
	return false;
}

static const uint8_t v4_in_v6[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static size_t
put_v4(const uint8_t address[4], uint8_t out[ID7_SOURCE_MAX])
{
	out[0] = '4';
	memcpy(out + 1, address, 4);
	return 5;
}

size_t
id7_origin_source(const struct id7_origin *origin, uint8_t out[ID7_SOURCE_MAX])
{
	uint8_t address[16];
	size_t len;

	if (origin->rhost == NULL || origin->rhost[0] == '\0')
		return 0;
	if (inet_pton(AF_INET, origin->rhost, address) == 1)
		return put_v4(address, out);
	if (inet_pton(AF_INET6, origin->rhost, address) == 1) {
		if (memcmp(address, v4_in_v6, sizeof v4_in_v6) == 0)
			return put_v4(address + 12, out);
		out[0] = '6';
		memcpy(out + 1, address, 8);
		return 9;
	}
	len = strnlen(origin->rhost, ID7_SOURCE_MAX - 1);
	out[0] = 'h';
	memcpy(out + 1, origin->rhost, len);
	return len + 1;
}
