/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes one strong password and shows it once. */
#include "admin/generate.h"

#include <stdio.h>

#include "admin/json.h"
#include "admin/print.h"
#include "common/core/authtok.h"

#define SYMBOLS 20
#define GROUP 5

/* 32 of them, so that five random bits choose without a bias. */
static const char alphabet[] = "23456789abcdefghijkmnpqrstuvwxyz";

static void
fill(struct id7_secret *password)
{
	uint8_t random[SYMBOLS];

	id7_random(random, sizeof random);
	password->len = 0;
	for (size_t i = 0; i < SYMBOLS; i++) {
		if (i > 0 && i % GROUP == 0)
			password->bytes[password->len++] = '-';
		password->bytes[password->len++] =
			(uint8_t)alphabet[random[i] & 31];
	}
	id7_wipe(random, sizeof random);
}

struct id7_secret *
generate_password(void)
{
	struct id7_secret *password =
		id7_secret_make(SYMBOLS + SYMBOLS / GROUP);

	if (password == NULL)
		return NULL;
	do
		fill(password);
	while (id7_code_form((const char *)password->bytes, password->len));
	return password;
}

bool
generate_show(const struct ctl *ctl, const char *name,
	      const struct id7_secret *password)
{
	struct json json;

	if (!ctl->json)
		return print_secret(password->bytes, password->len) &&
		       print_secret("\n", 1);
	json_start(&json, stdout);
	json_text(&json, "done", ctl->args.cmd->name);
	json_text(&json, "account", name);
	json_key(&json, "password");
	fputc('"', stdout);
	if (!print_secret(password->bytes, password->len))
		return false;
	fputc('"', stdout);
	json_finish(&json);
	return fflush(stdout) == 0;
}
