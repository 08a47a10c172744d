/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store that plays are given on, and who is in it: see plays.h. */
#include "tests/fault/plays.h"

const struct play *
plays_chosen(int argc, char **argv, size_t *ret_count)
{
	const struct {
		const char *name;
		const struct play *plays;
		size_t count;
	} all[] = {{"account", account_plays, account_plays_count},
		   {"code", code_plays, code_plays_count},
		   {"typed", typed_plays, typed_plays_count},
		   {"care", care_plays, care_plays_count}};

	for (size_t i = 0; argc == 2 && i < sizeof all / sizeof all[0]; i++) {
		if (strcmp(argv[1], all[i].name) != 0)
			continue;
		*ret_count = all[i].count;
		return all[i].plays;
	}
	fprintf(stderr, "usage: %s account | code | typed | care\n", argv[0]);
	exit(2);
}

static const char *const people[STAGE_PEOPLE] = {"alice", "bob", "carol",
						 "dave"};

uint32_t
stage_dates(struct temp_hand *hand)
{
	struct id7_picture picture;
	uint32_t date = 0;

	for (size_t i = 0; i < STAGE_PEOPLE; i++) {
		if (id7_manage_look(hand->id7, people[i], &picture, NULL) !=
			    ID7_OK ||
		    picture.lane[ID7_LANE_REMOTE].failures != 1 ||
		    (i > 0 && picture.account.birthdate != date))
			return 0;
		date = picture.account.birthdate;
	}
	return date;
}

static bool
set_date(struct id7_account *account, const struct id7_now *now, void *context)
{
	const uint32_t *date = context;
	bool other = account->birthdate != *date;

	(void)now;
	account->birthdate = *date;
	return other;
}

const char *
stage_date(struct temp_hand *hand, uint32_t date)
{
	for (size_t i = 0; i < STAGE_PEOPLE; i++)
		WANT(id7_manage_change(hand->id7, people[i], set_date, &date,
				       temp_store_long(), NULL,
				       NULL) == ID7_OK);
	return NULL;
}

void
stage_beside(const struct id7_store *store, char ret_name[16])
{
	int next = 0;

	temp_hand_neighbour(store, TARGET, 'b', &next, ret_name);
}

static const char *
fill(struct stage *stage, struct temp_hand *hand)
{
	struct id7_store_counts counts;
	int next = 0;

	for (size_t i = 0; i < STAGE_PEOPLE; i++) {
		WANT(temp_store_add(hand->store, people[i]) == ID7_OK);
		WANT(temp_hand_fail(hand, people[i], 1) == ID7_OK);
	}
	WANT_WELL(stage_date(hand, OLD_DATE));
	for (size_t i = 0; i < STAGE_OTHERS; i++) {
		temp_hand_neighbour(hand->store, TARGET, 'o', &next,
				    stage->other[i]);
		WANT(temp_store_add(hand->store, stage->other[i]) == ID7_OK);
		WANT(temp_hand_fail(hand, stage->other[i], 1) == ID7_OK);
		memcpy(stage->other_id[i], hand->account.id, ID7_ID_LEN);
	}
	WANT(id7_store_backup(hand->store, stage->backup, NULL, NULL,
			      &counts) == ID7_OK);
	return NULL;
}

static void
name_places(struct stage *stage)
{
	const char *dir = stage->l.t.temp.dir;

	snprintf(stage->backup, sizeof stage->backup, "%.60s/backup", dir);
	snprintf(stage->made, sizeof stage->made, "%.60s/made", dir);
}

/* A test may last longer than a window of failures does. */
static void
set_policy(struct stage *stage)
{
	stage->l.config.policy.lease = 30;
	stage->l.config.policy.fail_interval = 100000;
	/* No play mails anything to anybody. */
	snprintf(stage->l.config.sendmail, sizeof stage->l.config.sendmail,
		 "/bin/false");
}

void
stage_make(struct stage *stage)
{
	struct temp_hand hand;
	const char *wrong;

	temp_login_make(&stage->l);
	set_policy(stage);
	name_places(stage);
	temp_hand_open(&stage->l, &hand);
	wrong = fill(stage, &hand);
	temp_hand_close(&hand);
	if (wrong == NULL)
		return;
	fprintf(stderr, "no stage: %s\n", wrong);
	exit(1);
}

struct stage
stage_in(const struct stage *stage, const char *dir)
{
	struct stage other = *stage;

	snprintf(other.l.t.temp.dir, sizeof other.l.t.temp.dir, "%s", dir);
	snprintf(other.l.t.dir, sizeof other.l.t.dir, "%.60s/store", dir);
	snprintf(other.l.t.keys, sizeof other.l.t.keys, "%.60s/keys", dir);
	temp_login_config(&other.l.config, dir);
	set_policy(&other);
	name_places(&other);
	return other;
}

const char *
stage_judge(const struct stage *stage, struct temp_hand *hand)
{
	struct id7_picture picture;

	for (size_t i = 0; i < STAGE_OTHERS; i++) {
		WANT(id7_manage_look(hand->id7, stage->other[i], &picture,
				     NULL) == ID7_OK);
		WANT(memcmp(picture.account.id, stage->other_id[i],
			    ID7_ID_LEN) == 0);
		WANT(picture.account.revision == 1);
		WANT(picture.lane[ID7_LANE_REMOTE].failures == 1);
	}
	WANT(stage_dates(hand) != 0);
	return NULL;
}

const char *
stage_prepare(struct stage *stage, const struct play *play)
{
	struct temp_hand hand;
	const char *wrong;

	temp_hand_open(&stage->l, &hand);
	wrong = play->prepare(stage, &hand);
	temp_hand_close(&hand);
	return wrong;
}

static const char *
verdict(struct stage *stage, struct temp_hand *hand, const struct play *play,
	bool acknowledged, bool check)
{
	if (!play->damaged || acknowledged) {
		WANT_WELL(stage_judge(stage, hand));
		WANT(!check || temp_store_findings(hand->store) == 0);
	}
	WANT_WELL(play->judge(stage, hand, acknowledged));
	WANT_WELL(stage_judge(stage, hand));
	WANT(!check || temp_store_findings(hand->store) == 0);
	return NULL;
}

const char *
stage_verdict(struct stage *stage, const struct play *play, bool acknowledged,
	      bool check)
{
	struct temp_hand hand = {.policy = stage->l.config.policy};
	const char *wrong;

	if (id7_open(&stage->l.config, &hand.id7, NULL) != ID7_OK)
		return "the store cannot be opened";
	hand.store = id7_get_store(hand.id7);
	wrong = verdict(stage, &hand, play, acknowledged, check);
	temp_hand_close(&hand);
	return wrong;
}
