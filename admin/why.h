/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `why` found out, and its words: headline, evidence of each cause, next commands. */
#ifndef ID7_ADMIN_WHY_H
#define ID7_ADMIN_WHY_H

#include "admin/ctl.h"
#include "admin/steps.h"
#include "admin/trace.h"

#define WHY_EVIDENCE_MAX 1024

/* All that was gathered; facts.account points into picture. */
struct inquiry {
	const char *name; /* as typed: foreign bytes */
	struct id7_picture picture;
	struct id7_fault fault;
	char meant[ID7_NAME_MAX + 1]; /* an account of a similar name, or "" */
	struct trace trace;	      /* of attempts refused in the window */
	struct id7_facts facts;
	struct id7_why why;
};

/* The exit code of the verdict. */
enum ctl_exit why_exit(const struct inquiry *inquiry);

/* One sentence that answers the question. Terminated, cut to `size`. */
void why_headline(const struct ctl *ctl, const struct inquiry *inquiry,
		  char *buf, size_t size);

/* What is known about one cause, as sentences. Terminated, cut to `size`. */
void why_evidence(const struct ctl *ctl, const struct inquiry *inquiry,
		  enum id7_cause cause, char *buf, size_t size);

/* The commands that the verdict calls for. */
void why_steps(const struct ctl *ctl, const struct inquiry *inquiry,
	       struct steps *ret_steps);

#endif
