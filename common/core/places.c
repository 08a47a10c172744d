/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the line of each setting by reading every line for itself. */
#include "common/core/places.h"

#include <string.h>

#include "common/core/config_table.h"

#define NAME_ROOM 128

static void
note_refusal(const struct id7_config_problem *problem, void *context)
{
	bool *refused = context;

	*refused = *refused || problem->wanted != NULL || problem->refused;
}

/* The setting that a line begins with; false when it has none. */
static bool
first_word(const char *line, size_t len, uint32_t where, char word[NAME_ROOM])
{
	const char *ends =
		(where & ID7_IN_FAILLOCK) != 0 ? " \t=#\r" : " \t=\r";
	size_t from = 0, n = 0;

	while (from < len && (line[from] == ' ' || line[from] == '\t'))
		from++;
	while (from + n < len && n < NAME_ROOM - 1 &&
	       strchr(ends, line[from + n]) == NULL)
		n++;
	memcpy(word, line + from, n);
	word[n] = '\0';
	return n > 0 && word[0] != '#';
}

static struct id7_place *
place_of(struct id7_places *places, const char *name)
{
	const struct id7_setting *setting;
	size_t i;

	for (i = 0; i < ID7_PLACES && (setting = id7_config_setting(i)); i++)
		if (strcmp(setting->name, name) == 0)
			return &places->place[i];
	return NULL;
}

/* The value of faillock.conf's `dir`, as far as it can be a path. */
static void
take_dir(struct id7_places *places, const char *line, size_t len,
	 struct id7_place here)
{
	const char *hash = memchr(line, '#', len);
	const char *slash = memchr(line, '/', len);
	size_t n;

	if (slash == NULL || (hash != NULL && hash < slash))
		return;
	n = hash != NULL ? (size_t)(hash - slash)
			 : (size_t)(line + len - slash);
	while (n > 0 && strchr(" \t\r", slash[n - 1]) != NULL)
		n--;
	if (n > ID7_PATH_MAX)
		return;
	memcpy(places->faillock_dir, slash, n);
	places->faillock_dir[n] = '\0';
	places->faillock_dir_place = here;
}

static void
take_line(struct id7_places *places, const char *line, size_t len,
	  uint32_t where, struct id7_place here)
{
	struct id7_config config;
	struct id7_place *place;
	char word[NAME_ROOM];
	bool refused = false;

	if (!first_word(line, len, where, word))
		return;
	if ((where & ID7_IN_FAILLOCK) != 0 && strcmp(word, "dir") == 0)
		take_dir(places, line, len, here);
	if (id7_config_row_find(word, where) == NULL)
		return;
	id7_config_defaults(&config);
	/* Ceilings that stand in another line would refuse a cost alone. */
	config.opslimit_max = UINT32_MAX;
	config.memlimit_max = UINT64_MAX;
	(void)!id7_config_parse(&config, line, len, where, note_refusal,
				&refused);
	place = place_of(places, word);
	if (refused || place == NULL)
		return;
	*place = here;
	if (strcmp(word, "root_unlock_time") == 0 && config.even_deny_root)
		*place_of(places, "even_deny_root") = here;
}

void
id7_places_read(struct id7_places *places, const char *text, size_t len,
		uint32_t where, const char *file)
{
	struct id7_place here = {file, 0};
	size_t at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len =
			end == NULL ? len - at : (size_t)(end - text) - at;

		here.line++;
		take_line(places, text + at, line_len, where, here);
		at += line_len + 1;
	}
}

struct id7_place
id7_places_find(const struct id7_places *places, const char *name)
{
	const struct id7_setting *setting;
	size_t i;

	for (i = 0; i < ID7_PLACES && (setting = id7_config_setting(i)); i++)
		if (strcmp(setting->name, name) == 0)
			return places->place[i];
	return (struct id7_place){NULL, 0};
}
