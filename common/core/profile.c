/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The requirements of each profile as rows, and the function that judges each.
 */
#include "common/core/profile.h"

#include <string.h>

#include "common/core/text.h"

#define MINUTE 60

/* Judges; the result comes with id and text, and says "not met". */
typedef void judge_fn(const struct id7_settings *s, struct id7_requirement *r);

struct row {
	const char *id;
	const char *text;
	judge_fn *judge;
};

/* Failures until every way in is locked. */
static uint64_t
failures_in_all(const struct id7_policy *policy)
{
	return (uint64_t)policy->deny * (policy->lanes ? ID7_LANES : 1);
}

/* A limit on failures, for the whole account. */
static void
at_most(const struct id7_settings *s, struct id7_requirement *r, uint32_t most,
	const char *line)
{
	const struct id7_policy *policy = &s->config.policy;

	r->setting = "deny";
	if (policy->deny == 0 || policy->deny > most) {
		r->line = line;
	} else if (failures_in_all(policy) > most) {
		r->setting = "lanes";
		r->line = "lanes = no";
		r->note = ID7_N("each of the three lanes has a count of its "
				"own");
	} else {
		r->meets = ID7_MEETS;
	}
}

/* Of what is in force a scanner that reads faillock.conf must see it, too. */
static void
must_be_seen(const struct id7_settings *s, struct id7_requirement *r,
	     bool right_there, const char *line)
{
	const char *file = id7_places_find(&s->places, r->setting).file;

	if (r->meets == ID7_MEETS_NOT) {
		r->line_in_faillock =
			r->line != NULL && strcmp(r->line, line) == 0 &&
			(file == NULL || strcmp(file, s->faillock_file) == 0);
		return;
	}
	if (id7_places_find(&s->seen_places, r->setting).file != NULL &&
	    right_there)
		return;
	r->meets = ID7_MEETS_NOT;
	r->seen = true;
	r->note = ID7_N("in force, but scanners look in faillock.conf");
	r->line = line;
	r->line_in_faillock = true;
}

static void
stig_deny(const struct id7_settings *s, struct id7_requirement *r)
{
	uint32_t there = s->seen.policy.deny;

	at_most(s, r, 3, "deny = 3");
	if (r->meets == ID7_MEETS || r->line != NULL)
		must_be_seen(s, r, there != 0 && there <= 3, "deny = 3");
}

static bool
exempts_root(const struct id7_settings *s)
{
	return id7_config_exempts(&s->config, "root", NULL, NULL);
}

static void
stig_root(const struct id7_settings *s, struct id7_requirement *r)
{
	r->setting = "even_deny_root";
	if (!s->config.even_deny_root) {
		r->line = "even_deny_root";
		must_be_seen(s, r, false, r->line);
	} else if (exempts_root(s)) {
		r->setting = "exempt";
		r->note = ID7_N("an exempt name is not checked by 7id at all");
		r->line = "exempt =";
		r->command = "add root";
	} else {
		r->meets = ID7_MEETS;
		must_be_seen(s, r, s->seen.even_deny_root, "even_deny_root");
	}
}

static void
stig_interval(const struct id7_settings *s, struct id7_requirement *r)
{
	r->setting = "fail_interval";
	r->line = "fail_interval = 900";
	if (s->config.policy.fail_interval <= 15 * MINUTE)
		r->meets = ID7_MEETS;
	must_be_seen(s, r, s->seen.policy.fail_interval <= 15 * MINUTE,
		     r->line);
}

static void
stig_unlock(const struct id7_settings *s, struct id7_requirement *r)
{
	r->setting = "unlock_time";
	r->line = "unlock_time = 0";
	if (s->config.policy.unlock_time == 0)
		r->meets = ID7_MEETS;
	must_be_seen(s, r, s->seen.policy.unlock_time == 0, r->line);
	if (r->meets != ID7_MEETS)
		return;
	if (s->config.root_unlock_time > 0) {
		r->meets = ID7_MEETS_NOT;
		r->setting = "root_unlock_time";
		r->line = "root_unlock_time = never";
		r->line_in_faillock = false;
	} else if (s->config.even_deny_root) {
		r->note = ID7_N("root and admin_group wait 60 s at most at the "
				"console");
	}
}

/* What is gone after the machine starts again. */
static bool
is_passing(const char *path)
{
	static const char *const passing[] = {"/run/", "/var/run/", "/tmp/",
					      "/dev/shm/", "/var/lock/"};
	size_t i;

	for (i = 0; i < sizeof passing / sizeof passing[0]; i++)
		if (strncmp(path, passing[i], strlen(passing[i])) == 0)
			return true;
	return false;
}

static void
stig_dir(const struct id7_settings *s, struct id7_requirement *r)
{
	const char *dir = s->seen_places.faillock_dir;

	r->setting = "store_dir";
	if (is_passing(s->config.store_dir)) {
		r->line = "store_dir = /var/lib/7id";
		return;
	}
	if (*dir != '\0' && !is_passing(dir)) {
		r->meets = ID7_MEETS;
		return;
	}
	r->seen = true;
	r->note = ID7_N("the store outlives a restart, but scanners look in "
			"faillock.conf");
	r->line = "dir = /var/log/faillock";
	r->line_in_faillock = true;
}

static void
unknown_stack(const struct id7_settings *s, struct id7_requirement *r)
{
	(void)s;
	r->meets = ID7_MEETS_UNKNOWN;
	r->command = "test-login USER --service sshd";
}

static void
pci_attempts(const struct id7_settings *s, struct id7_requirement *r)
{
	at_most(s, r, 10, s->config.policy.lanes ? "deny = 3" : "deny = 10");
	if (r->meets == ID7_MEETS && s->config.admin_group[0] != '\0' &&
	    !s->config.even_deny_root) {
		r->meets = ID7_MEETS_NOT;
		r->setting = "even_deny_root";
		r->note = ID7_N("without it root and admin_group are never "
				"locked");
		r->line = "even_deny_root = yes";
	}
}

static bool
long_enough(int64_t seconds)
{
	return seconds == 0 || seconds >= 30 * MINUTE;
}

static void
pci_time(const struct id7_settings *s, struct id7_requirement *r)
{
	int64_t root = s->config.root_unlock_time;

	r->setting = "unlock_time";
	if (!long_enough(s->config.policy.unlock_time)) {
		r->line = "unlock_time = 30m";
	} else if (root >= 0 && !long_enough(root)) {
		r->setting = "root_unlock_time";
		r->line = "root_unlock_time = unlock_time";
	} else {
		r->meets = ID7_MEETS;
		if (s->config.even_deny_root)
			r->note = ID7_N("root and admin_group wait 60 s at "
					"most at the console");
	}
}

static void
nist_100(const struct id7_settings *s, struct id7_requirement *r)
{
	const struct id7_policy *policy = &s->config.policy;

	r->setting = "max_lifetime_failures";
	if (policy->max_lifetime_failures == 0 ||
	    policy->max_lifetime_failures > 100) {
		r->line = "max_lifetime_failures = 100";
	} else if (policy->lanes) {
		r->setting = "lanes";
		r->note = ID7_N("the console and known addresses are not held");
		r->line = "lanes = no";
	} else {
		r->meets = ID7_MEETS;
	}
}

static void
nist_waits(const struct id7_settings *s, struct id7_requirement *r)
{
	r->meets = ID7_MEETS;
	r->setting = "unlock_time_max";
	if (s->config.policy.unlock_time_max <= s->config.policy.unlock_time)
		r->note = ID7_N("allowed, not asked for: locks do not grow");
}

static void
nist_length(const struct id7_settings *s, struct id7_requirement *r)
{
	r->setting = "min_length";
	if (s->config.min_length >= 15) {
		r->meets = ID7_MEETS;
		return;
	}
	r->line = "min_length = 15";
	r->note = ID7_N("8 are enough beside a second factor");
}

static void
built_in(const struct id7_settings *s, struct id7_requirement *r)
{
	(void)s;
	r->meets = ID7_MEETS;
}

static void
unknown(const struct id7_settings *s, struct id7_requirement *r)
{
	(void)s;
	r->meets = ID7_MEETS_UNKNOWN;
}

/* clang-format off */
static const struct row stig_rows[] = {
	{"V-258054", ID7_N("three failures at most lock an account"), stig_deny},
	{"V-258055", ID7_N("root is locked like everybody else"), stig_root},
	{"V-258056", ID7_N("failures count together for up to 15 minutes"), stig_interval},
	{"V-258057", ID7_N("only an administrator ends a lock"), stig_unlock},
	{"V-258060", ID7_N("failures and locks outlive a restart"), stig_dir},
	{"pam.d", ID7_N("every PAM stack locks, in the right order"), unknown_stack},
	{NULL, NULL, NULL},
};

static const struct row pci_rows[] = {
	{"8.3.4 a", ID7_N("ten failures at most lock an account"), pci_attempts},
	{"8.3.4 b", ID7_N("for 30 minutes, or until somebody has proved who he is"), pci_time},
	{NULL, NULL, NULL},
};

static const struct row nist_rows[] = {
	{"N1 3.2.2", ID7_N("100 failures in a row at most, then the password is disabled"), nist_100},
	{"N2 3.2.2", ID7_N("waiting times may grow"), nist_waits},
	{"N3 3.2.2", ID7_N("a good login forgives earlier failures"), built_in},
	{"N4 3.1.1.2", ID7_N("15 characters at least, 64 allowed, none cut off"), nist_length},
	{"N5 3.1.1.2", ID7_N("every printable character, in Unicode NFC"), built_in},
	{"N6 3.1.1.2", ID7_N("no rules of composition, no expiry by date, no questions"), built_in},
	{"N7 3.1.1.2", ID7_N("common passwords are refused, with the reason"), built_in},
	{"N8 3.1.1.2", ID7_N("slips of typing may be forgiven"), built_in},
	{"N9 3.1.1.2", ID7_N("salted, slow hashes, and a key kept apart"), built_in},
	{"N10 3.1.3.1", ID7_N("mail is no second factor"), built_in},
	{"N11 4.2.1.1", ID7_N("saved codes of 64 bits, hashed, for one use"), built_in},
	{"N12 4.2.1.2", ID7_N("mailed codes of 6 digits, for 24 hours at most"), built_in},
	{"N13 4.2.2.1", ID7_N("as many codes as the assurance level asks for"), unknown},
	{"N14 4.2.3", ID7_N("every recovery is told to all addresses"), built_in},
	{NULL, NULL, NULL},
};
/* clang-format on */

bool
id7_profile_parse(const char *name, enum id7_profile *ret_profile)
{
	static const char *const names[] = {
		[ID7_PROFILE_STIG_RHEL9] = "stig-rhel9",
		[ID7_PROFILE_PCI_4] = "pci-4",
		[ID7_PROFILE_NIST_63B4] = "nist-63b4",
	};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_profile = (enum id7_profile)i;
			return true;
		}
	}
	return false;
}

static const struct row *
rows_of(enum id7_profile profile)
{
	switch (profile) {
	case ID7_PROFILE_STIG_RHEL9:
		return stig_rows;
	case ID7_PROFILE_PCI_4:
		return pci_rows;
	case ID7_PROFILE_NIST_63B4:
		break;
	}
	return nist_rows;
}

bool
id7_profile_check(enum id7_profile profile, size_t index,
		  const struct id7_settings *settings,
		  struct id7_requirement *ret_requirement)
{
	const struct row *row = rows_of(profile);
	size_t i;

	for (i = 0; i < index && row->id != NULL; i++)
		row++;
	if (row->id == NULL)
		return false;
	*ret_requirement =
		(struct id7_requirement){.id = row->id, .text = row->text};
	row->judge(settings, ret_requirement);
	if (ret_requirement->meets == ID7_MEETS)
		ret_requirement->line = NULL;
	return true;
}
