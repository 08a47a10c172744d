/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of an import file and the bytes that they are read from. */
#include "admin/row.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/core/escape.h"
#include "common/effects/secret.h"

void
source_start(struct source *source, int fd, const void *bytes, size_t len)
{
	source->fd = fd;
	source->at = bytes;
	source->end = source->at + len;
	source->line = 1;
	source->errnum = 0;
}

static bool
refill(struct source *source)
{
	ssize_t n;

	if (source->fd < 0)
		return false;
	do
		n = read(source->fd, source->buffer, sizeof source->buffer);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		source->errnum = errno;
	if (n <= 0) {
		source->fd = -1;
		return false;
	}
	source->at = source->buffer;
	source->end = source->at + n;
	return true;
}

int
source_peek(struct source *source)
{
	if (source->at == source->end && !refill(source))
		return -1;
	return *source->at;
}

void
source_take(struct source *source)
{
	if (*source->at++ == '\n')
		source->line++;
}

void
source_skip_mark(struct source *source)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};

	for (size_t i = 0; i < sizeof mark; i++) {
		if (source_peek(source) != mark[i])
			return;
		source_take(source);
	}
}

void
source_end(struct source *source)
{
	id7_wipe(source->buffer, sizeof source->buffer);
}

int
column_find(const struct column *columns, const char *name, size_t len)
{
	for (int i = 0; columns[i].name != NULL; i++)
		if (strlen(columns[i].name) == len &&
		    memcmp(columns[i].name, name, len) == 0)
			return i;
	return -1;
}

void
row_begin(struct row *row, const struct source *source)
{
	memset(row->value, 0, sizeof row->value);
	row->line = source->line;
	row->reason = NULL;
	row->column[0] = '\0';
	row->used = 0;
}

enum row_result
row_refuse(struct row *row, enum row_result result, const char *reason,
	   const char *column, size_t len)
{
	if (row->reason != NULL)
		return result;
	row->reason = reason;
	if (column != NULL)
		id7_escape(column, len, row->column, sizeof row->column);
	return result;
}

bool
row_byte(struct row *row, int byte)
{
	if (row->used == sizeof row->text)
		return false;
	row->text[row->used++] = (char)byte;
	return true;
}
