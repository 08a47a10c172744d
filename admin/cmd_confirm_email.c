/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl confirm-email: mails a confirm code to an address, or redeems one. */
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/look.h"
#include "admin/post.h"
#include "admin/print.h"
#include "admin/state.h"
#include "admin/typed.h"
#include "common/core/post.h"
#include "common/usecases/codes.h"

#define TTL_SEC 86400

struct confirmation {
	struct ctl *ctl;
	struct id7 *id7;
	const char *name;
	const char *reason;
	struct id7_account account;
};

static enum ctl_exit
confirmed_already(const struct confirmation *c, const char *address)
{
	struct json json;

	if (c->ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", c->ctl->args.cmd->name);
		json_text(&json, "account", c->name);
		json_text(&json, "confirmed", address);
		json_finish(&json);
	}
	ctl_say(c->ctl, ID7_N("%s is confirmed already; nothing is mailed"),
		safe_text(address).s);
	return CTL_DONE;
}

static enum ctl_exit
refuse_choice(const struct confirmation *c, size_t addresses)
{
	if (addresses == 0) {
		ctl_fail(c->ctl, CTL_POLICY, ID7_N("%s has no mail address"),
			 c->name);
		ctl_next(c->ctl, "set %s --email ADDRESS", c->name);
	} else {
		ctl_fail(c->ctl, CTL_USAGE,
			 ID7_N("%s has two addresses that are not confirmed"),
			 c->name);
		for (size_t i = 0; i < ID7_ADDRESSES; i++)
			ctl_next(c->ctl, "confirm-email %s --address %s",
				 c->name, c->account.address[i]);
	}
	return addresses == 0 ? CTL_POLICY : CTL_USAGE;
}

/* The one that --address names. */
static enum ctl_exit
find_named(const struct confirmation *c, const char *wanted, uint32_t *ret)
{
	for (uint32_t i = 0; i < ID7_ADDRESSES; i++) {
		if (strcmp(c->account.address[i], wanted) != 0)
			continue;
		*ret = i;
		return CTL_DONE;
	}
	ctl_fail(c->ctl, CTL_POLICY, ID7_N("%s does not have the address %s"),
		 c->name, safe_text(wanted).s);
	ctl_next(c->ctl, "show %s", c->name);
	return CTL_POLICY;
}

/* Without --address: the one that is not confirmed yet. */
static enum ctl_exit
find_open(const struct confirmation *c, uint32_t *ret_place)
{
	size_t addresses = 0, open = 0;

	for (uint32_t i = 0; i < ID7_ADDRESSES; i++) {
		if (c->account.address[i][0] == '\0')
			continue;
		if (addresses++ == 0)
			*ret_place = i;
		if (!c->account.address_confirmed[i] && open++ == 0)
			*ret_place = i;
	}
	if (addresses == 0 || open > 1)
		return refuse_choice(c, addresses);
	return CTL_DONE;
}

static enum ctl_exit
refused_by_state(struct confirmation *c)
{
	struct id7_picture picture;
	char sentence[600];
	enum ctl_exit code = look_at(c->ctl, c->id7, c->name, &picture);

	if (code != CTL_DONE)
		return code;
	state_sentence(c->ctl, &picture, sentence, sizeof sentence);
	code = state_of(&picture).code;
	id7_wipe(&picture, sizeof picture);
	ctl_fail(c->ctl, code,
		 ID7_N("no code for %s, it would open nothing: %s"), c->name,
		 sentence);
	ctl_next(c->ctl, "why %s", c->name);
	return code != CTL_DONE ? code : CTL_POLICY;
}

static enum ctl_exit
mail_code(struct confirmation *c)
{
	const char *wanted = args_value(&c->ctl->args, "address");
	struct post_order order = {.name = c->name,
				   .kind = ID7_CODE_CONFIRM,
				   .ttl = TTL_SEC,
				   .reason = c->reason};
	struct post_done done;
	struct id7_fault fault = {0};
	enum id7_error error;
	enum ctl_exit code = wanted != NULL
				     ? find_named(c, wanted, &order.place)
				     : find_open(c, &order.place);

	if (code != CTL_DONE)
		return code;
	if (c->account.address_confirmed[order.place])
		return confirmed_already(c, c->account.address[order.place]);
	error = post_code(c->ctl, c->id7, &order, &done, &fault);
	if (error == ID7_INVALID)
		return refused_by_state(c);
	if (error != ID7_OK)
		return ctl_finish(c->ctl, c->id7, c->name, error, &fault,
				  c->reason);
	ctl_next(c->ctl, "confirm-email %s --redeem", c->name);
	return done.sent == done.written ? CTL_DONE : CTL_ERROR;
}

static enum ctl_exit
confirmed(struct confirmation *c, uint32_t place)
{
	const char *address = c->account.address[place];
	char masked[ID7_ADDRESS_MAX + 1];
	struct json json;

	id7_post_mask(address, masked);
	ctl_log_how(c->ctl, c->name, "confirmed",
		    *c->reason != '\0' ? c->reason : masked);
	if (c->ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", c->ctl->args.cmd->name);
		json_text(&json, "account", c->name);
		json_text(&json, "confirmed", address);
		json_finish(&json);
	}
	ctl_say(c->ctl, ID7_N("%s of %s is confirmed"), safe_text(address).s,
		c->name);
	return CTL_DONE;
}

static enum ctl_exit
redeem(struct confirmation *c)
{
	struct id7_fault fault = {0};
	struct id7_code typed = {0};
	uint32_t place = 0;
	bool right = false;
	enum id7_error error;
	enum ctl_exit code = typed_code(c->ctl, ID7_CODE_CONFIRM, &typed);

	if (code != CTL_DONE)
		return code;
	error = id7_codes_present(c->id7, c->name, &typed,
				  id7_deadline_in(CTL_DEADLINE_MS), &right,
				  &place, &fault);
	id7_wipe(&typed, sizeof typed);
	if (error != ID7_OK)
		return ctl_finish(c->ctl, c->id7, c->name, error, &fault,
				  c->reason);
	if (right)
		return confirmed(c, place);
	ctl_log(c->ctl, c->name, ID7_INVALID, c->reason);
	ctl_fail(c->ctl, CTL_POLICY,
		 ID7_N("this is not the code that %s was mailed last, or it "
		       "was used, or it is too old"),
		 c->name);
	ctl_next(c->ctl, "confirm-email %s", c->name);
	return CTL_POLICY;
}

enum ctl_exit
cmd_confirm_email(struct ctl *ctl)
{
	struct confirmation c = {.ctl = ctl, .name = ctl->args.word[0]};
	struct id7_picture picture;
	auto_id7 *id7 = NULL;
	bool redeems = args_has(&ctl->args, "redeem");
	enum ctl_exit code = ctl_reason(ctl, &c.reason);

	if (code == CTL_DONE && redeems && args_has(&ctl->args, "address"))
		code = ctl_fail(ctl, CTL_USAGE,
				ID7_N("--address and --redeem exclude each "
				      "other: the code knows its address"));
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	c.id7 = id7;
	code = look_at(ctl, id7, c.name, &picture);
	if (code != CTL_DONE)
		return code;
	c.account = picture.account;
	id7_wipe(&picture, sizeof picture);
	code = redeems ? redeem(&c) : mail_code(&c);
	id7_wipe(&c.account, sizeof c.account);
	return code;
}
