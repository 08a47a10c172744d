/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: every one at its edges, files of every shape, what is told about mistakes. */
#include <stdlib.h>

#include "common/core/config.h"
#include "tests/support/check.h"

#define PROBLEMS 64

struct heard {
	size_t count;
	struct id7_config_problem problem[PROBLEMS];
};

static void
hear(const struct id7_config_problem *problem, void *context)
{
	struct heard *heard = context;

	if (heard->count < PROBLEMS)
		heard->problem[heard->count] = *problem;
	heard->count++;
}

static struct id7_config
defaults(void)
{
	struct id7_config config;

	memset(&config, 0xa5, sizeof config);
	id7_config_defaults(&config);
	return config;
}

static enum id7_error
parse(struct id7_config *config, const char *text, uint32_t where,
      struct heard *ret_heard)
{
	memset(ret_heard, 0, sizeof *ret_heard);
	return id7_config_parse(config, text, strlen(text), where, hear,
				ret_heard);
}

static const struct id7_setting *
setting(const char *name)
{
	const struct id7_setting *row;

	for (size_t i = 0; (row = id7_config_setting(i)) != NULL; i++) {
		if (strcmp(row->name, name) == 0)
			return row;
	}
	CHECK_STR("no such setting", name);
	exit(check_done());
}

static void
check_value(const struct id7_config *config, const char *name,
	    const char *want)
{
	char got[1024], what[2100];

	id7_config_format(config, setting(name), got, sizeof got);
	snprintf(what, sizeof what, "%s: got \"%s\", want \"%s\"", name, got,
		 want);
	check_say(strcmp(got, want) == 0, __FILE__, __LINE__, what);
}

static const struct {
	const char *name, *value;
} initial[] = {
	{ "admin_group", "" },
	{ "audit", "no" },
	{ "debug", "no" },
	{ "deny", "5" },
	{ "even_deny_root", "no" },
	{ "exempt", "root" },
	{ "fail_interval", "15m" },
	{ "hash_slots", "0" },
	{ "key_dir", "/etc/7id/keys" },
	{ "lanes", "yes" },
	{ "lang", "en" },
	{ "local_users_only", "no" },
	{ "log_dir", "/var/log/7id" },
	{ "mail_dir", "/etc/7id/mail" },
	{ "mail_from", "" },
	{ "mail_hold", "3d" },
	{ "mail_user", "_7id" },
	{ "max_lifetime_failures", "100" },
	{ "memlimit", "64M" },
	{ "memlimit_max", "1G" },
	{ "min_length", "8" },
	{ "no_count", "no" },
	{ "no_log_info", "no" },
	{ "nodelay", "no" },
	{ "opslimit", "3" },
	{ "opslimit_max", "12" },
	{ "reset_services", "sshd, login, su, su-l" },
	{ "root_unlock_time", "unlock_time" },
	{ "run_dir", "/run/7id" },
	{ "self_reset", "yes" },
	{ "sendmail", "/usr/sbin/sendmail" },
	{ "shared_sources", "" },
	{ "silent", "no" },
	{ "slot_wait", "7s" },
	{ "store_dir", "/var/lib/7id" },
	{ "support_contact", "" },
	{ "support_contact.ja", "" },
	{ "unknown", "pass" },
	{ "unlock_time", "10m" },
	{ "unlock_time_max", "1h" },
};

static void
table_and_defaults(void)
{
	struct id7_config config = defaults();
	size_t count = sizeof initial / sizeof initial[0];

	for (size_t i = 0; i < count; i++) {
		const struct id7_setting *row = id7_config_setting(i);

		CHECK_STR(row == NULL ? "" : row->name, initial[i].name);
		check_value(&config, initial[i].name, initial[i].value);
		CHECK(row != NULL && row->summary[0] != '\0');
		CHECK(row != NULL && (row->where & ID7_IN_ARGUMENT) != 0);
	}
	CHECK(id7_config_setting(count) == NULL);
	CHECK(id7_config_setting(SIZE_MAX) == NULL);
	CHECK_INT(config.policy.lease, ID7_LEASE_SEC);
	CHECK_INT(config.policy.deny, 5);
	CHECK_INT(config.policy.fail_interval, 900);
	CHECK_INT(config.policy.unlock_time, 600);
	CHECK_INT(config.policy.unlock_time_max, 3600);
	CHECK_INT(config.policy.max_lifetime_failures, 100);
	CHECK_INT(config.policy.console_time_max, 0);
	CHECK(config.policy.lanes);
	CHECK_INT(config.root_unlock_time, -1);
	CHECK_INT(config.memlimit, 67108864);
	CHECK_INT(config.lang, ID7_LANG_EN);
	CHECK_INT(config.exempt.count, 1);
}

#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X255 X64 X64 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* What is written for a value, or NULL: it is refused. */
static const struct {
	const char *name, *value, *written;
} edges[] = {
	{ "deny", "0", "0" },
	{ "deny", "1", "1" },
	{ "deny", "16", "16" },
	{ "deny", "017", NULL },
	{ "deny", "17", NULL },
	{ "deny", "-1", NULL },
	{ "deny", "+1", NULL },
	{ "deny", "3x", NULL },
	{ "deny", "3 4", NULL },
	{ "deny", "0x3", NULL },
	{ "deny", "never", NULL },
	{ "deny", "3s", NULL },
	{ "deny", "", NULL },
	{ "deny", "65541", NULL },
	{ "deny", "4294967301", NULL },
	{ "deny", "18446744073709551621", NULL },
	{ "deny", "99999999999999999999999999", NULL },
	{ "deny", "５", NULL },
	{ "fail_interval", "0", NULL },
	{ "fail_interval", "never", NULL },
	{ "fail_interval", "1", "1s" },
	{ "fail_interval", "604800", "7d" },
	{ "fail_interval", "7d", "7d" },
	{ "fail_interval", "604801", NULL },
	{ "fail_interval", "8d", NULL },
	{ "fail_interval", "90m", "90m" },
	{ "fail_interval", "24h", "1d" },
	{ "fail_interval", "90", "90s" },
	{ "fail_interval", "15M", NULL },
	{ "fail_interval", "15 m", NULL },
	{ "fail_interval", "15mm", NULL },
	{ "fail_interval", "m", NULL },
	{ "fail_interval", "1w", NULL },
	{ "fail_interval", "106751991167301d", NULL },
	{ "unlock_time", "0", "never" },
	{ "unlock_time", "never", "never" },
	{ "unlock_time", "1s", "1s" },
	{ "unlock_time", "7d", "7d" },
	{ "unlock_time", "604801s", NULL },
	{ "unlock_time", "Never", NULL },
	{ "unlock_time", "unlock_time", NULL },
	{ "unlock_time", "-1", NULL },
	{ "unlock_time_max", "1s", "1s" },
	{ "unlock_time_max", "7d", "7d" },
	{ "unlock_time_max", "0", NULL },
	{ "unlock_time_max", "never", NULL },
	{ "unlock_time_max", "604801", NULL },
	{ "max_lifetime_failures", "0", "0" },
	{ "max_lifetime_failures", "10000", "10000" },
	{ "max_lifetime_failures", "10001", NULL },
	{ "max_lifetime_failures", "never", NULL },
	{ "lanes", "no", "no" },
	{ "lanes", "maybe", NULL },
	{ "shared_sources", "192.0.2.1", "192.0.2.1" },
	{ "shared_sources", "192.0.2.7/24", "192.0.2.0/24" },
	{ "shared_sources", "192.0.2.7/32", "192.0.2.7" },
	{ "shared_sources", "0.0.0.0/0", "0.0.0.0/0" },
	{ "shared_sources", "::/0", "::/0" },
	{ "shared_sources", "2001:DB8::1/48, ::1\t10.0.0.0/8,",
	  "2001:db8::/48, ::1, 10.0.0.0/8" },
	{ "shared_sources", "::ffff:192.0.2.1/120", "192.0.2.0/24" },
	{ "shared_sources", "", "" },
	{ "shared_sources", "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5 6.6.6.6 "
	  "7.7.7.7 8.8.8.8", "1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4, 5.5.5.5, "
	  "6.6.6.6, 7.7.7.7, 8.8.8.8" },
	{ "shared_sources", "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5 6.6.6.6 "
	  "7.7.7.7 8.8.8.8 9.9.9.9", NULL },
	{ "shared_sources", "192.0.2.0/33", NULL },
	{ "shared_sources", "2001:db8::/129", NULL },
	{ "shared_sources", "192.0.2.0/", NULL },
	{ "shared_sources", "192.0.2.0/-1", NULL },
	{ "shared_sources", "192.0.2.0/0024", NULL },
	{ "shared_sources", "192.0.2.0/24/8", NULL },
	{ "shared_sources", "192.0.2", NULL },
	{ "shared_sources", "fe80::1%eth0", NULL },
	{ "shared_sources", "proxy.example.org", NULL },
	{ "shared_sources", "/24", NULL },
	{ "root_unlock_time", "0", "never" },
	{ "root_unlock_time", "never", "never" },
	{ "root_unlock_time", "unlock_time", "unlock_time" },
	{ "root_unlock_time", "1m", "1m" },
	{ "root_unlock_time", "604801", NULL },
	{ "root_unlock_time", "-1", NULL },
	{ "slot_wait", "0", "0" },
	{ "slot_wait", "9", "9s" },
	{ "slot_wait", "10", NULL },
	{ "slot_wait", "1m", NULL },
	{ "hash_slots", "0", "0" },
	{ "hash_slots", "1", NULL },
	{ "hash_slots", "2", "2" },
	{ "hash_slots", "1024", "1024" },
	{ "hash_slots", "1025", NULL },
	{ "hash_slots", "2K", NULL },
	{ "opslimit", "0", NULL },
	{ "opslimit", "1", "1" },
	{ "opslimit", "12", "12" },
	{ "opslimit", "13", NULL },
	{ "opslimit_max", "3", "3" },
	{ "opslimit_max", "2", NULL },
	{ "opslimit_max", "1024", "1024" },
	{ "opslimit_max", "1025", NULL },
	{ "memlimit", "8191", NULL },
	{ "memlimit", "8192", "8K" },
	{ "memlimit", "8193", "8193" },
	{ "memlimit", "8K", "8K" },
	{ "memlimit", "1G", "1G" },
	{ "memlimit", "1025M", NULL },
	{ "memlimit", "64m", NULL },
	{ "memlimit", "64MB", NULL },
	{ "memlimit", "64MiB", NULL },
	{ "memlimit", "8589934592G", NULL },
	{ "memlimit_max", "64M", "64M" },
	{ "memlimit_max", "65535K", NULL },
	{ "memlimit_max", "1024G", "1024G" },
	{ "memlimit_max", "1025G", NULL },
	{ "min_length", "0", NULL },
	{ "min_length", "1", "1" },
	{ "min_length", "128", "128" },
	{ "min_length", "129", NULL },
	{ "lang", "en", "en" },
	{ "lang", "ja", "ja" },
	{ "lang", "ja_JP", NULL },
	{ "lang", "fr", NULL },
	{ "lang", "", NULL },
	{ "unknown", "pass", "pass" },
	{ "unknown", "deny", "deny" },
	{ "unknown", "Deny", NULL },
	{ "unknown", "yes", NULL },
	{ "silent", "yes", "yes" },
	{ "silent", "on", "yes" },
	{ "silent", "true", "yes" },
	{ "silent", "no", "no" },
	{ "silent", "off", "no" },
	{ "silent", "false", "no" },
	{ "silent", "1", NULL },
	{ "silent", "YES", NULL },
	{ "silent", "", NULL },
	{ "audit", "yes", "yes" },
	{ "nodelay", "yes", "yes" },
	{ "no_log_info", "yes", "yes" },
	{ "local_users_only", "yes", "yes" },
	{ "even_deny_root", "yes", "yes" },
	{ "store_dir", "/", "/" },
	{ "store_dir", "/a b", "/a b" },
	{ "store_dir", "/データ", "/データ" },
	{ "store_dir", "a", NULL },
	{ "store_dir", "./a", NULL },
	{ "store_dir", "~/a", NULL },
	{ "store_dir", "", NULL },
	{ "store_dir", "/a\tb", NULL },
	{ "store_dir", "/\xff", NULL },
	{ "store_dir", "/" X64 X64 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  "/" X64 X64 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	{ "store_dir", "/" X255, NULL },
	{ "key_dir", "/k", "/k" },
	{ "run_dir", "/r", "/r" },
	{ "log_dir", "/l", "/l" },
	{ "reset_services", "sshd", "sshd" },
	{ "reset_services", "", "" },
	{ "self_reset", "no", "no" },
	{ "sendmail", "/s", "/s" },
	{ "mail_from", "", "" },
	{ "mail_from", "7id@example.org", "7id@example.org" },
	{ "mail_from", "7id@example.org, eve@example.org", NULL },
	{ "mail_from", "7iD <7id@example.org>", NULL },
	{ "mail_hold", "59m", NULL },
	{ "mail_user", "nobody", "nobody" },
	{ "sendmail", "sendmail -t", NULL },
	{ "admin_group", "wheel", "wheel" },
	{ "admin_group", "domain admins", "domain admins" },
	{ "admin_group", X64, X64 },
	{ "admin_group", X64 "x", NULL },
	{ "support_contact", "Help desk, ext. 77 = <help@example.org>",
	  "Help desk, ext. 77 = <help@example.org>" },
	{ "support_contact", "https://help.example.org/#login",
	  "https://help.example.org/#login" },
	{ "support_contact", X64 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  X64 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	{ "support_contact", X64 X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL },
	{ "support_contact", "a\x1b[1mb", NULL },
	{ "support_contact", "a\xe2\x80\xae" "b", NULL },
	{ "support_contact", "\xff", NULL },
	{ "support_contact.ja", "情報システム課（内線 77）",
	  "情報システム課（内線 77）" },
	{ "exempt", "", "" },
	{ "exempt", "root, @wheel backup", "root, @wheel, backup" },
	{ "exempt", ",root,,@wheel,", "root, @wheel" },
	{ "exempt", "a b c d e f g h", "a, b, c, d, e, f, g, h" },
	{ "exempt", "a b c d e f g h i", NULL },
	{ "exempt", "@", NULL },
	{ "exempt", "root @", NULL },
	{ "exempt", X64, X64 },
	{ "exempt", X64 "x", NULL },
};

static void
value_edges(void)
{
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		struct id7_config config = defaults(), before = config;
		char line[1024];
		struct heard heard;
		enum id7_error error;

		snprintf(line, sizeof line, "%s = %s\n", edges[i].name,
			 edges[i].value);
		error = parse(&config, line, ID7_IN_FILE, &heard);
		if (edges[i].written != NULL) {
			check_say(error == ID7_OK && heard.count == 0,
				  __FILE__, __LINE__, line);
			check_value(&config, edges[i].name, edges[i].written);
			continue;
		}
		check_say(error == ID7_BAD_CONFIG && heard.count == 1 &&
				  heard.problem[0].refused &&
				  heard.problem[0].line == 1 &&
				  heard.problem[0].wanted != NULL,
			  __FILE__, __LINE__, line);
		check_say(memcmp(&config, &before, sizeof config) == 0,
			  __FILE__, __LINE__, line);
	}
}

/* What is written can be read, by line and by argument, and means the same. */
static void
format_round_trip(void)
{
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		struct id7_config config = defaults(), again = config;
		char text[1024], value[512];
		struct heard heard;

		if (edges[i].written == NULL)
			continue;
		snprintf(text, sizeof text, "%s=%s", edges[i].name,
			 edges[i].value);
		CHECK_INT(id7_config_argument(&config, text, NULL, NULL),
			  ID7_OK);
		id7_config_format(&config, setting(edges[i].name), value,
				  sizeof value);
		snprintf(text, sizeof text, "%s=%s", edges[i].name, value);
		CHECK_INT(parse(&again, text, ID7_IN_FILE, &heard), ID7_OK);
		check_say(memcmp(&config, &again, sizeof config) == 0,
			  __FILE__, __LINE__, text);
	}
}

static void
format_cuts(void)
{
	struct id7_config config = defaults();
	char buf[8];

	memset(buf, '!', sizeof buf);
	CHECK_INT(id7_config_format(&config, setting("store_dir"), buf, 5), 4);
	CHECK_STR(buf, "/var");
	CHECK_INT(buf[5], '!');
	CHECK_INT(id7_config_format(&config, setting("store_dir"), buf, 1), 0);
	CHECK_STR(buf, "");
}

/* Each spelling of a line sets deny to 3, or, with `lines` of problems, does not. */
static void
line_shapes(void)
{
	static const char *const good[] = {
		"deny = 3", "deny=3", "deny 3", "deny\t=\t3", "  deny =3  ",
		"deny= 3\r\n", "deny = 3\r", "\n\n\tdeny = 3\n\n",
		"deny = 3 # as ever", "deny = 3\t# as ever", "# deny = 4\ndeny = 3",
		"#deny = 4\n  # deny = 4\ndeny = 3", "deny = 4\ndeny = 3",
		"\357\273\277deny = 3", "\357\273\277# mark\r\ndeny = 3\r\n",
		"deny   3   ",
	};
	static const char *const bad[] = {
		"deny", "deny =", "deny = # 3", "deny == 3", "deny = = 3",
		"deny=#3", "deny = 3#", "deny = 3 ;", "deny = \"3\"", "= 3", "deny: 3",
		"deny\v= 3", "deny = 3\f",
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct id7_config config = defaults();
		struct heard heard;

		CHECK_INT(parse(&config, good[i], ID7_IN_FILE, &heard), ID7_OK);
		CHECK_INT(heard.count, 0);
		check_say(config.policy.deny == 3, __FILE__, __LINE__, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct id7_config config = defaults();
		struct heard heard;

		if (parse(&config, bad[i], ID7_IN_FILE, &heard) == ID7_OK)
			CHECK(!heard.problem[0].refused);
		check_say(heard.count == 1 && config.policy.deny == 5,
			  __FILE__, __LINE__, bad[i]);
	}
}

static void
switches_alone(void)
{
	struct id7_config config = defaults();
	struct heard heard;

	CHECK_INT(parse(&config, "silent\naudit yes\nnodelay # so\n",
			ID7_IN_FILE, &heard),
		  ID7_OK);
	CHECK(config.silent && config.audit && config.nodelay);
	CHECK_INT(parse(&config, "silent = no\naudit off\n", ID7_IN_FILE,
			&heard),
		  ID7_OK);
	CHECK(!config.silent && !config.audit && config.nodelay);
}

static void
long_lines(void)
{
	struct id7_config config = defaults();
	struct heard heard;
	char text[1100];

	memset(text, ' ', sizeof text);
	memcpy(text, "deny=3", 6);
	memcpy(text + 1024, "\nsilent", 8);
	CHECK_INT(parse(&config, text, ID7_IN_FILE, &heard), ID7_OK);
	CHECK(config.policy.deny == 3 && config.silent);

	config = defaults();
	memset(text, ' ', sizeof text);
	memcpy(text, "deny=3", 6);
	memcpy(text + 1024, "\r\nsilent", 9);
	CHECK_INT(parse(&config, text, ID7_IN_FILE, &heard), ID7_OK);

	config = defaults();
	memset(text, ' ', sizeof text);
	memcpy(text, "deny=3", 6);
	memcpy(text + 1025, "\nsilent", 8);
	CHECK_INT(parse(&config, text, ID7_IN_FILE, &heard), ID7_BAD_CONFIG);
	CHECK(config.policy.deny == 5 && config.silent);
	CHECK_INT(heard.count, 1);
	CHECK_INT(heard.problem[0].line, 1);
	CHECK_STR(heard.problem[0].name, "");
	CHECK(heard.problem[0].refused && heard.problem[0].wanted != NULL);
}

static void
strange_bytes(void)
{
	static const char nul[] = "deny = 3\0\nsilent\ndeny\0 = 4\n\0";
	static const char utf[] = "dény = 3\n拒否 = 4\n\xff\xfe = 5\n";
	struct id7_config config = defaults();
	struct heard heard = { 0 };

	CHECK_INT(id7_config_parse(&config, nul, sizeof nul - 1, ID7_IN_FILE,
				   hear, &heard),
		  ID7_BAD_CONFIG);
	CHECK_INT(heard.count, 3);
	CHECK_INT(heard.problem[0].line, 1);
	CHECK_INT(heard.problem[1].line, 3);
	CHECK_INT(heard.problem[2].line, 4);
	CHECK(config.policy.deny == 5 && config.silent);
	CHECK_INT(parse(&config, utf, ID7_IN_FILE, &heard), ID7_OK);
	CHECK_INT(heard.count, 3);
	CHECK_STR(heard.problem[1].name, "拒否");
	CHECK_STR(heard.problem[2].name, "\xff\xfe");
	CHECK_INT(id7_config_parse(&config, "", 0, ID7_IN_FILE, NULL, NULL),
		  ID7_OK);
}

static void
problems(void)
{
	struct id7_config config = defaults();
	struct heard heard;

	CHECK_INT(parse(&config,
			"# one\nstore_dri = /x\n\ndeny = 99\n" X64 "あ = " X64
			"y\nunlock_time = soon\nwhatever\n",
			ID7_IN_FILE, &heard),
		  ID7_BAD_CONFIG);
	CHECK_INT(heard.count, 5);
	CHECK_INT(heard.problem[0].line, 2);
	CHECK(!heard.problem[0].refused && heard.problem[0].wanted == NULL);
	CHECK_STR(heard.problem[0].name, "store_dri");
	CHECK_STR(heard.problem[0].value, "/x");
	CHECK_STR(heard.problem[0].nearest, "store_dir");
	CHECK_INT(heard.problem[1].line, 4);
	CHECK(heard.problem[1].refused && heard.problem[1].nearest == NULL);
	CHECK_STR(heard.problem[1].name, "deny");
	CHECK_STR(heard.problem[1].value, "99");
	CHECK_STR(heard.problem[1].wanted,
		  "a whole number from 0 to 16 (0: never lock)");
	CHECK_INT(heard.problem[2].line, 5);
	CHECK_STR(heard.problem[2].name, X64);
	CHECK_STR(heard.problem[2].value, X64);
	CHECK_INT(heard.problem[3].line, 6);
	CHECK_STR(heard.problem[4].name, "whatever");
	CHECK(heard.problem[4].nearest == NULL);
	CHECK_STR(config.store_dir, "/var/lib/7id");
}

/* Text is cut at a character, not in the middle of one. */
static void
problem_is_cut_whole(void)
{
	struct id7_config config = defaults();
	struct heard heard;

	CHECK_INT(parse(&config,
			"xああああああああああああああああああああああ = 1",
			ID7_IN_FILE, &heard),
		  ID7_OK);
	CHECK_STR(heard.problem[0].name,
		  "xあああああああああああああああああああああ");
}

static void
nearest(void)
{
	static const struct {
		const char *name, *nearest;
	} cases[] = {
		{ "denny", "deny" },
		{ "dney", "deny" },
		{ "dnye", NULL },
		{ "stroe_dri", "store_dir" },
		{ "Deny", "deny" },
		{ "DENY", "deny" },
		{ "unlock-time", "unlock_time" },
		{ "unlocktime", "unlock_time" },
		{ "unlock_times", "unlock_time" },
		{ "lock_time", "unlock_time" },
		{ "fail_intervall", "fail_interval" },
		{ "language", NULL },
		{ "lan", "lang" },
		{ "la", NULL },
		{ "mem_limit", "memlimit" },
		{ "support_contact_ja", "support_contact.ja" },
		{ "supportcontact", "support_contact" },
		{ "keydir", "key_dir" },
		{ "max_tries", NULL },
		{ "x", NULL },
		{ "no_cout", NULL }, /* no_count is no setting of files */
		{ X64 "x", NULL },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct id7_config config = defaults();
		struct heard heard;
		const char *got;

		CHECK_INT(parse(&config, cases[i].name, ID7_IN_FILE, &heard),
			  ID7_OK);
		CHECK_INT(heard.count, 1);
		got = heard.problem[0].nearest;
		CHECK_STR(got == NULL ? "(none)" : got,
			  cases[i].nearest == NULL ? "(none)"
						   : cases[i].nearest);
	}
}

/* faillock.conf(5): its own options are no mistake, ours mean nothing there. */
static void
faillock_file(void)
{
	struct id7_config config = defaults();
	struct heard heard;

	CHECK_INT(parse(&config,
			"dir = /var/run/faillock\naudit\nsilent = no\n"
			"no_log_info#\nlocal_users_only\nnodelay = 0\n"
			"deny = 3#x\nfail_interval = 900\n"
			"unlock_time = never\nadmin_group = wheel # g\n"
			"conf=/x\npreauth\n",
			ID7_IN_FAILLOCK, &heard),
		  ID7_OK);
	CHECK_INT(heard.count, 0);
	CHECK(config.audit && config.silent && config.no_log_info);
	CHECK(config.local_users_only && config.nodelay);
	CHECK(!config.even_deny_root);
	CHECK_INT(config.policy.deny, 3);
	CHECK_INT(config.policy.unlock_time, 0);
	CHECK_STR(config.admin_group, "wheel");
	CHECK_INT(parse(&config, "store_dir = /x\nlang = ja\ndenny = 4\n",
			ID7_IN_FAILLOCK, &heard),
		  ID7_OK);
	CHECK_INT(heard.count, 3);
	CHECK(heard.problem[0].nearest == NULL);
	CHECK_STR(heard.problem[2].nearest, "deny");
	CHECK_STR(config.store_dir, "/var/lib/7id");
	CHECK_INT(parse(&config, "deny = 20\n", ID7_IN_FAILLOCK, &heard),
		  ID7_OK);
	CHECK_INT(config.policy.deny, 3);
	CHECK_INT(heard.count, 1);
	CHECK(!heard.problem[0].refused && heard.problem[0].wanted != NULL);
	CHECK_INT(parse(&config, "dir = /x\n", ID7_IN_FILE, &heard), ID7_OK);
	CHECK_INT(heard.count, 1);
}

static void
root_unlock_time_implies(void)
{
	struct id7_config config = defaults();
	struct heard heard;

	CHECK_INT(parse(&config, "root_unlock_time = 60\n", ID7_IN_FAILLOCK,
			&heard),
		  ID7_OK);
	CHECK(config.even_deny_root);
	CHECK_INT(config.root_unlock_time, 60);
	CHECK_INT(id7_config_argument(&config, "even_deny_root=no", NULL, NULL),
		  ID7_OK);
	CHECK(!config.even_deny_root);
	config = defaults();
	CHECK_INT(parse(&config, "root_unlock_time = unlock_time\n",
			ID7_IN_FILE, &heard),
		  ID7_OK);
	CHECK(!config.even_deny_root);
}

static void
costs_go_together(void)
{
	struct id7_config config = defaults();
	struct heard heard;

	CHECK_INT(parse(&config, "memlimit = 2G\nmemlimit_max = 2G\n",
			ID7_IN_FILE, &heard),
		  ID7_OK);
	CHECK_INT(config.memlimit, 2147483648);
	config = defaults();
	CHECK_INT(parse(&config,
			"opslimit = 20\nmemlimit = 2G\nsilent\n"
			"opslimit_max = 19\n\n",
			ID7_IN_FILE, &heard),
		  ID7_BAD_CONFIG);
	CHECK_INT(heard.count, 2);
	CHECK_INT(heard.problem[0].line, 4);
	CHECK_STR(heard.problem[0].name, "opslimit");
	CHECK_STR(heard.problem[0].value, "20");
	CHECK_STR(heard.problem[1].name, "memlimit");
	CHECK(config.silent);
	check_value(&config, "opslimit", "3");
	check_value(&config, "opslimit_max", "12");
	check_value(&config, "memlimit", "64M");
}

static void
arguments(void)
{
	static const struct {
		const char *arg;
		enum id7_error error;
		size_t problems;
	} cases[] = {
		{ "deny=3", ID7_OK, 0 },
		{ "silent", ID7_OK, 0 },
		{ "no_count", ID7_OK, 0 },
		{ "debug=yes", ID7_OK, 0 },
		{ "exempt=root,@wheel", ID7_OK, 0 },
		{ "support_contact=call 77 # day and night", ID7_OK, 0 },
		{ "admin_group=", ID7_OK, 0 },
		{ "deny=17", ID7_BAD_CONFIG, 1 },
		{ "deny", ID7_BAD_CONFIG, 1 },
		{ "deny =3", ID7_OK, 1 },
		{ "", ID7_OK, 1 },
		{ "=", ID7_OK, 1 },
		{ "unlocktime=5", ID7_OK, 1 },
		{ X64 "x=1", ID7_OK, 1 },
	};
	struct id7_config config = defaults();

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct heard heard = { 0 };

		CHECK_INT(id7_config_argument(&config, cases[i].arg, hear,
					      &heard),
			  cases[i].error);
		CHECK_INT(heard.count, cases[i].problems);
		CHECK_INT(heard.problem[0].line, 0);
	}
	CHECK(config.silent && config.no_count && config.debug);
	CHECK_INT(config.exempt.count, 2);
	CHECK_STR(config.support_contact, "call 77 # day and night");
	CHECK_INT(config.policy.deny, 3);
}

static bool
in_group(const char *user, const char *group, void *context)
{
	unsigned int *asked = context;

	(*asked)++;
	return strcmp(user, "hanako") == 0 && strcmp(group, "wheel") == 0;
}

static void
exempts(void)
{
	struct id7_config config = defaults();
	unsigned int asked = 0;

	CHECK(id7_config_exempts(&config, "root", in_group, &asked));
	CHECK(!id7_config_exempts(&config, "Root", in_group, &asked));
	CHECK(!id7_config_exempts(&config, "roo", in_group, &asked));
	CHECK(!id7_config_exempts(&config, "", in_group, &asked));
	CHECK_INT(asked, 0);
	CHECK_INT(id7_config_argument(&config, "exempt=root,@wheel", NULL,
				      NULL),
		  ID7_OK);
	CHECK(id7_config_exempts(&config, "hanako", in_group, &asked));
	CHECK(!id7_config_exempts(&config, "taro", in_group, &asked));
	CHECK(!id7_config_exempts(&config, "@wheel", in_group, &asked));
	CHECK_INT(asked, 3);
	CHECK(!id7_config_exempts(&config, "hanako", NULL, NULL));
	CHECK_INT(id7_config_argument(&config, "exempt=", NULL, NULL), ID7_OK);
	CHECK(!id7_config_exempts(&config, "root", in_group, &asked));
}

/* Writes every setting of *config as lines of a file; returns their length. */
static size_t
write_all(const struct id7_config *config, uint32_t where, char *text,
	  size_t size)
{
	const struct id7_setting *row;
	size_t len = 0;

	for (size_t i = 0; (row = id7_config_setting(i)) != NULL; i++) {
		if ((row->where & where) == 0)
			continue;
		len += (size_t)snprintf(text + len, size - len, "%s = ",
					row->name);
		len += id7_config_format(config, row, text + len, size - len);
		len += (size_t)snprintf(text + len, size - len, "\n");
	}
	return len;
}

/*
 * A file that sets everything, damaged in a few places: reading it never leaves
 * anything behind that could not have been written by hand.
 */
static void
damaged_files(void)
{
	struct id7_config config = defaults(), again;
	char whole[8192], text[8192];
	size_t len = write_all(&config, ID7_IN_FILE, whole, sizeof whole);
	uint32_t state = 0x7d7d;

	for (int run = 0; run < 4000; run++) {
		struct heard heard;

		memcpy(text, whole, len);
		for (int i = 0; i < 12; i++) {
			static const char bytes[] = "0179 =#@,/\n\r\0kKdy\xff";

			state = state * 1664525 + 1013904223;
			text[(state >> 8) % len] =
				bytes[(state >> 3) % (sizeof bytes - 1)];
		}
		id7_config_defaults(&config);
		memset(&heard, 0, sizeof heard);
		CHECK((id7_config_parse(&config, text, len, ID7_IN_FILE, hear,
					&heard) == ID7_OK) ||
		      heard.count > 0);
		write_all(&config, ID7_IN_FILE, text, sizeof text);
		id7_config_defaults(&again);
		CHECK_INT(parse(&again, text, ID7_IN_FILE, &heard), ID7_OK);
		again.even_deny_root = config.even_deny_root;
		CHECK(heard.count == 0 &&
		      memcmp(&config, &again, sizeof config) == 0);
	}
}

/*
 * The example file: as it is it sets nothing; with every "#name" uncommented it
 * sets each setting of files once, to its default.
 */
static void
example_file(const char *path)
{
	static char text[ID7_CONFIG_FILE_MAX];
	struct id7_config config = defaults(), before = config;
	struct heard heard = { 0 };
	FILE *file = fopen(path, "r");
	size_t len;

	CHECK(file != NULL);
	if (file == NULL)
		return;
	len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	CHECK(len > 1000 && len < sizeof text - 1);
	CHECK_INT(parse(&config, text, ID7_IN_FILE, &heard), ID7_OK);
	CHECK(heard.count == 0 &&
	      memcmp(&config, &before, sizeof config) == 0);
	for (size_t i = 0; i < sizeof initial / sizeof initial[0]; i++) {
		char line[128];
		char *at;
		size_t line_len;

		if ((setting(initial[i].name)->where & ID7_IN_FILE) == 0)
			continue;
		line_len = (size_t)snprintf(line, sizeof line, "\n#%s =%s%s\n",
					    initial[i].name,
					    initial[i].value[0] ? " " : "",
					    initial[i].value);
		at = strstr(text, line);
		check_say(at != NULL, __FILE__, __LINE__, line);
		if (at != NULL) {
			at[1] = ' ';
			CHECK(strstr(at + line_len - 1, line) == NULL);
		}
	}
	CHECK_INT(parse(&config, text, ID7_IN_FILE, &heard), ID7_OK);
	CHECK(heard.count == 0 &&
	      memcmp(&config, &before, sizeof config) == 0);
	for (const char *at = text; (at = strstr(at, "\n#")) != NULL; at += 2)
		check_say(at[2] == ' ' || at[2] == '\n', __FILE__, __LINE__,
			  at);
}

int
main(int argc, char **argv)
{
	table_and_defaults();
	value_edges();
	format_round_trip();
	format_cuts();
	line_shapes();
	switches_alone();
	long_lines();
	strange_bytes();
	problems();
	problem_is_cut_whole();
	nearest();
	faillock_file();
	root_unlock_time_implies();
	costs_go_together();
	arguments();
	exempts();
	damaged_files();
	example_file(argc > 1 ? argv[1] : "data/7id.conf");
	return check_done();
}
