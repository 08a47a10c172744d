/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes as they are handed out: past stdio, whose buffer nobody wipes. */
#include "admin/sheet.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/json.h"
#include "admin/print.h"
#include "common/effects/secret.h"

#define PAPER_COLUMNS 72

static bool
write_code(const struct id7_code *code)
{
	char text[ID7_CODE_TEXT_MAX];
	bool ok;

	id7_code_format(code, text);
	ok = print_secret(text, strlen(text));
	id7_wipe(text, sizeof text);
	return ok;
}

static bool
json_code(struct json *json, const char *key, const struct id7_code *code)
{
	json_key(json, key);
	fputc('"', json->out);
	if (!write_code(code))
		return false;
	fputc('"', json->out);
	return true;
}

bool
sheet_code(const struct ctl *ctl, const char *name, const struct id7_code *code,
	   int64_t expires)
{
	struct json json;

	if (!ctl->json)
		return write_code(code) && print_secret("\n", 1);
	json_start(&json, stdout);
	json_text(&json, "done", ctl->args.cmd->name);
	json_text(&json, "account", name);
	if (!json_code(&json, "code", code))
		return false;
	json_time(&json, "expires", expires);
	json_finish(&json);
	return fflush(stdout) == 0;
}

static bool
paper_json(const struct ctl *ctl, const char *name,
	   const struct id7_code *codes, uint32_t count)
{
	struct json json;

	json_start(&json, stdout);
	json_text(&json, "done", ctl->args.cmd->name);
	json_text(&json, "account", name);
	json_array(&json, "codes");
	for (uint32_t i = 0; i < count; i++)
		if (!json_code(&json, NULL, &codes[i]))
			return false;
	json_finish(&json);
	return fflush(stdout) == 0;
}

/* A place to cross out before each. */
static bool
paper_codes(const struct id7_code *codes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		fputs("    [ ]  ", stdout);
		if (!write_code(&codes[i]))
			return false;
		fputc('\n', stdout);
	}
	return true;
}

static void
paragraph(const char *text)
{
	print_wrapped(stdout, 0, 0, PAPER_COLUMNS, text);
	fputc('\n', stdout);
}

static const char *
contact_of(const struct ctl *ctl, enum id7_lang lang)
{
	const struct id7_config *config = &ctl->config;

	if (lang == ID7_LANG_JA && config->support_contact_ja[0] != '\0')
		return config->support_contact_ja;
	if (config->support_contact[0] != '\0')
		return config->support_contact;
	return id7_text(lang, ID7_N("your administrator"));
}

bool
sheet_paper(const struct ctl *ctl, const struct id7_account *account,
	    const struct id7_code *codes, uint32_t count, int64_t now)
{
	enum id7_lang lang = account->lang != ID7_LANG_SITE
				     ? (enum id7_lang)account->lang
				     : ctl->lang;
	char text[2000], host[256] = "";

	if (ctl->json)
		return paper_json(ctl, account->name, codes, count);
	(void)gethostname(host, sizeof host - 1);
	snprintf(text, sizeof text,
		 id7_text(lang, ID7_N("Recovery codes of %s on %s (%s)")),
		 account->name, safe_text(host).s, print_minute(now).s);
	paragraph(text);
	if (!paper_codes(codes, count))
		return false;
	fputc('\n', stdout);
	snprintf(text, sizeof text,
		 id7_text(lang,
			  ID7_N("For the day the password is lost or the "
				"account is locked: type one of them in place "
				"of the password (%s). You are asked for a "
				"new password then. Each works once: cross it "
				"out. They do not expire; a new sheet ends "
				"this one.")),
		 sheet_services(ctl).s);
	paragraph(text);
	snprintf(text, sizeof text,
		 id7_text(lang,
			  ID7_N("Keep this sheet where nobody else finds it: "
				"whoever has it can log in as you. If it is "
				"lost, tell: %s")),
		 safe_text(contact_of(ctl, lang)).s);
	print_wrapped(stdout, 0, 0, PAPER_COLUMNS, text);
	return fflush(stdout) == 0;
}

struct sheet_services
sheet_services(const struct ctl *ctl)
{
	const struct id7_list *list = &ctl->config.reset_services;
	struct sheet_services services = {""};
	size_t len = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		len = strlen(services.s);
		snprintf(services.s + len, sizeof services.s - len, "%s%s",
			 len > 0 ? ", " : "", safe_text(list->item[i]).s);
	}
	return services;
}
