/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What screens say of an account's lanes; one place for all of them. */
#ifndef ID7_ADMIN_LANES_H
#define ID7_ADMIN_LANES_H

#include "admin/cmd.h"
#include "admin/json.h"
#include "admin/print.h"
#include "common/usecases/manage.h"

/* The lane's name in --json and in the log; never translated. */
const char *lanes_word(enum id7_lane lane);

/*
 * Which ways in a lock leaves open: "the console and known addresses are open".
 * "" when no lock by failures stands, or lanes are not told apart. Terminated,
 * cut to `size`.
 */
void lanes_open(const struct ctl *ctl, const struct id7_picture *picture,
		char *buf, size_t size);

/*
 * Adds what is counted: failures of each lane, those that no good login has
 * taken back, and how long the next lock would last.
 */
void lanes_labels(const struct ctl *ctl, const struct id7_picture *picture,
		  struct labels *labels);

/*
 * Adds "lane" (the one that decides), "lanes", "lifetime_failures" and
 * "lifetime_limit" to the object that is open.
 */
void lanes_json(const struct id7_picture *picture, struct json *json);

#endif
