/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl init: makes the site key and an empty store. */
#include <stdlib.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"

#define ACCOUNTS_MAX 10000000UL

static enum ctl_exit
parse_accounts(const struct ctl *ctl, uint64_t *ret_accounts)
{
	const char *text = args_value(&ctl->args, "accounts");
	unsigned long n = 0;
	char *end = NULL;

	if (text != NULL) {
		n = strtoul(text, &end, 10);
		if (*text < '0' || *text > '9' || *end != '\0' ||
		    n > ACCOUNTS_MAX)
			return ctl_fail(ctl, CTL_USAGE,
					ID7_N("--accounts is a number up to "
					      "%lu, not %s"),
					ACCOUNTS_MAX, safe_text(text).s);
	}
	*ret_accounts = n;
	return CTL_DONE;
}

static void
say_done(const struct ctl *ctl)
{
	struct json json;

	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", "init");
		json_text(&json, "store_dir", ctl->config.store_dir);
		json_text(&json, "key_dir", ctl->config.key_dir);
		json_finish(&json);
		return;
	}
	ctl_say(ctl, ID7_N("an empty store is in %s"),
		safe_text(ctl->config.store_dir).s);
	ctl_say(ctl,
		ID7_N("its key is in %s: keep a copy of it somewhere else, "
		      "apart from the store"),
		safe_text(ctl->config.key_dir).s);
	ctl_next(ctl, "add USER");
}

enum ctl_exit
cmd_init(struct ctl *ctl)
{
	struct id7_fault fault = {0};
	enum id7_error error;
	uint64_t accounts = 0;
	enum ctl_exit code = parse_accounts(ctl, &accounts);

	if (code == CTL_DONE)
		code = ctl_permitted(ctl);
	if (code != CTL_DONE)
		return code;
	error = id7_manage_init(&ctl->config, accounts, &fault);
	if (error == ID7_EXISTS) {
		ctl_fail(ctl, CTL_ERROR,
			 ID7_N("there already is a store in %s; it is left as "
			       "it is"),
			 safe_text(ctl->config.store_dir).s);
		ctl_next(ctl, "list");
		return CTL_ERROR;
	}
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, &fault);
	ctl_log(ctl, NULL, ID7_OK, NULL);
	say_done(ctl);
	return CTL_DONE;
}
