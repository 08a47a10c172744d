/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place that is kept while another program verifies. */
#include "common/usecases/counting.h"

#include "common/effects/outbox.h"
#include "common/usecases/change.h"
#include "tests/support/site.h"

#define TYPED "whatever was typed"

static struct id7_picture
look(struct site *site, const char *name)
{
	struct id7_picture picture = {0};
	struct id7_fault fault;

	CHECK_INT(id7_manage_look(site->id7, name, &picture, &fault), ID7_OK);
	return picture;
}

/* Those whom the next flush looks at. */
static uint64_t
hints(const struct site *site)
{
	auto_outbox outbox = ID7_OUTBOX_NONE;
	struct id7_fault fault;

	CHECK_INT(id7_outbox_open(site->config.store_dir,
				  id7_get_store(site->id7), true, &outbox,
				  &fault),
		  ID7_OK);
	return id7_outbox_hints(&outbox);
}

static void
enrol(struct site *site, const char *name, uint32_t flags)
{
	struct id7_account account = {.flags = ID7_ACCOUNT_COUNTS_ONLY | flags};
	struct id7_fault fault;

	snprintf(account.name, sizeof account.name, "%s", name);
	CHECK_INT(id7_manage_add(site->id7, &account, NULL,
				 id7_deadline_in(60000), NULL, &fault),
		  ID7_OK);
}

/* Takes a place with a handle of its own; NULL: refused. */
static struct id7_counting *
begin(const struct site *site, const char *name, const char *typed,
      struct id7_login *ret_login)
{
	auto_secret *secret = typed == NULL ? NULL : site_secret(typed);
	struct id7_counting *counting = NULL;
	auto_id7 *id7 = NULL;
	struct id7_fault fault;

	CHECK_INT(id7_open(&site->config, &id7, &fault), ID7_OK);
	id7_counting_begin(&id7, name, secret, &site_origin,
			   id7_deadline_in(10000), &counting, ret_login);
	CHECK((counting == NULL) == (id7 != NULL));
	return counting;
}

static struct id7_login
count(const struct site *site, const char *name, enum id7_settlement how)
{
	struct id7_login login;
	struct id7_counting *counting = begin(site, name, TYPED, &login);

	CHECK(counting != NULL);
	if (counting != NULL)
		id7_counting_settle(&counting, how, id7_deadline_in(10000),
				    &login);
	CHECK(counting == NULL);
	return login;
}

static void
settled_three_ways(struct site *site)
{
	struct id7_login login;

	enrol(site, "alice", 0);
	login = count(site, "alice", ID7_SETTLE_WRONG);
	CHECK_INT(login.verdict, ID7_DENY);
	CHECK_INT(login.reason, ID7_REASON_WRONG);
	CHECK_INT(login.failures, 1);
	CHECK(login.elsewhere && login.checked_real && !login.hashed);
	login = count(site, "alice", ID7_SETTLE_RELEASE);
	CHECK_INT(login.verdict, ID7_DENY);
	CHECK_INT(login.reason, ID7_REASON_NONE);
	CHECK_INT(look(site, "alice").lane[ID7_LANE_REMOTE].failures, 1);
	login = count(site, "alice", ID7_SETTLE_RIGHT);
	CHECK_INT(login.verdict, ID7_ALLOW);
	CHECK_INT(login.reason, ID7_REASON_RIGHT);
	CHECK_MEM(login.proof.id, look(site, "alice").account.id, ID7_ID_LEN);
	CHECK_INT(look(site, "alice").lane[ID7_LANE_REMOTE].failures, 0);
}

/* Nobody is let in whom nobody has enrolled, whatever was verified. */
static void
phantoms_never_right(struct site *site)
{
	struct id7_login login = count(site, "ghost", ID7_SETTLE_RIGHT);

	CHECK_INT(login.verdict, ID7_DENY);
	CHECK_INT(login.reason, ID7_REASON_UNKNOWN);
	CHECK(!login.ours && !login.checked_real);
}

static void
refused_at_once(struct site *site)
{
	static const struct {
		const char *name, *typed;
		uint32_t flags;
		enum id7_reason reason;
	} cases[] = {
		{"disabled", TYPED, ID7_ACCOUNT_DISABLED, ID7_REASON_DISABLED},
		{"held", TYPED, ID7_ACCOUNT_HELD, ID7_REASON_HELD},
		{"empty", "", 0, ID7_REASON_EMPTY},
		{"junk", "\b\n\r\177INCORRECT", 0, ID7_REASON_JUNK},
	};
	struct id7_login login;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enrol(site, cases[i].name, cases[i].flags);
		CHECK(begin(site, cases[i].name, cases[i].typed, &login) ==
		      NULL);
		CHECK_INT(login.verdict, ID7_DENY);
		CHECK_INT(login.error, ID7_OK);
		CHECK_INT(login.reason, cases[i].reason);
		CHECK_INT(
			look(site, cases[i].name).lane[ID7_LANE_REMOTE].pending,
			0);
	}
}

/* As many places as `deny`, and none without an end. */
static void
places_are_few(struct site *site)
{
	struct id7_counting *held[3];
	struct id7_login login;
	uint64_t before;

	enrol(site, "bob", 0);
	before = hints(site);
	site->config.slot_wait = 0;
	for (int i = 0; i < 3; i++)
		held[i] = begin(site, "bob", NULL, &login);
	CHECK_INT(look(site, "bob").lane[ID7_LANE_REMOTE].pending, 3);
	CHECK(begin(site, "bob", TYPED, &login) == NULL);
	CHECK_INT(login.error, ID7_BUSY);
	CHECK_INT(login.reason, ID7_REASON_BUSY);
	CHECK_INT(hints(site), before);
	for (int i = 0; i < 3; i++)
		id7_counting_settle(&held[i], ID7_SETTLE_WRONG,
				    id7_deadline_in(10000), &login);
	CHECK(login.events.locked_now);
	CHECK_INT(hints(site), before + 1);
	CHECK(begin(site, "bob", TYPED, &login) == NULL);
	CHECK_INT(login.reason, ID7_REASON_LOCKED_OUT);
}

/* The account changes while the other program thinks. */
static void
changed_meanwhile(struct site *site)
{
	struct id7_counting *counting;
	struct id7_login login;
	struct id7_fault fault;

	enrol(site, "carol", 0);
	counting = begin(site, "carol", TYPED, &login);
	CHECK_INT(id7_manage_remove(site->id7, "carol", id7_deadline_in(60000),
				    &fault),
		  ID7_OK);
	enrol(site, "carol", 0);
	id7_counting_settle(&counting, ID7_SETTLE_RIGHT, id7_deadline_in(10000),
			    &login);
	CHECK_INT(login.verdict, ID7_DENY);
	CHECK_INT(login.reason, ID7_REASON_CHANGED);
}

/* A password set later makes the account one like any other. */
static void
until_it_has_a_password(struct site *site)
{
	auto_secret *typed = site_secret("a password of ours");
	enum id7_quality quality;
	struct id7_fault fault;

	enrol(site, "dora", 0);
	CHECK_INT(site_login(site, "dora", TYPED).verdict, ID7_DENY);
	CHECK_INT(id7_change_authtok(site->id7, "dora", NULL, typed, false,
				     &site_origin, id7_deadline_in(60000),
				     &quality, &fault),
		  ID7_OK);
	CHECK_INT(look(site, "dora").account.flags &
			  (ID7_ACCOUNT_COUNTS_ONLY | ID7_ACCOUNT_NO_VERIFIER),
		  0);
	CHECK_INT(site_login(site, "dora", "a password of ours").verdict,
		  ID7_ALLOW);
}

int
main(void)
{
	struct site site;

	site_make(&site);
	settled_three_ways(&site);
	phantoms_never_right(&site);
	refused_at_once(&site);
	places_are_few(&site);
	changed_meanwhile(&site);
	until_it_has_a_password(&site);
	site_end(&site);
	return check_done();
}
