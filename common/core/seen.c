/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short list of fingerprints, newest first. */
#include "common/core/seen.h"

#include <stddef.h>
#include <string.h>

bool
id7_seen_has(const struct id7_seen seen[ID7_SEEN], uint32_t fingerprint,
	     uint32_t source)
{
	size_t i;

	for (i = 0; i < ID7_SEEN && fingerprint != 0; i++)
		if (seen[i].fingerprint == fingerprint &&
		    seen[i].source == source)
			return true;
	return false;
}

void
id7_seen_note(struct id7_seen seen[ID7_SEEN], uint32_t fingerprint,
	      uint32_t source)
{
	if (fingerprint == 0)
		return;
	memmove(&seen[1], &seen[0], (ID7_SEEN - 1) * sizeof seen[0]);
	seen[0].fingerprint = fingerprint;
	seen[0].source = source;
}

void
id7_seen_drop(struct id7_seen seen[ID7_SEEN], uint32_t source)
{
	size_t i, kept = 0;

	for (i = 0; i < ID7_SEEN; i++)
		if (seen[i].fingerprint != 0 && seen[i].source != source)
			seen[kept++] = seen[i];
	memset(&seen[kept], 0, (ID7_SEEN - kept) * sizeof seen[0]);
}
