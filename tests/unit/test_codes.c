/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes made, ended and redeemed outside a login. */
#include "common/usecases/codes.h"

#include "common/usecases/change.h"
#include "tests/support/site.h"

static struct id7_account
look(struct site *site, const char *name)
{
	struct id7_account account;

	CHECK_INT(id7_store_get(id7_get_store(site->id7), name, &account),
		  ID7_OK);
	return account;
}

static enum id7_error
make(struct site *site, const char *name, enum id7_code_kind kind,
     struct id7_code *ret_code)
{
	int64_t expires = kind == ID7_CODE_UNLOCK ? 0 : id7_clock_wall() + 1800;

	return id7_codes_make(site->id7, name, kind, 0, expires,
			      id7_deadline_in(60000), ret_code, NULL);
}

static bool
present(struct site *site, const char *name, const struct id7_code *code)
{
	bool right = true;

	CHECK_INT(id7_codes_present(site->id7, name, code,
				    id7_deadline_in(60000), &right, NULL, NULL),
		  ID7_OK);
	return right;
}

typedef void edit_fn(struct id7_account *account);

static bool
edit(struct id7_account *account, const struct id7_now *now, void *context)
{
	(void)now;
	(*(edit_fn **)context)(account);
	return true;
}

static void
change(struct site *site, const char *name, edit_fn *how)
{
	CHECK_INT(id7_manage_change(site->id7, name, edit, &how,
				    id7_deadline_in(60000), NULL, NULL),
		  ID7_OK);
}

static void
give_address(struct id7_account *account)
{
	strcpy(account->address[0], "alice@example.org");
}

static void
other_address(struct id7_account *account)
{
	strcpy(account->address[1], "a@example.net");
}

static void
disable(struct id7_account *account)
{
	account->flags |= ID7_ACCOUNT_DISABLED;
}

static void
hold(struct id7_account *account)
{
	account->flags |= ID7_ACCOUNT_HELD;
	account->held_at = id7_clock_wall();
}

static void
set_free(struct id7_account *account)
{
	account->flags = 0;
}

static void
count_only(struct id7_account *account)
{
	account->flags |= ID7_ACCOUNT_COUNTS_ONLY;
}

static void
confirms_once(struct site *site)
{
	struct id7_code first, code;

	site_add(site, "alice", "alices words here");
	CHECK_INT(make(site, "alice", ID7_CODE_CONFIRM, &code), ID7_INVALID);
	change(site, "alice", give_address);
	CHECK_INT(make(site, "alice", ID7_CODE_CONFIRM, &first), ID7_OK);
	CHECK_INT(make(site, "alice", ID7_CODE_CONFIRM, &code), ID7_OK);
	CHECK(memcmp(&first, &code, sizeof code) != 0);
	CHECK(!present(site, "alice", &first));
	CHECK(!look(site, "alice").address_confirmed[0]);
	CHECK(present(site, "alice", &code));
	CHECK(look(site, "alice").address_confirmed[0]);
	CHECK(!present(site, "alice", &code));
}

static void
void_ends_what_was_mailed(struct site *site)
{
	struct id7_code code, confirm;
	char name[ID7_NAME_MAX + 1];

	CHECK_INT(make(site, "alice", ID7_CODE_UNLOCK, &code), ID7_OK);
	CHECK_INT(make(site, "alice", ID7_CODE_RESET, &code), ID7_OK);
	CHECK_INT(make(site, "alice", ID7_CODE_CONFIRM, &confirm), ID7_OK);
	CHECK(!present(site, "alice", &code)); /* a login's, not ours */
	CHECK_INT(make(site, "alice", ID7_CODE_VOID, &code), ID7_OK);
	CHECK_INT(id7_codes_owner(site->id7, &code, name, NULL), ID7_OK);
	CHECK_STR(name, "alice");
	CHECK(present(site, "alice", &code));
	CHECK(!present(site, "alice", &code));
	CHECK_INT(look(site, "alice").code[ID7_CODE_UNLOCK].issued, 0);
	CHECK_INT(look(site, "alice").code[ID7_CODE_RESET].issued, 0);
	CHECK_INT(id7_codes_owner(site->id7, &code, name, NULL), ID7_NOT_FOUND);
	CHECK(present(site, "alice", &confirm));
}

/* A code opens nobody else's account, and none that comes after. */
static void
bound_to_the_account(struct site *site)
{
	struct id7_code code;

	site_add(site, "bob", "bobs words here");
	change(site, "bob", give_address);
	CHECK_INT(make(site, "alice", ID7_CODE_CONFIRM, &code), ID7_OK);
	CHECK(!present(site, "bob", &code));
	code.kind = ID7_CODE_VOID;
	CHECK(!present(site, "alice", &code));
	code.kind = ID7_CODE_CONFIRM;
	CHECK_INT(id7_manage_remove(site->id7, "alice", id7_deadline_in(60000),
				    NULL),
		  ID7_OK);
	site_add(site, "alice", "alices words here");
	change(site, "alice", give_address);
	CHECK(!present(site, "alice", &code));
}

static void
all_made(struct site *site, const char *name)
{
	struct id7_code code[ID7_SAVED_CODES];

	for (unsigned int i = 0; i < ID7_CODE_KINDS; i++)
		CHECK_INT(make(site, name, (enum id7_code_kind)i, code),
			  ID7_OK);
	CHECK_INT(id7_codes_make_sheet(site->id7, name, ID7_SAVED_CODES,
				       id7_deadline_in(60000), code, NULL),
		  ID7_OK);
}

/* Which kinds there are. */
static uint32_t
left(struct site *site, const char *name)
{
	struct id7_account account = look(site, name);
	uint32_t kinds = 0;

	for (unsigned int i = 0; i < ID7_CODE_KINDS; i++)
		if (account.code[i].issued != 0)
			kinds |= ID7_CODE_BIT(i);
	if (account.saved_issued != 0)
		kinds |= ID7_CODE_BIT(ID7_CODE_SAVED);
	return kinds;
}

static void
ended_by_changes(struct site *site)
{
	const uint32_t saved = ID7_CODE_BIT(ID7_CODE_SAVED);
	auto_secret *typed = site_secret("other words here");
	enum id7_quality quality;
	uint32_t ended;

	all_made(site, "bob");
	CHECK_INT(left(site, "bob"), ID7_CODES_ALL);
	CHECK_INT(id7_change_authtok(site->id7, "bob", NULL, typed, false,
				     &site_origin, id7_deadline_in(60000),
				     &quality, NULL),
		  ID7_OK);
	CHECK_INT(left(site, "bob"), saved);
	all_made(site, "bob");
	change(site, "bob", other_address);
	CHECK_INT(left(site, "bob"), saved);
	all_made(site, "bob");
	change(site, "bob", hold);
	CHECK_INT(left(site, "bob"),
		  ID7_CODES_ALL & ~ID7_CODE_BIT(ID7_CODE_RESET));
	change(site, "bob", set_free);
	change(site, "bob", disable);
	CHECK_INT(left(site, "bob"), 0);
	change(site, "bob", set_free);
	all_made(site, "bob");
	CHECK_INT(id7_codes_void(site->id7, "bob", saved | 1,
				 id7_deadline_in(60000), &ended, NULL),
		  ID7_OK);
	CHECK_INT(ended, saved | 1);
	CHECK_INT(left(site, "bob"), ID7_CODES_ALL & ~(saved | 1));
	CHECK_INT(id7_codes_void(site->id7, "bob", saved | 1,
				 id7_deadline_in(60000), &ended, NULL),
		  ID7_OK);
	CHECK_INT(ended, 0);
}

static void
not_for_everybody(struct site *site)
{
	struct id7_code code[ID7_SAVED_CODES];

	CHECK_INT(make(site, "nobody", ID7_CODE_RESET, code), ID7_NOT_FOUND);
	CHECK_INT(make(site, "../x", ID7_CODE_RESET, code), ID7_INVALID);
	CHECK_INT(make(site, "bob", ID7_CODE_SAVED, code), ID7_INVALID);
	CHECK_INT(id7_codes_make(site->id7, "bob", ID7_CODE_RESET, 0, 0,
				 id7_deadline_in(60000), code, NULL),
		  ID7_INVALID);
	CHECK_INT(id7_codes_make(site->id7, "bob", ID7_CODE_RESET, 0,
				 id7_clock_wall(), id7_deadline_in(60000), code,
				 NULL),
		  ID7_INVALID);
	CHECK_INT(id7_codes_make(site->id7, "bob", ID7_CODE_CONFIRM, 2,
				 id7_clock_wall() + 60, id7_deadline_in(60000),
				 code, NULL),
		  ID7_INVALID);
	CHECK_INT(id7_codes_make_sheet(site->id7, "bob", ID7_SAVED_CODES + 1,
				       id7_deadline_in(60000), code, NULL),
		  ID7_INVALID);
	change(site, "bob", hold);
	CHECK_INT(make(site, "bob", ID7_CODE_RESET, code), ID7_INVALID);
	CHECK_INT(make(site, "bob", ID7_CODE_UNLOCK, code), ID7_INVALID);
	CHECK_INT(make(site, "bob", ID7_CODE_VOID, code), ID7_OK);
	change(site, "bob", disable);
	CHECK_INT(make(site, "bob", ID7_CODE_VOID, code), ID7_INVALID);
	change(site, "bob", set_free);
	change(site, "bob", count_only);
	CHECK_INT(make(site, "bob", ID7_CODE_RESET, code), ID7_INVALID);
	CHECK_INT(make(site, "bob", ID7_CODE_CONFIRM, code), ID7_OK);
}

/* No code that was printed lies anywhere in what is stored. */
static void
only_hashes_are_kept(struct site *site)
{
	struct id7_code code;
	struct id7_account account;
	char text[ID7_CODE_TEXT_MAX];

	change(site, "bob", set_free);
	CHECK_INT(make(site, "bob", ID7_CODE_RESET, &code), ID7_OK);
	id7_code_format(&code, text);
	account = look(site, "bob");
	CHECK(memmem(&account, sizeof account, text, 9) == NULL);
	CHECK(memmem(&account, sizeof account, code.symbol, ID7_CODE_SYMBOLS) ==
	      NULL);
}

int
main(void)
{
	struct site site;

	site_make(&site);
	confirms_once(&site);
	void_ends_what_was_mailed(&site);
	bound_to_the_account(&site);
	ended_by_changes(&site);
	not_for_everybody(&site);
	only_hashes_are_kept(&site);
	site_end(&site);
	return check_done();
}
