/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that is done to a store, each in the same four parts, so that whatever
 * can go wrong in the middle goes wrong in every one of them: kill_plays.c,
 * fail_plays.c and cut_plays.c.
 */
#ifndef ID7_TESTS_PLAYS_H
#define ID7_TESTS_PLAYS_H

#include "common/core/code.h"
#include "tests/support/temp_hand.h"

#define STAGE_OTHERS 3
#define STAGE_PEOPLE 4

/* A store with its key and a backup of it, in a directory of its own. */
struct stage {
	struct temp_login l;
	char backup[100];
	char made[100]; /* what a play makes, if it makes something */
	char other[STAGE_OTHERS][16]; /* in the target's files */
	uint8_t other_id[STAGE_OTHERS][ID7_ID_LEN];
	struct id7_account was; /* the target before the act, for who asks */
	struct id7_code code;	/* that it was given beforehand */
};

/*
 * Each part has `hand` open on the stage's store and returns NULL, or what is
 * wrong; `act` returns the error of what is done.
 */
struct play {
	const char *name;
	const char *(*prepare)(struct stage *stage, struct temp_hand *hand);
	enum id7_error (*before)(struct temp_hand *hand); /* NULL: nothing */
	enum id7_error (*act)(struct stage *stage, struct temp_hand *hand);
	/* Old or new, new when it was acknowledged, and the next one works. */
	const char *(*judge)(struct stage *stage, struct temp_hand *hand,
			     bool acknowledged);
	bool care;	   /* of the whole store, by many calls */
	bool damaged;	   /* there is damage until it is acknowledged */
	bool spare_sync;   /* its last syncs make nothing safe that matters */
	unsigned int most; /* points of it worth trying; 0: all */
};

/* What is done to one account; what a help desk does; what codes do that are
 * typed; what is done to the store. */
extern const struct play account_plays[], code_plays[], typed_plays[],
	care_plays[];
extern const size_t account_plays_count, code_plays_count,
	typed_plays_count, care_plays_count;

/*
 * Those that a program's only argument names: "account", "code", "typed" or
 * "care". Ends the program when it is none of them.
 */
const struct play *plays_chosen(int argc, char **argv, size_t *ret_count);

/* Makes it, or ends the program. */
void stage_make(struct stage *stage);

/* The same stage, copied into the directory `dir`. */
struct stage stage_in(const struct stage *stage, const char *dir);

/* Everybody but the target is who he was, and counts; NULL, or what is wrong.
 */
const char *stage_judge(const struct stage *stage, struct temp_hand *hand);

/* Prepares a play with a hand of its own. NULL, or what is wrong. */
const char *stage_prepare(struct stage *stage, const struct play *play);

/*
 * Judges what is left of a play: what its own judge says and stage_judge, and
 * with `check` that there is no damage. NULL, or what is wrong.
 */
const char *stage_verdict(struct stage *stage, const struct play *play,
			  bool acknowledged, bool check);

/* For the parts of plays. */
#define WANT(cond)                                                             \
	do {                                                                   \
		if (!(cond))                                                   \
			return #cond;                                          \
	} while (0)
#define WANT_WELL(call)                                                        \
	do {                                                                   \
		const char *want_wrong = (call);                               \
		if (want_wrong != NULL)                                        \
			return want_wrong;                                     \
	} while (0)

#define TARGET "target"
#define OLD_DATE 19990101 /* of the people in the backup */
#define NEW_DATE 20010203

/* The date that all people have; 0: they differ, or one is not sound. */
uint32_t stage_dates(struct temp_hand *hand);

/* Gives all people a date. NULL, or what is wrong. */
const char *stage_date(struct temp_hand *hand, uint32_t date);

/* A name that an import adds beside the target, in its files. */
void stage_beside(const struct id7_store *store, char ret_name[16]);

#endif
