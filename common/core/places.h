/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which line of which file each setting stands. */
#ifndef ID7_CORE_PLACES_H
#define ID7_CORE_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/config.h"

/* Where a setting was set. */
struct id7_place {
	const char *file; /* as given to id7_places_read; NULL: nowhere, it is the default */
	uint32_t line;	  /* counted from 1 */
};

#define ID7_PLACES 64 /* more than there are settings */

/* A place for each row of id7_config_setting; start it with zeros. */
struct id7_places {
	struct id7_place place[ID7_PLACES];
	/* faillock.conf's own `dir`, which decides nothing here; "": not there. */
	char faillock_dir[ID7_PATH_MAX + 1];
	struct id7_place faillock_dir_place;
};

/*
 * Notes every line of a settings text that id7_config_parse takes a value from,
 * with the same `where`; the last line of a setting counts, over earlier calls
 * too. A root_unlock_time is also the place of the even_deny_root that it turns
 * on. `file` is borrowed as long as *places.
 */
void id7_places_read(struct id7_places *places, const char *text, size_t len,
		     uint32_t where, const char *file);

/*
 * The place of the setting `name`; {NULL, 0} for a default or an unknown name.
 */
struct id7_place id7_places_find(const struct id7_places *places,
				 const char *name);

/* The settings in force, and what somebody sees who reads faillock.conf only. */
struct id7_settings {
	struct id7_config config;
	struct id7_places places;
	struct id7_config seen; /* defaults, and faillock.conf alone */
	struct id7_places seen_places;
	const char *own_file;	   /* path of 7id.conf; borrowed */
	const char *faillock_file; /* path of faillock.conf; borrowed */
};

#endif
