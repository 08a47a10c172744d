/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints the message that a built-in template makes, for test_mime.py.
 * Arguments: NOTICE LANG FROM TO HOST WALL [FIELD=VALUE]... where VALUE is in
 * hexadecimal. Exit status 0; 3 when letter or message was refused.
 */
#include "common/core/mime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
unhex(const char *hex)
{
	size_t len = strlen(hex) / 2;
	char *bytes = calloc(1, len + 1);

	for (size_t i = 0; bytes != NULL && i < len; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bytes[i] = (char)strtoul(pair, NULL, 16);
	}
	return bytes;
}

static enum id7_notice
notice_of(const char *name)
{
	size_t n = 0;

	while (n + 1 < ID7_NOTICES &&
	       strcmp(id7_notice_name((enum id7_notice)n), name) != 0)
		n++;
	return (enum id7_notice)n;
}

static int
show(enum id7_notice notice, const struct id7_mime_head *head,
     const struct id7_letter_values *values)
{
	static struct id7_letter letter;
	static char message[ID7_MESSAGE_MAX];
	struct id7_letter_problem problem;
	struct id7_template template = id7_letter_builtin(notice, head->lang);
	size_t len;

	if (id7_letter_fill(notice, template.text, template.len, values,
			    &letter, &problem) != ID7_OK ||
	    id7_mime_write(head, &letter, message, sizeof message, &len) !=
		    ID7_OK)
		return 3;
	return fwrite(message, 1, len, stdout) == len ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct id7_letter_values values = {0};
	struct id7_mime_head head = {.id = "00112233445566778899aabbccddeeff"};
	char *bytes[ID7_FIELDS] = {NULL};
	enum id7_notice notice;
	int code;

	if (argc < 7)
		return 2;
	notice = notice_of(argv[1]);
	head.lang = strcmp(argv[2], "ja") == 0 ? ID7_LANG_JA : ID7_LANG_EN;
	head.from = argv[3];
	head.to = argv[4];
	head.host = argv[5];
	head.wall = strtoll(argv[6], NULL, 10);
	for (int i = 7; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');
		enum id7_field field;

		if (equals == NULL ||
		    !id7_letter_field(notice, argv[i],
				      (size_t)(equals - argv[i]), &field))
			continue;
		free(bytes[field]);
		bytes[field] = unhex(equals + 1);
		values.value[field] = bytes[field];
	}
	code = show(notice, &head, &values);
	for (int i = 0; i < ID7_FIELDS; i++)
		free(bytes[i]);
	return code;
}
