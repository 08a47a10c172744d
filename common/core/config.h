/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings: one table of names, types, defaults and limits, and the reader of `name = value` files. */
#ifndef ID7_CORE_CONFIG_H
#define ID7_CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/limits.h"
#include "common/core/network.h"
#include "common/core/policy.h"

#define ID7_CONFIG_PATH "/etc/security/7id.conf"
#define ID7_FAILLOCK_CONF_PATH "/etc/security/faillock.conf"
#define ID7_CONFIG_FILE_MAX 65536 /* bytes of a settings file */
#define ID7_CONTACT_MAX 159	  /* bytes of a support contact, UTF-8 */

/* A list setting: names, and groups written @group. */
struct id7_list {
	uint32_t count;
	char item[ID7_LIST_MAX][ID7_NAME_MAX + 1];
};

/* A value without pointers. */
struct id7_config {
	char store_dir[ID7_PATH_MAX + 1];
	char key_dir[ID7_PATH_MAX + 1];
	char run_dir[ID7_PATH_MAX + 1];
	char log_dir[ID7_PATH_MAX + 1];
	char sendmail[ID7_PATH_MAX + 1];
	char mail_dir[ID7_PATH_MAX + 1];   /* templates of the site's own */
	char mail_from[ID7_ADDRESS_MAX + 1]; /* "": 7id@ this machine */
	char mail_user[ID7_NAME_MAX + 1];  /* who runs `sendmail` when root flushes */
	int64_t mail_hold; /* seconds that a mail without a code is tried for */

	uint8_t lang; /* enum id7_lang of the site; never ID7_LANG_SITE */
	char support_contact[ID7_CONTACT_MAX + 1];
	char support_contact_ja[ID7_CONTACT_MAX + 1]; /* "": as support_contact */

	struct id7_list exempt;
	bool unknown_deny; /* `unknown = deny`: names that only the system knows are refused too */

	struct id7_list reset_services;
	bool self_reset;

	struct id7_policy policy;
	bool silent;
	bool audit;
	bool nodelay;
	bool no_log_info;
	bool local_users_only;
	bool even_deny_root;
	int64_t root_unlock_time; /* -1: as unlock_time */
	char admin_group[ID7_NAME_MAX + 1];
	struct id7_networks shared_sources; /* addresses that never become known */

	int64_t slot_wait;	/* seconds to wait for a pending attempt */
	uint32_t hash_slots;	/* 0: worked out from cores and memory */
	uint32_t opslimit;	/* of new verifiers */
	uint64_t memlimit;	/* bytes */
	uint32_t opslimit_max;	/* stored parameters above these are refused */
	uint64_t memlimit_max;
	uint32_t min_length;	/* code points of a new password */

	bool no_count; /* module argument only: verify, record nothing (test-login) */
	bool debug;    /* module argument only */
};

/* A setting that was ignored or refused, for the person who must mend it. */
struct id7_config_problem {
	const char *file; /* path of the file it stands in; set by id7_settings_read only */
	bool refused;	 /* false: it was ignored: an unknown name, or with `wanted` a value */
	uint32_t line;	 /* counted from 1 */
	char name[ID7_NAME_MAX + 1];	/* as written, cut to fit; not escaped */
	char value[ID7_NAME_MAX + 1];	/* as written, cut to fit; not escaped */
	const char *nearest;		/* the nearest known name, or NULL */
	const char *wanted;		/* msgid: what the value must be, or NULL */
};

/* Called for each problem in the order of the lines; `problem` lives until it returns. */
typedef void id7_config_problem_fn(const struct id7_config_problem *problem,
				   void *context);

/* Where a setting may stand. */
#define ID7_IN_FILE (1u << 0)	  /* 7id.conf */
#define ID7_IN_ARGUMENT (1u << 1) /* module arguments */
#define ID7_IN_FAILLOCK (1u << 2) /* a lockout option: faillock.conf too */

/*
 * Fills every setting with its default.
 */
void id7_config_defaults(struct id7_config *ret_config);

/*
 * Reads settings text of `len` bytes (need not be terminated) into *config:
 * `name = value`, `name value`, `name` alone for switches; blanks around '='
 * ignored; '#' at the start of a line, after a blank or after '=' begins a
 * comment; lines end in \n or \r\n; a byte order mark at the start is skipped.
 * `where` is ID7_IN_FILE, or ID7_IN_FAILLOCK to take only the lockout options of
 * faillock.conf(5), where a switch is on by being there, whatever its value,
 * '#' begins a comment anywhere, and options of pam_faillock's own are no
 * mistake. A root_unlock_time turns even_deny_root on, as faillock.conf(5) has
 * it; opslimit and memlimit above their own _max are refused with it.
 * Unknown names are reported and ignored. A value out of its limits, a NUL byte
 * or a line over 1,024 bytes is reported as refused and leaves that setting as
 * it was. `report` may be NULL.
 * In faillock.conf such a value is only ignored: another program's file must not
 * shut everybody out.
 * Returns ID7_OK, or ID7_BAD_CONFIG when anything was refused.
 */
enum id7_error id7_config_parse(struct id7_config *config, const char *text,
				size_t len, uint32_t where,
				id7_config_problem_fn *report, void *context)
	id7_must_use;

/*
 * Reads one module argument (`name` or `name=value`) into *config. The result
 * is as for id7_config_parse; the problem's line is 0. Arguments that are not
 * settings (use_first_pass and its kind, conf=) are for the caller to take out
 * before.
 */
enum id7_error id7_config_argument(struct id7_config *config, const char *arg,
				   id7_config_problem_fn *report, void *context)
	id7_must_use;

/* One row of the table, for `config show`, the manual's check and completions. */
struct id7_setting {
	const char *name;
	const char *type;    /* "path", "time", "size", "number", "switch", "text", "language", "list", "networks", "choice", "address" */
	uint32_t where;	     /* ID7_IN_... */
	const char *summary; /* msgid, one line */
};

/*
 * Row `index` of the table, sorted by name; NULL past the end.
 */
const struct id7_setting *id7_config_setting(size_t index);

/*
 * Writes the value that *config has for `setting` as it would stand in a file,
 * terminated, cut to `size`. Returns the bytes written without NUL.
 */
size_t id7_config_format(const struct id7_config *config,
			 const struct id7_setting *setting, char *buf,
			 size_t size);

/* Answers whether `user` is in group `group`; the caller of the library knows how. */
typedef bool id7_in_group_fn(const char *user, const char *group,
			     void *context);

/*
 * Whether `exempt` names `user`, directly or by a group.
 * `in_group` is asked only for items written @group.
 */
bool id7_config_exempts(const struct id7_config *config, const char *user,
			id7_in_group_fn *in_group, void *context);

#endif
