/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What written standards ask of the settings, requirement by requirement. */
#ifndef ID7_CORE_PROFILE_H
#define ID7_CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/places.h"

enum id7_profile {
	ID7_PROFILE_STIG_RHEL9, /* DISA STIG for RHEL 9 */
	ID7_PROFILE_PCI_4,	/* PCI DSS 4.0.1 */
	ID7_PROFILE_NIST_63B4,	/* NIST SP 800-63B-4 */
};

/*
 * The profile called "stig-rhel9", "pci-4" or "nist-63b4". False for any other
 * name.
 */
bool id7_profile_parse(const char *name, enum id7_profile *ret_profile);

enum id7_meets {
	ID7_MEETS_NOT = 0,
	ID7_MEETS,
	ID7_MEETS_UNKNOWN, /* the settings do not decide it */
};

/* One requirement, judged. Texts are constants, msgids where they are for people. */
struct id7_requirement {
	const char *id;	     /* as the standard numbers it */
	const char *text;    /* msgid: what it asks, in our words */
	enum id7_meets meets;
	const char *setting; /* name of what decides; NULL: built in, or unknown */
	bool seen;	     /* judged by what stands in faillock.conf alone */
	const char *note;    /* msgid: what else to know; NULL: nothing */
	const char *line;    /* to be written so that it is met; NULL: none */
	bool line_in_faillock; /* into faillock.conf; false: 7id.conf */
	const char *command; /* what to type after 7idctl; NULL: nothing */
};

/*
 * Judges requirement `index` (from 0) of a profile. False past the last one.
 * `deny` counts for every lane, so that with lanes three times as many
 * passwords are tried.
 */
bool id7_profile_check(enum id7_profile profile, size_t index,
		       const struct id7_settings *settings,
		       struct id7_requirement *ret_requirement);

#endif
