/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a store as a whole. */
#include "tests/fault/plays.h"

#define INIT_POINTS 400 /* most of init's calls fill one file after another */
#define SPARE 40	/* accounts that come and go, so that files shrink */

static void
rm(const char *path)
{
	char command[250];

	snprintf(command, sizeof command, "rm -rf %s %s.tmp", path, path);
	if (system(command) != 0)
		abort();
}

/* --- init --- */

static struct temp_login
first_login(const struct stage *stage)
{
	struct temp_login l = {.config = stage->l.config};

	temp_login_config(&l.config, stage->made);
	return l;
}

static const char *
prepare_none(struct stage *stage, struct temp_hand *hand)
{
	(void)hand;
	rm(stage->made);
	return NULL;
}

static enum id7_error
act_init(struct stage *stage, struct temp_hand *hand)
{
	struct temp_login l = first_login(stage);

	(void)hand;
	return id7_manage_init(&l.config, 1, NULL);
}

static const char *
judge_first(const struct temp_login *l)
{
	struct temp_hand hand = {.policy = l->config.policy};
	const char *wrong = NULL;

	if (id7_open(&l->config, &hand.id7, NULL) != ID7_OK)
		return "the new store cannot be opened";
	hand.store = id7_get_store(hand.id7);
	if (temp_store_findings(hand.store) != 0)
		wrong = "damage in the new store";
	else if (temp_store_add(hand.store, "first") != ID7_OK ||
		 temp_hand_fail(&hand, "first", 1) != ID7_OK)
		wrong = "the new store cannot be used";
	temp_hand_close(&hand);
	return wrong;
}

/* There is a whole store, or none and the next init makes it. */
static const char *
judge_init(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct temp_login l = first_login(stage);
	struct id7 *id7 = NULL;
	enum id7_error found = id7_open(&l.config, &id7, NULL);

	id7_close(&id7);
	WANT(found == ID7_OK || found == ID7_NOT_FOUND);
	WANT(found == ID7_OK || !acknowledged);
	WANT(act_init(stage, hand) == (found == ID7_OK ? ID7_EXISTS : ID7_OK));
	WANT_WELL(judge_first(&l));
	rm(stage->made);
	return NULL;
}

/* --- backup --- */

static enum id7_error
act_backup(struct stage *stage, struct temp_hand *hand)
{
	struct id7_store_counts counts;
	enum id7_error error =
		id7_store_backup(hand->store, stage->made, NULL, NULL, &counts);

	return error == ID7_OK && counts.findings > 0 ? ID7_CORRUPT : error;
}

static const char *
judge_copy(const struct stage *stage)
{
	struct stage copy = *stage;
	struct temp_hand hand = {.policy = stage->l.config.policy};
	const char *wrong;

	snprintf(copy.l.config.store_dir, sizeof copy.l.config.store_dir, "%s",
		 stage->made);
	if (id7_open(&copy.l.config, &hand.id7, NULL) != ID7_OK)
		return "the backup cannot be opened";
	hand.store = id7_get_store(hand.id7);
	wrong = temp_store_findings(hand.store) == 0 ? NULL
						     : "damage in the backup";
	if (wrong == NULL)
		wrong = stage_judge(&copy, &hand);
	temp_hand_close(&hand);
	return wrong;
}

/* There is a whole one, or none and the next one is made. */
static const char *
judge_backup(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	bool made = access(stage->made, F_OK) == 0;

	WANT(made || !acknowledged);
	if (!made)
		WANT(act_backup(stage, hand) == ID7_OK);
	WANT_WELL(judge_copy(stage));
	rm(stage->made);
	return NULL;
}

/* --- restore --- */

static const char *
prepare_restore(struct stage *stage, struct temp_hand *hand)
{
	(void)stage;
	return stage_date(hand, NEW_DATE);
}

static enum id7_error
act_restore(struct stage *stage, struct temp_hand *hand)
{
	const struct id7_config *config = &stage->l.config;
	struct id7_store_restored done;
	enum id7_error error = id7_store_restore(
		stage->backup, config->store_dir, config->key_dir, false, NULL,
		NULL, &done, NULL);

	(void)hand;
	return error == ID7_OK && done.carried != STAGE_PEOPLE + STAGE_OTHERS
		       ? ID7_INTERNAL
		       : error;
}

static const char *
judge_restore(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	uint32_t date = stage_dates(hand);

	WANT(date == OLD_DATE || (date == NEW_DATE && !acknowledged));
	WANT(act_restore(stage, hand) == ID7_OK);
	WANT(stage_dates(hand) == OLD_DATE);
	return NULL;
}

/* --- repair --- */

/* The older of the two: what was counted stands in the other. */
static enum id7_error
drop_copy(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_shard shard = id7_shard_of(store, &subject);
	struct id7_edit edit = {.kind = ID7_EDIT_DELETE, .len = ID7_TALLY_LEN};
	struct id7_tallies tallies;
	auto_gdbm file = {0};
	enum id7_error error =
		id7_shard_open(store, shard, ID7_STORE_TALLY, false, &file);

	if (error == ID7_OK)
		error = id7_tallies_read(store, &file, &subject, &tallies);
	if (error != ID7_OK)
		return error;
	id7_store_tally_key(&subject, 1 - tallies.current, edit.key);
	return id7_shard_edit(store, shard, ID7_STORE_TALLY, &edit, 1);
}

/* A file cut off, a copy gone, the counts of strangers cut off, a left-over. */
static const char *
prepare_repair(struct stage *stage, struct temp_hand *hand)
{
	char path[200];

	WANT_WELL(stage_date(hand, OLD_DATE));
	WANT(drop_copy(hand->store, "bob") == ID7_OK);
	temp_store_file(&stage->l.t, hand->store, "alice", ID7_STORE_DB, path);
	WANT(truncate(path, 4096) == 0);
	snprintf(path, sizeof path, "%s/phantom-05.tally", stage->l.t.dir);
	WANT(truncate(path, 4096) == 0);
	snprintf(path, sizeof path, "%s/g000099.new", stage->l.t.dir);
	(void)mkdir(path, 0700);
	WANT(temp_store_findings(hand->store) > 0);
	return NULL;
}

static enum id7_error
act_repair(struct stage *stage, struct temp_hand *hand)
{
	struct id7_store_repaired repaired;
	enum id7_error error = id7_store_repair(hand->store, stage->backup,
						false, NULL, NULL, &repaired);

	return error == ID7_OK && repaired.left > 0 ? ID7_CORRUPT : error;
}

static const char *
judge_repair(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	WANT(!acknowledged || temp_store_findings(hand->store) == 0);
	WANT(act_repair(stage, hand) == ID7_OK);
	WANT(temp_store_findings(hand->store) == 0);
	WANT(stage_dates(hand) == OLD_DATE);
	return NULL;
}

/* --- compact --- */

static const char *
prepare_compact(struct stage *stage, struct temp_hand *hand)
{
	char name[16];

	(void)stage;
	for (int i = 0; i < SPARE; i++) {
		snprintf(name, sizeof name, "x%d", i);
		WANT(temp_store_add(hand->store, name) == ID7_OK);
	}
	for (int i = 0; i < SPARE; i++) {
		snprintf(name, sizeof name, "x%d", i);
		WANT(id7_store_remove(hand->store, name, temp_store_long()) ==
		     ID7_OK);
	}
	return NULL;
}

static enum id7_error
act_compact(struct stage *stage, struct temp_hand *hand)
{
	struct id7_store_compacted compacted;

	(void)stage;
	return id7_store_compact(hand->store, &compacted);
}

/* What it acknowledged is small already. */
static const char *
judge_compact(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_store_compacted compacted = {0};

	(void)stage;
	WANT(id7_store_compact(hand->store, &compacted) == ID7_OK);
	WANT(compacted.files == 0 || !acknowledged);
	return NULL;
}

const struct play care_plays[] = {
	{"init", prepare_none, NULL, act_init, judge_init, .care = true,
	 .most = INIT_POINTS},
	{"backup", prepare_none, NULL, act_backup, judge_backup, .care = true},
	{"restore", prepare_restore, NULL, act_restore, judge_restore,
	 .care = true},
	{"repair", prepare_repair, NULL, act_repair, judge_repair, .care = true,
	 .damaged = true},
	{"compact", prepare_compact, NULL, act_compact, judge_compact,
	 .care = true},
};
const size_t care_plays_count = sizeof care_plays / sizeof care_plays[0];
