/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings with their places, for the policy commands. */
#include "admin/policy.h"

#include <stdio.h>
#include <string.h>

#include "admin/print.h"
#include "common/core/escape.h"
#include "common/usecases/settings.h"

enum ctl_exit
policy_settings(struct ctl *ctl, struct id7_settings *ret_settings)
{
	const char *faillock = args_value(&ctl->args, "faillock-conf");
	struct id7_fault fault = {0};

	if (id7_settings_view(ctl->conf, faillock, ret_settings, &fault) ==
	    ID7_OK)
		return CTL_DONE;
	/* A settings file is no store: there is nothing to init. */
	if (fault.error == ID7_NOT_FOUND)
		fault.error = ID7_INVALID;
	return ctl_fail_fault(ctl, &fault);
}

struct policy_text
policy_place(const struct ctl *ctl, struct id7_place place)
{
	struct policy_text text;

	if (place.file == NULL)
		snprintf(text.s, sizeof text.s, "%s",
			 TEXT(ctl, ID7_N("default")));
	else
		snprintf(text.s, sizeof text.s, "%.380s:%u",
			 safe_text(place.file).s, place.line);
	return text;
}

void
policy_place_json(struct json *json, struct id7_place place)
{
	json_text(json, "file", place.file);
	if (place.file != NULL)
		json_int(json, "line", place.line);
	else
		json_null(json, "line");
}

struct policy_text
policy_value(const struct id7_config *config, const char *name)
{
	const struct id7_setting *setting;
	struct policy_text text = {""};

	for (size_t i = 0; (setting = id7_config_setting(i)) != NULL; i++)
		if (strcmp(setting->name, name) == 0)
			(void)id7_config_format(config, setting, text.s,
						sizeof text.s);
	return text;
}
