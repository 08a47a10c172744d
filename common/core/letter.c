/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Templates: which fields there are, and how a text comes of them. */
#include "common/core/letter.h"

#include <stdio.h>
#include <string.h>

#include "common/core/escape.h"
#include "common/core/text.h"

#define DEPTH_MAX 4
#define SUBJECT "Subject:"

#define IN(notice) (1u << ID7_NOTICE_##notice)
#define EVERY ((1u << ID7_NOTICES) - 1)
#define CODED (IN(LOCK) | IN(RESET) | IN(CONFIRM))
#define LOGGED (IN(LOCK) | IN(OLD_PASSWORD))

struct field {
	const char *name;
	uint32_t notices;
};

static const struct field fields[ID7_FIELDS] = {
	[ID7_FIELD_NAME] = {"name", EVERY & ~IN(FOUND)},
	[ID7_FIELD_HOST] = {"host", EVERY},
	[ID7_FIELD_ADDRESS] = {"address", EVERY},
	[ID7_FIELD_TIME] = {"time", EVERY},
	[ID7_FIELD_TIME_UTC] = {"time_utc", EVERY},
	[ID7_FIELD_CONTACT] = {"contact", EVERY},
	[ID7_FIELD_REFERENCE] = {"reference", LOGGED},
	[ID7_FIELD_SERVICE] = {"service", LOGGED | IN(APP_PASSWORD)},
	[ID7_FIELD_SOURCE] = {"source", LOGGED},
	[ID7_FIELD_COUNT] = {"count", IN(LOCK)},
	[ID7_FIELD_UNTIL] = {"until", CODED},
	[ID7_FIELD_UNTIL_UTC] = {"until_utc", CODED},
	[ID7_FIELD_ENDED] = {"ended", IN(LOCK)},
	[ID7_FIELD_WAIT] = {"wait", IN(LOCK)},
	[ID7_FIELD_CODE] = {"code", CODED},
	[ID7_FIELD_CODE_UNTIL] = {"code_until", IN(LOCK)},
	[ID7_FIELD_CODE_UNTIL_UTC] = {"code_until_utc", IN(LOCK)},
	[ID7_FIELD_VOID] = {"void", CODED},
	[ID7_FIELD_SELF_RESET] = {"self_reset",
				  EVERY & ~(IN(RESET) | IN(CONFIRM) |
					    IN(FOUND))},
	[ID7_FIELD_OLD_ADDRESS] = {"old_address", IN(ADDRESS)},
	[ID7_FIELD_NEW_ADDRESS] = {"new_address", IN(ADDRESS)},
	[ID7_FIELD_SERVICES] = {"services", IN(PASSWORD)},
	[ID7_FIELD_NAMES] = {"names", IN(FOUND)},
};

/* A section that is open. */
struct section {
	enum id7_field field;
	bool shown;
};

/* How far the template is read, and what came of it. */
struct reading {
	enum id7_notice notice;
	const struct id7_letter_values *values; /* NULL: only checked */
	const char *at;
	const char *end;
	uint32_t line;
	struct section open[DEPTH_MAX];
	size_t depth;
	struct id7_letter *letter;
	struct id7_letter_problem *problem;
};

/* A mark of the template: {field}, {?field}, {!field}, {/field}. */
struct mark {
	char kind; /* '?', '!', '/', or 0 for a value */
	enum id7_field field;
	const char *after; /* the byte behind the brace */
};

bool
id7_letter_field(enum id7_notice notice, const char *name, size_t len,
		 enum id7_field *ret_field)
{
	for (size_t i = 0; i < ID7_FIELDS; i++) {
		if (strlen(fields[i].name) != len ||
		    memcmp(fields[i].name, name, len) != 0)
			continue;
		*ret_field = (enum id7_field)i;
		return (fields[i].notices >> notice & 1) != 0;
	}
	return false;
}

/* `at`, the start of what is wrong: shown up to the end of its mark. */
static bool
refuse(struct reading *r, const char *reason, const char *at)
{
	size_t len = 0;

	r->problem->line = r->line;
	r->problem->reason = reason;
	r->problem->what[0] = '\0';
	if (at == NULL)
		return false;
	while (at + len < r->end && at[len] != '\n' && len < 30)
		if (at[len++] == '}')
			break;
	(void)id7_escape(at, len, r->problem->what, sizeof r->problem->what);
	return false;
}

static bool
put(struct reading *r, const char *bytes, size_t len)
{
	struct id7_letter *letter = r->letter;

	if (r->depth > 0 && !r->open[r->depth - 1].shown)
		return true;
	if (len > ID7_LETTER_TEXT_MAX - letter->len)
		return refuse(r, ID7_N("the text is too long with its fields"),
			      NULL);
	memcpy(letter->text + letter->len, bytes, len);
	letter->len += len;
	return true;
}

static const char *
value_of(const struct reading *r, enum id7_field field)
{
	const char *value = r->values != NULL ? r->values->value[field] : NULL;

	return value != NULL ? value : "";
}

static bool
put_value(struct reading *r, enum id7_field field)
{
	char safe[ID7_LETTER_VALUE_MAX + 1];
	const char *at = value_of(r, field);

	for (;;) {
		size_t len = field == ID7_FIELD_NAMES ? strcspn(at, "\n")
						      : strlen(at);
		size_t n = id7_escape(at, len, safe, sizeof safe);

		if (!put(r, safe, n))
			return false;
		if (at[len] == '\0')
			return true;
		if (!put(r, "\n", 1))
			return false;
		at += len + 1;
	}
}

/* Takes the mark whose brace stands at `at`. */
static bool
read_mark(struct reading *r, const char *at, struct mark *ret_mark)
{
	const char *name = at + 1;
	const char *close = memchr(at, '}', (size_t)(r->end - at));

	if (close == NULL || memchr(at, '\n', (size_t)(close - at)) != NULL)
		return refuse(r,
			      ID7_N("a brace that is not closed; {{ is a "
				    "brace in the text"),
			      at);
	ret_mark->kind = 0;
	if (name < close && strchr("?!/", *name) != NULL && *name != '\0')
		ret_mark->kind = *name++;
	ret_mark->after = close + 1;
	if (!id7_letter_field(r->notice, name, (size_t)(close - name),
			      &ret_mark->field))
		return refuse(r, ID7_N("this notice has no such field"), at);
	return true;
}

static bool
take_section(struct reading *r, const struct mark *mark, const char *at)
{
	struct section *section;
	bool empty = *value_of(r, mark->field) == '\0';
	bool outer = r->depth == 0 || r->open[r->depth - 1].shown;

	if (mark->kind == '/') {
		if (r->depth == 0 || r->open[r->depth - 1].field != mark->field)
			return refuse(r, ID7_N("this section is not open"), at);
		r->depth--;
		return true;
	}
	if (r->depth == DEPTH_MAX)
		return refuse(r, ID7_N("sections lie in each other too deep"),
			      at);
	section = &r->open[r->depth++];
	section->field = mark->field;
	section->shown =
		outer && (r->values == NULL || empty == (mark->kind == '!'));
	return true;
}

static bool
take_brace(struct reading *r)
{
	const char *at = r->at;
	struct mark mark;

	if (at + 1 < r->end && at[1] == '{') {
		r->at = at + 2;
		return put(r, "{", 1);
	}
	if (!read_mark(r, at, &mark))
		return false;
	r->at = mark.after;
	return mark.kind == 0 ? put_value(r, mark.field)
			      : take_section(r, &mark, at);
}

static const char *
line_end(const struct reading *r)
{
	const char *end = r->at;

	while (end < r->end && *end != '\n')
		end++;
	return end;
}

static bool
take_text_line(struct reading *r)
{
	const char *newline = line_end(r);
	const char *end = newline;

	if (end > r->at && end[-1] == '\r')
		end--;
	while (r->at < end) {
		size_t run = (size_t)(end - r->at);
		const char *brace = memchr(r->at, '{', run);

		if (brace != NULL)
			run = (size_t)(brace - r->at);
		if (!put(r, r->at, run))
			return false;
		r->at += run;
		if (brace != NULL && !take_brace(r))
			return false;
	}
	if (!put(r, "\n", 1))
		return false;
	r->at = newline < r->end ? newline + 1 : r->end;
	return true;
}

/* UTF-8 without controls, and how long it is. */
static bool
check_bytes(struct reading *r, size_t len)
{
	const char *at = r->at;
	uint32_t cp;

	if (len > ID7_TEMPLATE_MAX) {
		r->line = 0;
		return refuse(r, ID7_N("it is longer than 8 KiB"), NULL);
	}
	for (size_t n; at < r->end; at += n) {
		n = id7_utf8_decode(at, (size_t)(r->end - at), &cp);
		if (n == 0)
			return refuse(r, ID7_N("it is not UTF-8"), NULL);
		if ((cp < 0x20 && strchr("\t\r\n", (int)cp) == NULL) ||
		    cp == 0 || (cp >= 0x7f && cp < 0xa0))
			return refuse(r,
				      ID7_N("a control character stands "
					    "there"),
				      NULL);
		r->line += cp == '\n';
	}
	r->line = 1;
	return true;
}

static bool
take_subject(struct reading *r)
{
	const char *newline = line_end(r);
	const char *at = r->at, *end = newline;
	size_t len;

	if (end > at && end[-1] == '\r')
		end--;
	if ((size_t)(end - at) < strlen(SUBJECT) ||
	    memcmp(at, SUBJECT, strlen(SUBJECT)) != 0)
		return refuse(r,
			      ID7_N("the first line must be \"Subject: "
				    "...\""),
			      NULL);
	for (at += strlen(SUBJECT); at < end && *at == ' ';)
		at++;
	len = (size_t)(end - at);
	if (len == 0 || len > ID7_LETTER_SUBJECT_MAX)
		return refuse(r, ID7_N("the subject must have 1 to 160 bytes"),
			      NULL);
	if (memchr(at, '{', len) != NULL || memchr(at, '\t', len) != NULL ||
	    memchr(at, '\r', len) != NULL)
		return refuse(r, ID7_N("no field may stand in the subject"),
			      NULL);
	memcpy(r->letter->subject, at, len);
	r->letter->subject[len] = '\0';
	r->at = newline < r->end ? newline + 1 : r->end;
	r->line++;
	return true;
}

static bool
take_head(struct reading *r)
{
	const char *end;

	while (r->at < r->end && *r->at == '#') {
		end = line_end(r);
		r->at = end < r->end ? end + 1 : r->end;
		r->line++;
	}
	if (!take_subject(r))
		return false;
	end = line_end(r);
	if (end == r->end ||
	    (end > r->at && !(end == r->at + 1 && *r->at == '\r')))
		return refuse(r, ID7_N("an empty line must follow the subject"),
			      NULL);
	r->at = end + 1;
	r->line++;
	return true;
}

static bool
read_all(struct reading *r, size_t len)
{
	if (!check_bytes(r, len) || !take_head(r))
		return false;
	for (; r->at < r->end; r->line++)
		if (!take_text_line(r))
			return false;
	if (r->depth > 0)
		return refuse(r, ID7_N("a section is not closed"), NULL);
	if (r->letter->len == 0)
		return refuse(r, ID7_N("it has no text"), NULL);
	return true;
}

enum id7_error
id7_letter_fill(enum id7_notice notice, const char *text, size_t len,
		const struct id7_letter_values *values,
		struct id7_letter *ret_letter,
		struct id7_letter_problem *ret_problem)
{
	struct reading r = {.notice = notice,
			    .values = values,
			    .at = text,
			    .end = text + len,
			    .line = 1,
			    .letter = ret_letter,
			    .problem = ret_problem};

	ret_letter->len = 0;
	memset(ret_problem, 0, sizeof *ret_problem);
	if (!read_all(&r, len))
		return ID7_INVALID;
	ret_letter->text[ret_letter->len] = '\0';
	return ID7_OK;
}
