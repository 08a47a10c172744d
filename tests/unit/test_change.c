/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a new authtok: who may, what is refused, and what it empties. */
#include "common/usecases/change.h"

#include "tests/support/site.h"

static enum id7_error
change(struct site *site, const char *name, const struct id7_proof *proof,
       const char *password, enum id7_quality *ret_quality)
{
	auto_secret *typed = site_secret(password);
	struct id7_fault fault;

	return id7_change_authtok(site->id7, name, proof, typed, false,
				  &site_origin, id7_deadline_in(10000),
				  ret_quality, &fault);
}

static void
proof_opens_once(struct site *site)
{
	struct id7_login proved;
	enum id7_quality quality;

	site_add(site, "alice", "first words here");
	proved = site_login(site, "alice", "first words here");
	CHECK_INT(proved.verdict, ID7_ALLOW);
	CHECK_INT(change(site, "alice", &proved.proof, "second words here",
			 &quality),
		  ID7_OK);
	CHECK_INT(quality, ID7_QUALITY_GOOD);
	CHECK_INT(site_login(site, "alice", "second words here").verdict,
		  ID7_ALLOW);
	CHECK_INT(site_login(site, "alice", "first words here").verdict,
		  ID7_DENY);
	/* What was proved with the password before proves nothing now. */
	CHECK_INT(change(site, "alice", &proved.proof, "third words here",
			 &quality),
		  ID7_INVALID);
	CHECK_INT(quality, ID7_QUALITY_REFUSED);
	CHECK_INT(site_login(site, "alice", "second words here").verdict,
		  ID7_ALLOW);
}

/* A thief waits at "New password:" while an administrator resets. */
static void
proof_dies_with_a_reset(struct site *site)
{
	struct id7_login proved;
	enum id7_quality quality;

	site_add(site, "bob", "stolen words here");
	proved = site_login(site, "bob", "stolen words here");
	CHECK_INT(change(site, "bob", NULL, "reset words here", &quality),
		  ID7_OK);
	CHECK_INT(change(site, "bob", &proved.proof, "thief words here",
			 &quality),
		  ID7_INVALID);
	CHECK_INT(quality, ID7_QUALITY_REFUSED);
	CHECK_INT(site_login(site, "bob", "reset words here").verdict,
		  ID7_ALLOW);
	CHECK_INT(site_login(site, "bob", "thief words here").verdict,
		  ID7_DENY);
}

static bool
disable(struct id7_account *account, const struct id7_now *now, void *context)
{
	(void)now;
	account->flags ^= *(const uint32_t *)context;
	return true;
}

static void
proof_dies_with_the_standing(struct site *site)
{
	static const uint32_t flags[] = {ID7_ACCOUNT_DISABLED,
					 ID7_ACCOUNT_HELD};
	struct id7_login proved;
	enum id7_quality quality;
	struct id7_fault fault;
	size_t i;

	site_add(site, "carol", "carols words here");
	proved = site_login(site, "carol", "carols words here");
	for (i = 0; i < sizeof flags / sizeof *flags; i++) {
		uint32_t flag = flags[i];

		CHECK_INT(id7_manage_change(site->id7, "carol", disable, &flag,
					    id7_deadline_in(60000), NULL,
					    &fault),
			  ID7_OK);
		CHECK_INT(change(site, "carol", &proved.proof,
				 "other words here", &quality),
			  ID7_INVALID);
		CHECK_INT(quality, ID7_QUALITY_REFUSED);
		CHECK_INT(id7_manage_change(site->id7, "carol", disable, &flag,
					    id7_deadline_in(60000), NULL,
					    &fault),
			  ID7_OK);
	}
	CHECK_INT(site_login(site, "carol", "carols words here").verdict,
		  ID7_ALLOW);
}

static void
proof_dies_with_the_account(struct site *site)
{
	struct id7_login proved;
	enum id7_quality quality;
	struct id7_fault fault;

	site_add(site, "dave", "old daves words");
	proved = site_login(site, "dave", "old daves words");
	CHECK_INT(id7_manage_remove(site->id7, "dave", id7_deadline_in(60000),
				    &fault),
		  ID7_OK);
	CHECK_INT(
		change(site, "dave", &proved.proof, "any words here", &quality),
		ID7_NOT_FOUND);
	site_add(site, "dave", "new daves words");
	CHECK_INT(
		change(site, "dave", &proved.proof, "any words here", &quality),
		ID7_INVALID);
	CHECK_INT(quality, ID7_QUALITY_REFUSED);
	CHECK_INT(site_login(site, "dave", "new daves words").verdict,
		  ID7_ALLOW);
}

static void
change_unlocks_and_judges(struct site *site)
{
	static const char *const wrong[] = {"not erins words", "nor these",
					    "nor those"};
	enum id7_quality quality;
	size_t i;

	site_add(site, "erin", "erins words here");
	for (i = 0; i < 3; i++)
		CHECK_INT(site_login(site, "erin", wrong[i]).verdict, ID7_DENY);
	CHECK_INT(site_login(site, "erin", "erins words here").reason,
		  ID7_REASON_LOCKED_OUT);
	CHECK_INT(change(site, "erin", NULL, "short", &quality), ID7_INVALID);
	CHECK_INT(quality, ID7_QUALITY_TOO_SHORT);
	CHECK_INT(change(site, "erin", NULL, "erins words here", &quality),
		  ID7_INVALID);
	CHECK_INT(quality, ID7_QUALITY_SAME);
	CHECK_INT(site_login(site, "erin", "erins words here").reason,
		  ID7_REASON_LOCKED_OUT);
	CHECK_INT(change(site, "erin", NULL, "fresh words here", &quality),
		  ID7_OK);
	CHECK_INT(site_login(site, "erin", "fresh words here").verdict,
		  ID7_ALLOW);
}

int
main(void)
{
	struct site site;

	site_make(&site);
	proof_opens_once(&site);
	proof_dies_with_a_reset(&site);
	proof_dies_with_the_standing(&site);
	proof_dies_with_the_account(&site);
	change_unlocks_and_judges(&site);
	site_end(&site);
	return check_done();
}
