/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every setting as a row: adding one is adding a row, its member, its line in data/7id.conf and in the manual. */
#include <string.h>

#include "common/core/config_table.h"
#include "common/core/text.h"

#define ANYWHERE (ID7_IN_FILE | ID7_IN_ARGUMENT)
#define LOCKOUT (ANYWHERE | ID7_IN_FAILLOCK)

#define COMMON(name_, kind_, type_, member_, where_, initial_)                \
	.setting = { .name = name_, .type = type_, .where = where_ },         \
	.kind = ID7_SETTING_##kind_, .initial = initial_,                     \
	.offset = offsetof(struct id7_config, member_),                       \
	.size = sizeof((struct id7_config *)0)->member_

/* clang-format off */
static const struct id7_config_row rows[] = {
	{ COMMON("admin_group", TEXT, "text", admin_group, LOCKOUT, ""),
	  .wanted = ID7_N("the name of a group"),
	  .setting.summary = ID7_N("members of this group are treated like root by "
		"the lockout settings") },
	{ COMMON("audit", SWITCH, "switch", audit, LOCKOUT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("log unknown names as they were typed") },
	{ COMMON("debug", SWITCH, "switch", debug, ID7_IN_ARGUMENT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("say more in the system log, never a password") },
	{ COMMON("deny", NUMBER, "number", policy.deny, LOCKOUT, "5"),
	  .min = 0, .max = ID7_DENY_MAX,
	  .wanted = ID7_N("a whole number from 0 to 16 (0: never lock)"),
	  .setting.summary = ID7_N("failures within fail_interval that lock an "
		"account (0: never)") },
	{ COMMON("even_deny_root", SWITCH, "switch", even_deny_root, LOCKOUT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("lock root and admin_group too") },
	{ COMMON("exempt", LIST, "list", exempt, ANYWHERE, "root"),
	  .wanted = ID7_N("up to 8 names, groups written @group, separated "
		"by blanks or commas"),
	  .setting.summary = ID7_N("names and @groups that 7id leaves to the rest "
		"of the PAM stack") },
	{ COMMON("fail_interval", TIME, "time", policy.fail_interval, LOCKOUT, "15m"),
	  .min = 1, .max = ID7_POLICY_TIME_MAX,
	  .wanted = ID7_N("a time from 1s to 7d"),
	  .setting.summary = ID7_N("failures older than this are forgotten") },
	{ COMMON("hash_slots", NUMBER, "number", hash_slots, ANYWHERE, "0"),
	  .min = 2, .max = 1024, .zero_word = "0",
	  .wanted = ID7_N("0 or a whole number from 2 to 1024 (0: worked "
		"out from the machine)"),
	  .setting.summary = ID7_N("passwords checked at once (0: from the cores "
		"and the memory)") },
	{ COMMON("key_dir", PATH, "path", key_dir, ANYWHERE, "/etc/7id/keys"),
	  .wanted = ID7_N("an absolute path of at most 255 bytes"),
	  .setting.summary = ID7_N("directory of the site keys; back it up apart "
		"from the store") },
	{ COMMON("lanes", SWITCH, "switch", policy.lanes, ANYWHERE, "yes"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("count the console and known addresses apart "
		"from all others") },
	{ COMMON("lang", LANGUAGE, "language", lang, ANYWHERE, "en"),
	  .wanted = ID7_N("en or ja"),
	  .setting.summary = ID7_N("the site's language") },
	{ COMMON("local_users_only", SWITCH, "switch", local_users_only, LOCKOUT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("count failures only for users of /etc/passwd") },
	{ COMMON("log_dir", PATH, "path", log_dir, ANYWHERE, "/var/log/7id"),
	  .wanted = ID7_N("an absolute path of at most 255 bytes"),
	  .setting.summary = ID7_N("directory of the log") },
	{ COMMON("mail_dir", PATH, "path", mail_dir, ANYWHERE, "/etc/7id/mail"),
	  .wanted = ID7_N("an absolute path of at most 255 bytes"),
	  .setting.summary = ID7_N("directory of templates that replace the "
		"built-in ones") },
	{ COMMON("mail_from", ADDRESS, "address", mail_from, ANYWHERE, ""),
	  .wanted = ID7_N("a mail address"),
	  .setting.summary = ID7_N("the sender of mails (empty: 7id at this "
		"machine)") },
	{ COMMON("mail_hold", TIME, "time", mail_hold, ANYWHERE, "3d"),
	  .min = 3600, .max = ID7_POLICY_TIME_MAX,
	  .wanted = ID7_N("a time from 1h to 7d"),
	  .setting.summary = ID7_N("how long a mail that cannot be sent is kept "
		"and tried again") },
	{ COMMON("mail_user", TEXT, "text", mail_user, ANYWHERE, "_7id"),
	  .wanted = ID7_N("the name of a user"),
	  .setting.summary = ID7_N("who runs sendmail, so that root does not") },
	{ COMMON("max_lifetime_failures", NUMBER, "number", policy.max_lifetime_failures, ANYWHERE, "100"),
	  .min = 0, .max = 10000,
	  .wanted = ID7_N("a whole number from 0 to 10000 (0: never)"),
	  .setting.summary = ID7_N("failures without a good login that hold an "
		"account until it is unlocked (0: never)") },
	{ COMMON("memlimit", SIZE, "size", memlimit, ANYWHERE, "64M"),
	  .min = 8192, .max = INT64_C(1) << 40,
	  .wanted = ID7_N("a size from 8K to 1024G, no larger than "
		"memlimit_max"),
	  .setting.summary = ID7_N("memory that checking a new password takes") },
	{ COMMON("memlimit_max", SIZE, "size", memlimit_max, ANYWHERE, "1G"),
	  .min = 8192, .max = INT64_C(1) << 40,
	  .wanted = ID7_N("a size from 8K to 1024G, no smaller than "
		"memlimit"),
	  .setting.summary = ID7_N("a stored password that takes more memory is "
		"refused") },
	{ COMMON("min_length", NUMBER, "number", min_length, ANYWHERE, "8"),
	  .min = 1, .max = 128,
	  .wanted = ID7_N("a whole number from 1 to 128"),
	  .setting.summary = ID7_N("characters that a new password needs") },
	{ COMMON("no_count", SWITCH, "switch", no_count, ID7_IN_ARGUMENT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("check the password, but record nothing") },
	{ COMMON("no_log_info", SWITCH, "switch", no_log_info, LOCKOUT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("leave locks out of the system log") },
	{ COMMON("nodelay", SWITCH, "switch", nodelay, LOCKOUT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("answer a refused login without the usual delay") },
	{ COMMON("opslimit", NUMBER, "number", opslimit, ANYWHERE, "3"),
	  .min = 1, .max = 1024,
	  .wanted = ID7_N("a whole number from 1 to 1024, no larger than "
		"opslimit_max"),
	  .setting.summary = ID7_N("passes over the memory that checking a new "
		"password takes") },
	{ COMMON("opslimit_max", NUMBER, "number", opslimit_max, ANYWHERE, "12"),
	  .min = 1, .max = 1024,
	  .wanted = ID7_N("a whole number from 1 to 1024, no smaller than "
		"opslimit"),
	  .setting.summary = ID7_N("a stored password that takes more passes is "
		"refused") },
	{ COMMON("reset_services", LIST, "list", reset_services, ANYWHERE,
		"sshd, login, su, su-l"),
	  .wanted = ID7_N("up to 8 names, separated by blanks or commas"),
	  .setting.summary = ID7_N("services where a reset code lets its holder "
		"choose a new password") },
	{ COMMON("root_unlock_time", TIME, "time", root_unlock_time, LOCKOUT, "unlock_time"),
	  .min = 1, .max = ID7_POLICY_TIME_MAX, .zero_word = "never", .unset_word = "unlock_time",
	  .wanted = ID7_N("a time from 1s to 7d, never, or unlock_time"),
	  .setting.summary = ID7_N("how long root and admin_group stay locked out; "
		"setting it turns even_deny_root on") },
	{ COMMON("run_dir", PATH, "path", run_dir, ANYWHERE, "/run/7id"),
	  .wanted = ID7_N("an absolute path of at most 255 bytes"),
	  .setting.summary = ID7_N("directory of what lives until the next start of "
		"the machine") },
	{ COMMON("self_reset", SWITCH, "switch", self_reset, ANYWHERE, "yes"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("mail a reset code to whoever types 7R-RESET") },
	{ COMMON("sendmail", PATH, "path", sendmail, ANYWHERE, "/usr/sbin/sendmail"),
	  .wanted = ID7_N("an absolute path of at most 255 bytes"),
	  .setting.summary = ID7_N("the program that takes mail") },
	{ COMMON("shared_sources", NETWORKS, "networks", shared_sources, ANYWHERE, ""),
	  .wanted = ID7_N("up to 8 addresses or networks such as 192.0.2.0/24, "
		"separated by blanks or commas"),
	  .setting.summary = ID7_N("addresses that many people share, such as a "
		"proxy's: never known ones") },
	{ COMMON("silent", SWITCH, "switch", silent, LOCKOUT, "no"),
	  .wanted = ID7_N("yes or no"),
	  .setting.summary = ID7_N("tell the person nothing but the prompt") },
	{ COMMON("slot_wait", TIME, "time", slot_wait, ANYWHERE, "7s"),
	  .min = 0, .max = 9,
	  .wanted = ID7_N("a time from 0 to 9s"),
	  .setting.summary = ID7_N("how long an attempt waits for others under way "
		"before it is told \"busy\"") },
	{ COMMON("store_dir", PATH, "path", store_dir, ANYWHERE, "/var/lib/7id"),
	  .wanted = ID7_N("an absolute path of at most 255 bytes"),
	  .setting.summary = ID7_N("directory of the account store") },
	{ COMMON("support_contact", TEXT, "text", support_contact, ANYWHERE, ""),
	  .wanted = ID7_N("one line of UTF-8 text, at most 159 bytes"),
	  .setting.summary = ID7_N("whom to ask, shown with every refusal") },
	{ COMMON("support_contact.ja", TEXT, "text", support_contact_ja, ANYWHERE, ""),
	  .wanted = ID7_N("one line of UTF-8 text, at most 159 bytes"),
	  .setting.summary = ID7_N("the same in Japanese") },
	{ COMMON("unknown", CHOICE, "choice", unknown_deny, ANYWHERE, "pass"),
	  .no_word = "pass", .yes_word = "deny",
	  .wanted = ID7_N("pass or deny"),
	  .setting.summary = ID7_N("what happens to names that only the system "
		"knows: pass or deny") },
	{ COMMON("unlock_time", TIME, "time", policy.unlock_time, LOCKOUT, "10m"),
	  .min = 1, .max = ID7_POLICY_TIME_MAX, .zero_word = "never",
	  .wanted = ID7_N("a time from 1s to 7d, or never"),
	  .setting.summary = ID7_N("how long an account stays locked out") },
	{ COMMON("unlock_time_max", TIME, "time", policy.unlock_time_max, ANYWHERE, "1h"),
	  .min = 1, .max = ID7_POLICY_TIME_MAX,
	  .wanted = ID7_N("a time from 1s to 7d"),
	  .setting.summary = ID7_N("each further lock lasts twice as long, up to "
		"this") },
};
/* clang-format on */

const struct id7_config_row *
id7_config_rows(size_t *ret_count)
{
	*ret_count = sizeof rows / sizeof rows[0];
	return rows;
}

const struct id7_config_row *
id7_config_row_find(const char *name, uint32_t where)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if ((rows[i].setting.where & where) != 0 &&
		    strcmp(rows[i].setting.name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

const struct id7_setting *
id7_config_setting(size_t index)
{
	return index < sizeof rows / sizeof rows[0] ? &rows[index].setting
						    : NULL;
}
