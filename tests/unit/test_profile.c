/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each requirement of each profile, met and not met. */
#include "common/core/profile.h"

#include "tests/support/check.h"

/* Settings as two files make them. */
static struct id7_settings
settings(const char *faillock, const char *own)
{
	struct id7_settings s;

	memset(&s, 0, sizeof s);
	s.own_file = "own";
	s.faillock_file = "theirs";
	id7_config_defaults(&s.seen);
	CHECK_INT(id7_config_parse(&s.seen, faillock, strlen(faillock),
				   ID7_IN_FAILLOCK, NULL, NULL),
		  ID7_OK);
	id7_places_read(&s.seen_places, faillock, strlen(faillock),
			ID7_IN_FAILLOCK, s.faillock_file);
	s.config = s.seen;
	s.places = s.seen_places;
	CHECK_INT(id7_config_parse(&s.config, own, strlen(own), ID7_IN_FILE,
				   NULL, NULL),
		  ID7_OK);
	id7_places_read(&s.places, own, strlen(own), ID7_IN_FILE, s.own_file);
	return s;
}

static struct id7_requirement
judged(enum id7_profile profile, const char *id, const char *faillock,
       const char *own)
{
	struct id7_settings s = settings(faillock, own);
	struct id7_requirement r;
	size_t i;

	for (i = 0; id7_profile_check(profile, i, &s, &r); i++)
		if (strncmp(r.id, id, strlen(id)) == 0)
			return r;
	CHECK_STR("no such requirement", id);
	return (struct id7_requirement){.id = id};
}

#define STIG ID7_PROFILE_STIG_RHEL9
#define PCI ID7_PROFILE_PCI_4
#define NIST ID7_PROFILE_NIST_63B4

static const struct {
	enum id7_profile profile;
	const char *id, *faillock, *own;
	bool meets;
	const char *setting, *line;
	bool line_in_faillock;
} cases[] = {
	{STIG, "V-258054", "", "", false, "deny", "deny = 3", true},
	{STIG, "V-258054", "deny=3\n", "", false, "lanes", "lanes = no", false},
	{STIG, "V-258054", "deny=3\n", "lanes=no\n", true, "deny", NULL, false},
	{STIG, "V-258054", "deny=1\n", "", true, "deny", NULL, false},
	{STIG, "V-258054", "deny=0\n", "lanes=no", false, "deny", "deny = 3",
	 true},
	{STIG, "V-258054", "deny=3\n", "deny=5\n", false, "deny", "deny = 3",
	 false},
	{STIG, "V-258054", "", "deny=3\nlanes=no", false, "deny", "deny = 3",
	 true},
	{STIG, "V-258054", "deny=5\n", "deny=3\nlanes=no", false, "deny",
	 "deny = 3", true},
	{STIG, "V-258055", "", "", false, "even_deny_root", "even_deny_root",
	 true},
	{STIG, "V-258055", "even_deny_root\n", "", false, "exempt",
	 "exempt =", false},
	{STIG, "V-258055", "even_deny_root\n", "exempt=\n", true,
	 "even_deny_root", NULL, false},
	{STIG, "V-258055", "", "even_deny_root\nexempt=", false,
	 "even_deny_root", "even_deny_root", true},
	{STIG, "V-258056", "", "", false, "fail_interval",
	 "fail_interval = 900", true},
	{STIG, "V-258056", "fail_interval=900\n", "", true, "fail_interval",
	 NULL, false},
	{STIG, "V-258056", "fail_interval=901\n", "", false, "fail_interval",
	 "fail_interval = 900", true},
	{STIG, "V-258057", "unlock_time=0\n", "", true, "unlock_time", NULL,
	 false},
	{STIG, "V-258057", "", "unlock_time=never\n", false, "unlock_time",
	 "unlock_time = 0", true},
	{STIG, "V-258057", "unlock_time=0\nroot_unlock_time=60\n", "", false,
	 "root_unlock_time", "root_unlock_time = never", false},
	{STIG, "V-258060", "", "", false, "store_dir",
	 "dir = /var/log/faillock", true},
	{STIG, "V-258060", "dir=/var/run/faillock\n", "", false, "store_dir",
	 "dir = /var/log/faillock", true},
	{STIG, "V-258060", "dir = /var/log/faillock\n", "", true, "store_dir",
	 NULL, false},
	{STIG, "V-258060", "dir = /var/log/faillock\n", "store_dir=/run/x\n",
	 false, "store_dir", "store_dir = /var/lib/7id", false},
	{PCI, "8.3.4 a", "", "", false, "lanes", "lanes = no", false},
	{PCI, "8.3.4 a", "", "lanes=no", true, "deny", NULL, false},
	{PCI, "8.3.4 a", "", "deny=3", true, "deny", NULL, false},
	{PCI, "8.3.4 a", "", "deny=11\nlanes=no", false, "deny", "deny = 10",
	 false},
	{PCI, "8.3.4 a", "", "deny=0", false, "deny", "deny = 3", false},
	{PCI, "8.3.4 a", "", "deny=3\nadmin_group=wheel", false,
	 "even_deny_root", "even_deny_root = yes", false},
	{PCI, "8.3.4 b", "", "", false, "unlock_time", "unlock_time = 30m",
	 false},
	{PCI, "8.3.4 b", "", "unlock_time=30m", true, "unlock_time", NULL,
	 false},
	{PCI, "8.3.4 b", "", "unlock_time=never", true, "unlock_time", NULL,
	 false},
	{PCI, "8.3.4 b", "", "unlock_time=1h\nroot_unlock_time=1m", false,
	 "root_unlock_time", "root_unlock_time = unlock_time", false},
	{NIST, "N1 ", "", "", false, "lanes", "lanes = no", false},
	{NIST, "N1 ", "", "lanes=no", true, "max_lifetime_failures", NULL,
	 false},
	{NIST, "N1 ", "", "max_lifetime_failures=0", false,
	 "max_lifetime_failures", "max_lifetime_failures = 100", false},
	{NIST, "N1 ", "", "max_lifetime_failures=101", false,
	 "max_lifetime_failures", "max_lifetime_failures = 100", false},
	{NIST, "N2 ", "", "", true, "unlock_time_max", NULL, false},
	{NIST, "N4 ", "", "", false, "min_length", "min_length = 15", false},
	{NIST, "N4 ", "", "min_length=15", true, "min_length", NULL, false},
	{NIST, "N5 ", "", "", true, NULL, NULL, false},
};

static void
test_each(void)
{
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_requirement r =
			judged(cases[i].profile, cases[i].id, cases[i].faillock,
			       cases[i].own);
		char what[300];
		bool same = (r.meets == ID7_MEETS) == cases[i].meets;

		snprintf(what, sizeof what, "%s of \"%s\" and \"%s\"",
			 cases[i].id, cases[i].faillock, cases[i].own);
		check_say(same, __FILE__, __LINE__, what);
		CHECK_STR(r.setting != NULL ? r.setting : "-",
			  cases[i].setting != NULL ? cases[i].setting : "-");
		CHECK_STR(r.line != NULL ? r.line : "-",
			  cases[i].line != NULL ? cases[i].line : "-");
		CHECK_INT(r.line_in_faillock, cases[i].line_in_faillock);
	}
}

/* What is told to be written makes the requirement met. */
static void
test_remedies_help(void)
{
	static const char *const ids[] = {"V-258054", "V-258055", "V-258056",
					  "V-258057", "V-258060", "8.3.4 a",
					  "8.3.4 b",  "N1 ",	  "N4 "};
	size_t i, step;

	for (i = 0; i < sizeof ids / sizeof *ids; i++) {
		char faillock[300] = "", own[300] = "";
		struct id7_requirement r = {.meets = ID7_MEETS_NOT};
		enum id7_profile profile = ids[i][0] == 'V'   ? STIG
					   : ids[i][0] == '8' ? PCI
							      : NIST;

		for (step = 0; step < 4 && r.meets != ID7_MEETS; step++) {
			char *file;

			r = judged(profile, ids[i], faillock, own);
			if (r.line == NULL)
				continue;
			file = r.line_in_faillock ? faillock : own;
			snprintf(file + strlen(file), 100, "%s\n", r.line);
		}
		check_say(r.meets == ID7_MEETS, __FILE__, __LINE__, ids[i]);
	}
}

static void
test_names(void)
{
	enum id7_profile profile = NIST;

	CHECK(id7_profile_parse("stig-rhel9", &profile) && profile == STIG);
	CHECK(id7_profile_parse("pci-4", &profile) && profile == PCI);
	CHECK(id7_profile_parse("nist-63b4", &profile) && profile == NIST);
	CHECK(!id7_profile_parse("", &profile));
	CHECK(!id7_profile_parse("stig", &profile));
	CHECK_INT(judged(STIG, "pam.d", "", "").meets, ID7_MEETS_UNKNOWN);
}

int
main(void)
{
	test_each();
	test_remedies_help();
	test_names();
	return check_done();
}
