/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the settings once for their values and once for their places. */
#include "common/usecases/settings.h"

#include <stdlib.h>
#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/file.h"
#include "common/effects/scope.h"

/* A file that could not be read was told of by id7_settings_read. */
static void
note_places(const char *path, uint32_t where, char *text,
	    struct id7_places *places, struct id7_config *config)
{
	struct id7_fault fault;
	size_t len;

	if (id7_file_read_settings(path, text, ID7_CONFIG_FILE_MAX, &len,
				   &fault) != ID7_OK)
		return;
	id7_places_read(places, text, len, where, path);
	if (config != NULL)
		(void)!id7_config_parse(config, text, len, where, NULL, NULL);
}

enum id7_error
id7_settings_view(const char *path, const char *faillock,
		  struct id7_settings *ret_settings,
		  struct id7_fault *ret_fault)
{
	auto_free char *text = malloc(ID7_CONFIG_FILE_MAX);
	const char *own = path != NULL ? path : ID7_CONFIG_PATH;
	enum id7_error error;

	memset(ret_settings, 0, sizeof *ret_settings);
	id7_config_defaults(&ret_settings->seen);
	ret_settings->own_file = own;
	ret_settings->faillock_file =
		faillock != NULL ? faillock : ID7_FAILLOCK_CONF_PATH;
	if (text == NULL)
		return id7_fault_set(ret_fault, ID7_NO_MEMORY, ID7_TROUBLE_NONE,
				     own);
	error = id7_settings_read_both(path, faillock, &ret_settings->config,
				       NULL, NULL, ret_fault);
	if (error != ID7_OK)
		return error;
	if (path == NULL || faillock != NULL)
		note_places(ret_settings->faillock_file, ID7_IN_FAILLOCK, text,
			    &ret_settings->seen_places, &ret_settings->seen);
	ret_settings->places = ret_settings->seen_places;
	note_places(own, ID7_IN_FILE, text, &ret_settings->places, NULL);
	return ID7_OK;
}
