/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what happened to a message: the site's template or the built-in one, times, names, the sender. */
#ifndef ID7_USECASES_COMPOSE_H
#define ID7_USECASES_COMPOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/config.h"
#include "common/core/letter.h"
#include "common/core/post.h"

/* What a letter tells of. Texts are terminated and borrowed; NULL or "": none. */
struct id7_occasion {
	enum id7_notice notice;
	enum id7_lang lang; /* ID7_LANG_SITE: the site's */
	const char *name;
	const char *address;
	int64_t at;	   /* wall clock of what happened */
	int64_t until;	   /* of a lock's end or, but for a lock, the code's; 0: none */
	int64_t code_until; /* with a lock: of the code's; 0: as the lock */
	bool ended;	   /* a lock that is over */
	uint32_t count;	   /* failures; 0: none to tell */
	const char *code;
	const char *void_code;
	const char *service;
	const char *source;
	const char *reference;
	bool self_reset;
	const char *old_address; /* masked here */
	const char *new_address;
	const char *names; /* one a line */
};

/* Told of a template of the site's that cannot be used. `fault` when it could not be read, else `problem`. */
typedef void id7_template_fn(const char *path,
			     const struct id7_letter_problem *problem,
			     const struct id7_fault *fault, void *context);

/*
 * Looks for the site's template of `notice` and `lang` in config->mail_dir and
 * checks it. True: *buf has it, *ret_len its length. False: there is none, or
 * `told` (may be NULL) was told why it cannot be used: the built-in one is to
 * be taken.
 */
bool id7_compose_template(const struct id7_config *config,
			  enum id7_notice notice, enum id7_lang lang,
			  char buf[ID7_TEMPLATE_MAX + 1], size_t *ret_len,
			  id7_template_fn *told, void *context);

/*
 * Writes the message into post->message, with its address and length; `id` has
 * ID7_MESSAGE_ID_LEN digits. ID7_OK; ID7_INVALID: no message can be made.
 * The caller wipes the post.
 */
enum id7_error id7_compose(const struct id7_config *config,
			   const struct id7_occasion *occasion, const char *id,
			   int64_t now_wall, struct id7_post *post,
			   id7_template_fn *told, void *context) id7_must_use;

#endif
