/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows behind config.h: where a setting is kept, what it may be, how it is
 * read and written. */
#ifndef ID7_CORE_CONFIG_TABLE_H
#define ID7_CORE_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/config.h"

enum id7_setting_kind {
	ID7_SETTING_PATH,     /* char[], absolute */
	ID7_SETTING_TEXT,     /* char[], may be empty */
	ID7_SETTING_TIME,     /* int64_t, seconds */
	ID7_SETTING_SIZE,     /* uint64_t, bytes */
	ID7_SETTING_NUMBER,   /* uint32_t */
	ID7_SETTING_SWITCH,   /* bool */
	ID7_SETTING_LANGUAGE, /* uint8_t, enum id7_lang */
	ID7_SETTING_LIST,     /* struct id7_list */
	ID7_SETTING_NETWORKS, /* struct id7_networks */
	ID7_SETTING_ADDRESS,  /* char[], a mail address, may be empty */
	ID7_SETTING_CHOICE,   /* bool: the words `no_word` and `yes_word` */
};

struct id7_config_row {
	struct id7_setting setting;
	enum id7_setting_kind kind;
	size_t offset;		/* in struct id7_config */
	size_t size;		/* of the member */
	const char *initial;	/* the default, as it would stand in a file */
	const char *wanted;	/* msgid: what a value must be */
	int64_t min, max;	/* times, sizes and numbers */
	const char *zero_word;	/* 0 is allowed besides and written so; NULL:
				   only from min on */
	const char *unset_word; /* stands for -1; NULL: none */
	const char *no_word, *yes_word; /* of a choice */
};

/*
 * The table, sorted by name, and its length.
 */
const struct id7_config_row *id7_config_rows(size_t *ret_count);

/*
 * The row called `name` that may stand in one of the places of `where`
 * (ID7_IN_...), or NULL.
 */
const struct id7_config_row *
id7_config_row_find(const char *name, uint32_t where);

/*
 * The known name of `where` nearest to `name`: at most a third of its letters
 * added, left out, replaced or swapped, case and '-' for '_' not counted; NULL
 * when none is that near. A constant string.
 */
const char *id7_config_nearest(const char *name, uint32_t where);

/*
 * Reads the terminated `value` into the member of *config that `row` names.
 * Returns false, with *config as it was, when the value is not what
 * row->wanted says.
 */
bool
id7_config_value_parse(struct id7_config *config,
		       const struct id7_config_row *row, const char *value);

/*
 * Writes the member as it would stand in a file, terminated, cut to `size`
 * (at least 1). Returns the bytes written without NUL.
 */
size_t id7_config_value_format(const struct id7_config *config,
			       const struct id7_config_row *row, char *buf,
			       size_t size);

#endif
