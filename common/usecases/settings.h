/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings with the line that each comes from, for whoever must explain or judge them. */
#ifndef ID7_USECASES_SETTINGS_H
#define ID7_USECASES_SETTINGS_H

#include "common/core/places.h"
#include "common/usecases/id7.h"

/*
 * Reads the settings as id7_settings_read_both does, with their places; with
 * `path` and no `faillock` no faillock.conf is read, and nothing is seen there.
 * Paths in *ret_settings are constants, `path` or `faillock`. Results as
 * id7_settings_read.
 */
enum id7_error id7_settings_view(const char *path, const char *faillock,
				 struct id7_settings *ret_settings,
				 struct id7_fault *ret_fault) id7_must_use;

#endif
