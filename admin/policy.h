/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the policy commands share: the settings with their places, and how these are written. */
#ifndef ID7_ADMIN_POLICY_H
#define ID7_ADMIN_POLICY_H

#include "admin/ctl.h"
#include "admin/json.h"
#include "common/core/places.h"

#define POLICY_COLUMNS 76

/*
 * Reads the settings that --conf and --faillock-conf name, with their places.
 * CTL_DONE, or the code of what was said.
 */
enum ctl_exit policy_settings(struct ctl *ctl,
			      struct id7_settings *ret_settings);

/* A text of a bounded length. */
struct policy_text {
	char s[400];
};

/*
 * "/etc/security/7id.conf:12", safe to show, or the word for a default.
 */
struct policy_text policy_place(const struct ctl *ctl, struct id7_place place);

/*
 * The members "file" and "line" of a place; null for a default.
 */
void policy_place_json(struct json *json, struct id7_place place);

/*
 * The value of the setting `name` as it would stand in a file, escaped by the
 * caller where it is shown.
 */
struct policy_text policy_value(const struct id7_config *config,
				const char *name);

#endif
