/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what happened to a message. */
#include "common/usecases/compose.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/core/mime.h"
#include "common/core/text.h"
#include "common/effects/file.h"
#include "common/effects/secret.h"

#define TIME_MAX 64
#define HOST_MAX 253

/* The texts that values of fields point to. */
struct wording {
	char host[HOST_MAX + 1];
	char time[TIME_MAX], time_utc[TIME_MAX];
	char until[TIME_MAX], until_utc[TIME_MAX];
	char code_until[TIME_MAX], code_until_utc[TIME_MAX];
	char wait[TIME_MAX], count[16];
	char old_address[ID7_ADDRESS_MAX + 1], new_address[ID7_ADDRESS_MAX + 1];
};

/* The machine's name, or one that a mail can have when it is none. */
static void
host_name(char ret_host[HOST_MAX + 1])
{
	char address[HOST_MAX + 3];

	memset(ret_host, 0, HOST_MAX + 1);
	if (gethostname(ret_host, HOST_MAX) == 0) {
		(void)snprintf(address, sizeof address, "x@%s", ret_host);
		if (id7_account_address_ok(address))
			return;
	}
	strcpy(ret_host, "localhost");
}

static void
both_times(int64_t wall, char ret_local[TIME_MAX], char ret_utc[TIME_MAX])
{
	time_t when = (time_t)wall;
	struct tm tm;

	*ret_local = *ret_utc = '\0';
	if (wall == 0)
		return;
	if (localtime_r(&when, &tm) != NULL &&
	    strftime(ret_local, TIME_MAX, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		*ret_local = '\0';
	if (gmtime_r(&when, &tm) != NULL &&
	    strftime(ret_utc, TIME_MAX, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		*ret_utc = '\0';
	/* Nobody reads the same time twice. */
	if (strcmp(ret_local, ret_utc) == 0)
		*ret_utc = '\0';
}

/* Rounded up, so that nobody comes back too early. */
static void
span(enum id7_lang lang, int64_t seconds, char ret_text[TIME_MAX])
{
	long long minutes = (long long)(seconds + 59) / 60;

	*ret_text = '\0';
	if (seconds <= 0)
		return;
	if (minutes < 120)
		(void)snprintf(ret_text, TIME_MAX,
			       id7_text(lang, minutes == 1 ? "%lld minute"
							   : "%lld minutes"),
			       minutes);
	else
		(void)snprintf(ret_text, TIME_MAX, id7_text(lang, "%lld hours"),
			       (minutes + 59) / 60);
}

static const char *
contact(const struct id7_config *config, enum id7_lang lang)
{
	if (lang == ID7_LANG_JA && *config->support_contact_ja != '\0')
		return config->support_contact_ja;
	if (*config->support_contact != '\0')
		return config->support_contact;
	return id7_text(lang, "your administrator");
}

static void
word(const struct id7_occasion *o, enum id7_lang lang, struct wording *w)
{
	host_name(w->host);
	both_times(o->at, w->time, w->time_utc);
	both_times(o->until, w->until, w->until_utc);
	both_times(o->code_until, w->code_until, w->code_until_utc);
	span(lang, o->until != 0 ? o->until - o->at : 0, w->wait);
	*w->count = '\0';
	if (o->count > 0)
		(void)snprintf(w->count, sizeof w->count, "%u", o->count);
	id7_post_mask(o->old_address != NULL ? o->old_address : "",
		      w->old_address);
	id7_post_mask(o->new_address != NULL ? o->new_address : "",
		      w->new_address);
}

static void
fill_values(const struct id7_config *config, const struct id7_occasion *o,
	    enum id7_lang lang, const struct wording *w,
	    struct id7_letter_values *ret_values)
{
	const struct id7_letter_values values = {
		.value = {
			[ID7_FIELD_NAME] = o->name,
			[ID7_FIELD_HOST] = w->host,
			[ID7_FIELD_ADDRESS] = o->address,
			[ID7_FIELD_TIME] = w->time,
			[ID7_FIELD_TIME_UTC] = w->time_utc,
			[ID7_FIELD_CONTACT] = contact(config, lang),
			[ID7_FIELD_REFERENCE] = o->reference,
			[ID7_FIELD_SERVICE] = o->service,
			[ID7_FIELD_SOURCE] = o->source,
			[ID7_FIELD_COUNT] = w->count,
			[ID7_FIELD_UNTIL] = w->until,
			[ID7_FIELD_UNTIL_UTC] = w->until_utc,
			[ID7_FIELD_ENDED] = o->ended ? "yes" : NULL,
			[ID7_FIELD_WAIT] = w->wait,
			[ID7_FIELD_CODE] = o->code,
			[ID7_FIELD_CODE_UNTIL] = w->code_until,
			[ID7_FIELD_CODE_UNTIL_UTC] = w->code_until_utc,
			[ID7_FIELD_VOID] = o->void_code,
			[ID7_FIELD_SELF_RESET] =
				o->self_reset ? "7R-RESET" : NULL,
			[ID7_FIELD_OLD_ADDRESS] = w->old_address,
			[ID7_FIELD_NEW_ADDRESS] = w->new_address,
			[ID7_FIELD_NAMES] = o->names,
		}};

	*ret_values = values;
}

bool
id7_compose_template(const struct id7_config *config, enum id7_notice notice,
		     enum id7_lang lang, char buf[ID7_TEMPLATE_MAX + 1],
		     size_t *ret_len, id7_template_fn *told, void *context)
{
	char path[ID7_PATH_MAX + 64];
	struct id7_letter_problem problem;
	struct id7_letter letter;
	struct id7_fault fault;

	(void)snprintf(path, sizeof path, "%s/%s/%s.txt", config->mail_dir,
		       id7_lang_name(lang), id7_notice_name(notice));
	if (id7_file_read_settings(path, buf, ID7_TEMPLATE_MAX + 1, ret_len,
				   &fault) != ID7_OK) {
		if (fault.trouble != ID7_TROUBLE_MISSING && told != NULL)
			told(path, NULL, &fault, context);
		return false;
	}
	if (id7_letter_fill(notice, buf, *ret_len, NULL, &letter, &problem) ==
	    ID7_OK)
		return true;
	if (told != NULL)
		told(path, &problem, NULL, context);
	return false;
}

/* With its values even a good template can grow too long. */
static enum id7_error
fill_letter(const struct id7_config *config, enum id7_notice notice,
	    enum id7_lang lang, const struct id7_letter_values *values,
	    struct id7_letter *ret_letter, id7_template_fn *told, void *context)
{
	struct id7_template builtin = id7_letter_builtin(notice, lang);
	struct id7_letter_problem problem;
	char site[ID7_TEMPLATE_MAX + 1];
	size_t len;

	if (id7_compose_template(config, notice, lang, site, &len, told,
				 context) &&
	    id7_letter_fill(notice, site, len, values, ret_letter, &problem) ==
		    ID7_OK)
		return ID7_OK;
	return id7_letter_fill(notice, builtin.text, builtin.len, values,
			       ret_letter, &problem);
}

enum id7_error
id7_compose(const struct id7_config *config,
	    const struct id7_occasion *occasion, const char *id,
	    int64_t now_wall, struct id7_post *post, id7_template_fn *told,
	    void *context)
{
	enum id7_lang lang = occasion->lang != ID7_LANG_SITE
				     ? occasion->lang
				     : (enum id7_lang)config->lang;
	char from[HOST_MAX + 8];
	struct id7_mime_head head = {.to = occasion->address,
				     .id = id,
				     .wall = now_wall,
				     .lang = lang};
	struct id7_letter_values values;
	struct id7_letter letter;
	struct wording wording;
	enum id7_error error;
	size_t len = 0;

	word(occasion, lang, &wording);
	fill_values(config, occasion, lang, &wording, &values);
	(void)snprintf(from, sizeof from, "7id@%s", wording.host);
	head.from = *config->mail_from != '\0' ? config->mail_from : from;
	head.host = wording.host;
	error = fill_letter(config, occasion->notice, lang, &values, &letter,
			    told, context);
	if (error == ID7_OK)
		error = id7_mime_write(&head, &letter, post->message,
				       sizeof post->message, &len);
	id7_wipe(&letter, sizeof letter);
	post->len = (uint32_t)len;
	(void)snprintf(post->address, sizeof post->address, "%s",
		       occasion->address);
	return error;
}
