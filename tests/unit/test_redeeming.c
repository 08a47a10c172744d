/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes at the prompt: used once by however many, ended in time, asked for by
 * those who may. */
#include "common/usecases/redeeming.h"

#include <sys/wait.h>
#include <unistd.h>

#include "common/usecases/change.h"
#include "common/usecases/codes.h"
#include "tests/support/site.h"

#define CROWD 64
#define RIGHT "right words here"

static struct id7_deadline
soon(void)
{
	return id7_deadline_in(60000);
}

static void
make(struct site *site, const char *name, enum id7_code_kind kind,
     char text[ID7_CODE_TEXT_MAX])
{
	struct id7_code code;

	CHECK_INT(id7_codes_make(
			  site->id7, name, kind, 0,
			  kind == ID7_CODE_UNLOCK ? 0 : id7_clock_wall() + 1800,
			  soon(), &code, NULL),
		  ID7_OK);
	id7_code_format(&code, text);
}

static struct id7_picture
look(struct site *site, const char *name)
{
	struct id7_picture picture;

	CHECK_INT(id7_manage_look(site->id7, name, &picture, NULL), ID7_OK);
	return picture;
}

static struct id7_login
type(struct id7 *id7, const char *name, const char *text, bool proving)
{
	auto_secret *typed = site_secret(text);
	struct id7_login login;

	if (proving)
		id7_login_prove(id7, name, typed, &site_origin, soon(), &login);
	else
		id7_login_attempt(id7, name, typed, &site_origin, soon(),
				  &login);
	return login;
}

static enum id7_error
change(struct id7 *id7, const char *name, const struct id7_proof *proof,
       const char *password)
{
	auto_secret *typed = site_secret(password);
	enum id7_quality quality;

	return id7_change_authtok(id7, name, proof, typed, false, &site_origin,
				  soon(), &quality, NULL);
}

/* What one of a crowd does on a handle of its own; true: it was the one. */
typedef bool
crowd_fn(struct id7 *id7, const char *name, const char *code, int number);

/* Lets CROWD processes loose at once; how many of them were the one. */
static int
crowd(struct site *site, const char *name, const char *code, crowd_fn *act)
{
	int gate[2], right = 0, status;
	char byte;

	if (pipe(gate) != 0)
		exit(1);
	for (int i = 0; i < CROWD; i++) {
		if (fork() == 0) {
			struct id7 *id7 = NULL;

			close(gate[1]);
			if (id7_open(&site->config, &id7, NULL) != ID7_OK ||
			    read(gate[0], &byte, 1) != 0)
				_exit(2);
			_exit(act(id7, name, code, i));
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < CROWD; i++) {
		CHECK(wait(&status) > 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		right += WIFEXITED(status) && WEXITSTATUS(status) == 1;
	}
	return right;
}

static bool
unlocks(struct id7 *id7, const char *name, const char *code, int number)
{
	struct id7_login login = type(id7, name, code, false);

	(void)number;
	return login.reason == ID7_REASON_CODE;
}

static void
unlock_code_works_once(struct site *site)
{
	char code[ID7_CODE_TEXT_MAX];

	site_add(site, "alice", RIGHT);
	for (int i = 0; i < 3; i++)
		(void)site_login(
			site, "alice",
			(char[]){'w', (char)('0' + i), 'x', 'x', '\0'});
	CHECK_INT(look(site, "alice").reason, ID7_REASON_LOCKED_OUT);
	make(site, "alice", ID7_CODE_UNLOCK, code);
	CHECK_INT(crowd(site, "alice", code, unlocks), 1);
	CHECK_INT(look(site, "alice").reason, ID7_REASON_RIGHT);
	CHECK(look(site, "alice").tally.unlocked_at != 0);
	CHECK_INT(type(site->id7, "alice", code, false).reason,
		  ID7_REASON_CODE_OLD);
	CHECK_INT(site_login(site, "alice", RIGHT).verdict, ID7_ALLOW);
}

static bool
sets_password(struct id7 *id7, const char *name, const char *code, int number)
{
	struct id7_login login = type(id7, name, code, true);
	char password[32];

	snprintf(password, sizeof password, "fresh words %d here", number);
	return login.verdict == ID7_ALLOW && login.proof.by_code &&
	       change(id7, name, &login.proof, password) == ID7_OK;
}

static void
reset_code_sets_one_password(struct site *site)
{
	struct id7_code sheet[ID7_SAVED_CODES];
	char code[ID7_CODE_TEXT_MAX];

	site_add(site, "bob", RIGHT);
	make(site, "bob", ID7_CODE_RESET, code);
	CHECK_INT(crowd(site, "bob", code, sets_password), 1);
	CHECK_INT(look(site, "bob").account.epoch, 2);
	CHECK_INT(
		id7_codes_make_sheet(site->id7, "bob", 2, soon(), sheet, NULL),
		ID7_OK);
	id7_code_format(&sheet[1], code);
	CHECK_INT(crowd(site, "bob", code, sets_password), 1);
	CHECK_INT(look(site, "bob").account.epoch, 3);
	/* Only that one is gone. */
	CHECK_INT(type(site->id7, "bob", code, true).reason,
		  ID7_REASON_CODE_WRONG);
	id7_code_format(&sheet[0], code);
	CHECK_INT(type(site->id7, "bob", code, true).verdict, ID7_ALLOW);
}

/* Five minutes to think of a password, also when the code's time ends. */
static void
grace(struct site *site)
{
	struct id7_account account;
	struct id7_login login;
	struct id7_now now, late;
	char code[ID7_CODE_TEXT_MAX];

	site_add(site, "carol", RIGHT);
	make(site, "carol", ID7_CODE_RESET, code);
	login = type(site->id7, "carol", code, true);
	CHECK_INT(login.verdict, ID7_ALLOW);
	account = look(site, "carol").account;
	now = id7_clock_now();
	CHECK(id7_login_proof_holds(&login.proof, &account, &now));
	late = now;
	late.wall = account.code[ID7_CODE_RESET].expires + 1;
	late.boot = login.proof.until - 1;
	CHECK(id7_login_proof_holds(&login.proof, &account, &late));
	late.boot = login.proof.until;
	CHECK(!id7_login_proof_holds(&login.proof, &account, &late));
	late.wall = now.wall;
	CHECK(id7_login_proof_holds(&login.proof, &account, &late));
	CHECK_INT(id7_codes_void(site->id7, "carol",
				 ID7_CODE_BIT(ID7_CODE_RESET), soon(), NULL,
				 NULL),
		  ID7_OK);
	CHECK_INT(change(site->id7, "carol", &login.proof, "other words here"),
		  ID7_INVALID);
	CHECK_INT(site_login(site, "carol", RIGHT).verdict, ID7_ALLOW);
}

/* A code never becomes the password, whatever the costs that are set. */
static void
no_rehash(struct site *site)
{
	struct id7_config dearer = site->config;
	struct id7 *id7 = NULL;
	char code[ID7_CODE_TEXT_MAX];

	make(site, "carol", ID7_CODE_RESET, code);
	dearer.opslimit++;
	CHECK_INT(id7_open(&dearer, &id7, NULL), ID7_OK);
	CHECK_INT(type(id7, "carol", code, true).verdict, ID7_ALLOW);
	CHECK_INT(look(site, "carol").account.cost.opslimit,
		  site->config.opslimit);
	id7_close(&id7);
	CHECK_INT(site_login(site, "carol", RIGHT).verdict, ID7_ALLOW);
}

static struct id7_role
privileged(const char *user, void *context)
{
	(void)context;
	return (struct id7_role){.privileged = strcmp(user, "admin") == 0};
}

static void
administrators_ask_in_vain(struct site *site)
{
	site_add(site, "admin", RIGHT);
	site_add(site, "dave", RIGHT);
	id7_ask_role(site->id7, privileged, NULL);
	CHECK_INT(type(site->id7, "admin", "7R-RESET", false).reason,
		  ID7_REASON_RESET_IGNORED);
	CHECK_INT(look(site, "admin").tally.reset_asked, 0);
	CHECK_INT(type(site->id7, "dave", "7R-RESET", false).reason,
		  ID7_REASON_RESET_ASKED);
	CHECK(look(site, "dave").tally.reset_asked != 0);
	id7_ask_role(site->id7, NULL, NULL);
}

/* MUST 4 of login.h. */
static void
account_phase_demands(struct site *site)
{
	struct id7_login login, account;
	char code[ID7_CODE_TEXT_MAX];

	make(site, "carol", ID7_CODE_RESET, code);
	login = type(site->id7, "carol", code, true);
	id7_login_account(site->id7, "carol", false, &login.proof, &account);
	CHECK_INT(account.verdict, ID7_ALLOW);
	CHECK_INT(account.reason, ID7_REASON_MUST_CHANGE);
	CHECK_INT(change(site->id7, "carol", NULL, "other words here"), ID7_OK);
	id7_login_account(site->id7, "carol", false, &login.proof, &account);
	CHECK_INT(account.verdict, ID7_DENY);
	CHECK_INT(account.reason, ID7_REASON_CHANGED);
	id7_login_account(site->id7, "carol", false, NULL, &account);
	CHECK_INT(account.reason, ID7_REASON_RIGHT);
}

int
main(void)
{
	struct site site;

	site_make(&site);
	unlock_code_works_once(&site);
	reset_code_sets_one_password(&site);
	grace(&site);
	no_rehash(&site);
	administrators_ask_in_vain(&site);
	account_phase_demands(&site);
	site_end(&site);
	return check_done();
}
