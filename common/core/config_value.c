/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of a setting: from text, and back to the same text. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/core/config_table.h"
#include "common/core/escape.h"

struct unit {
	char suffix;
	int64_t factor;
};

/* Largest first, so that what is written is as short as it can be. */
static const struct unit time_units[] = {
	{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}, {0, 0},
};
static const struct unit size_units[] = {
	{'G', 1 << 30},
	{'M', 1 << 20},
	{'K', 1 << 10},
	{0, 0},
};
static const struct unit no_units[] = {{0, 0}};

static const struct unit *
units_of(const struct id7_config_row *row)
{
	if (row->kind == ID7_SETTING_TIME)
		return time_units;
	return row->kind == ID7_SETTING_SIZE ? size_units : no_units;
}

/* Digits and at most one suffix, nothing else; false when it does not fit. */
static bool
parse_quantity(const char *s, const struct unit *unit, int64_t *ret_value)
{
	int64_t value = 0;
	const char *first = s;

	for (; *s >= '0' && *s <= '9'; s++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *s - '0', &value))
			return false;
	}
	if (s == first)
		return false;
	for (; *s != '\0' && unit->suffix != 0; unit++) {
		if (*s == unit->suffix && s[1] == '\0')
			return !__builtin_mul_overflow(value, unit->factor,
						       ret_value);
	}
	*ret_value = value;
	return *s == '\0';
}

static bool
is_word(const char *value, const char *word)
{
	return word != NULL && strcmp(value, word) == 0;
}

static bool
parse_number(const struct id7_config_row *row, const char *value,
	     int64_t *ret_value)
{
	int64_t parsed;

	if (is_word(value, row->unset_word)) {
		*ret_value = -1;
		return true;
	}
	if (is_word(value, row->zero_word))
		parsed = 0;
	else if (!parse_quantity(value, units_of(row), &parsed))
		return false;
	if ((parsed < row->min || parsed > row->max) &&
	    !(parsed == 0 && row->zero_word != NULL))
		return false;
	*ret_value = parsed;
	return true;
}

static bool
parse_switch(const char *value, bool *ret_value)
{
	static const char *const words[][2] = {
		{"no", "yes"},
		{"off", "on"},
		{"false", "true"},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		for (int on = 0; on < 2; on++) {
			if (is_word(value, words[i][on])) {
				*ret_value = on != 0;
				return true;
			}
		}
	}
	return false;
}

/* Text that can be shown as it is: UTF-8 with nothing hidden in it. */
static bool
is_plain(const char *s)
{
	size_t len = strlen(s);
	uint32_t cp;

	for (size_t n; len > 0; s += n, len -= n) {
		n = id7_utf8_decode(s, len, &cp);
		if (n == 0 || id7_escape_hidden(cp))
			return false;
	}
	return true;
}

static bool
parse_string(const struct id7_config_row *row, const char *value, char *member)
{
	size_t len = strlen(value);

	if (len >= row->size || !is_plain(value) ||
	    (row->kind == ID7_SETTING_PATH && value[0] != '/'))
		return false;
	memset(member, 0, row->size);
	memcpy(member, value, len);
	return true;
}

static bool
is_item(const char *item, size_t len)
{
	/* In a file a # after a blank would begin a comment. */
	if (len == 0 || len > ID7_NAME_MAX || (len == 1 && item[0] == '@') ||
	    item[0] == '#')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (item[i] <= ' ' || item[i] == 0x7f)
			return false;
	}
	return true;
}

static const char between[] = " \t,";

static bool
parse_list(const char *value, struct id7_list *ret_list)
{
	struct id7_list list = {0};

	for (value += strspn(value, between); *value != '\0';) {
		size_t len = strcspn(value, between);

		if (list.count == ID7_LIST_MAX || !is_item(value, len))
			return false;
		memcpy(list.item[list.count++], value, len);
		value += len;
		value += strspn(value, between);
	}
	*ret_list = list;
	return true;
}

static bool
parse_networks(const char *value, struct id7_networks *ret_networks)
{
	struct id7_networks networks = {0};

	for (value += strspn(value, between); *value != '\0';) {
		size_t len = strcspn(value, between);

		if (networks.count == ID7_LIST_MAX ||
		    !id7_network_parse(value, len,
				       &networks.item[networks.count]))
			return false;
		networks.count++;
		value += len;
		value += strspn(value, between);
	}
	*ret_networks = networks;
	return true;
}

static bool
parse_language(const char *value, uint8_t *ret_lang)
{
	enum id7_lang lang = is_word(value, "en")   ? ID7_LANG_EN
			     : is_word(value, "ja") ? ID7_LANG_JA
						    : ID7_LANG_SITE;

	if (lang == ID7_LANG_SITE)
		return false;
	*ret_lang = (uint8_t)lang;
	return true;
}

static bool
parse_choice(const struct id7_config_row *row, const char *value,
	     bool *ret_value)
{
	bool yes = is_word(value, row->yes_word);

	if (!yes && !is_word(value, row->no_word))
		return false;
	*ret_value = yes;
	return true;
}

bool
id7_config_value_parse(struct id7_config *config,
		       const struct id7_config_row *row, const char *value)
{
	void *member = (char *)config + row->offset;
	int64_t number;

	switch (row->kind) {
	case ID7_SETTING_PATH:
	case ID7_SETTING_TEXT:
		return parse_string(row, value, member);
	case ID7_SETTING_ADDRESS:
		return (*value == '\0' || id7_account_address_ok(value)) &&
		       parse_string(row, value, member);
	case ID7_SETTING_SWITCH:
		return parse_switch(value, member);
	case ID7_SETTING_LANGUAGE:
		return parse_language(value, member);
	case ID7_SETTING_LIST:
		return parse_list(value, member);
	case ID7_SETTING_NETWORKS:
		return parse_networks(value, member);
	case ID7_SETTING_CHOICE:
		return parse_choice(row, value, member);
	case ID7_SETTING_TIME:
	case ID7_SETTING_SIZE:
	case ID7_SETTING_NUMBER:
		if (!parse_number(row, value, &number))
			return false;
		if (row->kind == ID7_SETTING_TIME)
			*(int64_t *)member = number;
		else if (row->kind == ID7_SETTING_SIZE)
			*(uint64_t *)member = (uint64_t)number;
		else
			*(uint32_t *)member = (uint32_t)number;
		return true;
	}
	return false;
}

static int
format_number(const struct id7_config_row *row, int64_t value, char *buf,
	      size_t size)
{
	const struct unit *unit = units_of(row);

	if (value == -1 && row->unset_word != NULL)
		return snprintf(buf, size, "%s", row->unset_word);
	if (value == 0)
		return snprintf(buf, size, "%s",
				row->zero_word == NULL ? "0" : row->zero_word);
	while (unit->suffix != 0 && value % unit->factor != 0)
		unit++;
	if (unit->suffix == 0)
		return snprintf(buf, size, "%" PRId64, value);
	return snprintf(buf, size, "%" PRId64 "%c", value / unit->factor,
			unit->suffix);
}

static int
format_list(const struct id7_list *list, char *buf, size_t size)
{
	char joined[ID7_LIST_MAX * (ID7_NAME_MAX + 2) + 1];
	char *end = joined;

	*end = '\0';
	for (uint32_t i = 0; i < list->count; i++) {
		if (i > 0)
			end = stpcpy(end, ", ");
		end = stpcpy(end, list->item[i]);
	}
	return snprintf(buf, size, "%s", joined);
}

static int
format_networks(const struct id7_networks *networks, char *buf, size_t size)
{
	char joined[ID7_LIST_MAX * (ID7_NETWORK_TEXT + 1) + 1];
	char *end = joined;

	*end = '\0';
	for (uint32_t i = 0; i < networks->count; i++) {
		if (i > 0)
			end = stpcpy(end, ", ");
		end += id7_network_format(&networks->item[i], end);
	}
	return snprintf(buf, size, "%s", joined);
}

static int
format_member(const void *member, const struct id7_config_row *row, char *buf,
	      size_t size)
{
	switch (row->kind) {
	case ID7_SETTING_PATH:
	case ID7_SETTING_TEXT:
	case ID7_SETTING_ADDRESS:
		return snprintf(buf, size, "%s", (const char *)member);
	case ID7_SETTING_SWITCH:
		return snprintf(buf, size, "%s",
				*(const bool *)member ? "yes" : "no");
	case ID7_SETTING_LANGUAGE:
		return snprintf(buf, size, "%s",
				*(const uint8_t *)member == ID7_LANG_JA ? "ja"
									: "en");
	case ID7_SETTING_LIST:
		return format_list(member, buf, size);
	case ID7_SETTING_NETWORKS:
		return format_networks(member, buf, size);
	case ID7_SETTING_CHOICE:
		return snprintf(buf, size, "%s",
				*(const bool *)member ? row->yes_word
						      : row->no_word);
	case ID7_SETTING_TIME:
	case ID7_SETTING_SIZE:
		return format_number(row, *(const int64_t *)member, buf, size);
	case ID7_SETTING_NUMBER:
		return format_number(row, *(const uint32_t *)member, buf, size);
	}
	return 0;
}

size_t
id7_config_value_format(const struct id7_config *config,
			const struct id7_config_row *row, char *buf,
			size_t size)
{
	int n = format_member((const char *)config + row->offset, row, buf,
			      size);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len >= size)
		len = size - 1;
	buf[len] = '\0';
	return len;
}
